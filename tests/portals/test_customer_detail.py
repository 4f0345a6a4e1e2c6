"""The page of one customer, and customers in the search of the console."""

from django.urls import reverse

from tests.pages.provisioning.reading import main_of


def test_the_page_of_a_customer_says_who_revoked_access(anna, act, organization_admin):
    act("revoke", anna)

    page = main_of(
        organization_admin.get(
            reverse("portals:customer-detail", args=[anna.site_id, anna.public_id])
        )
    )

    assert "Revoked by Ada Admin" in page
    assert "Globex" in page
    assert "Added by hand" in page
    assert "Support" in page
    assert "Revoked access of customer" in page


def test_the_page_of_a_synced_customer_names_owner_and_record(
    synced, organization_admin, both_admin
):
    address = reverse(
        "portals:customer-detail", args=[synced.site_id, synced.public_id]
    )
    page = main_of(both_admin.get(address))

    assert "Managed by Okta clients" in page
    assert "from Okta clients" in page
    assert str(synced.record.scim_id) in page
    assert "View requests" in page
    assert "View requests" not in main_of(organization_admin.get(address))


def test_the_timeline_of_a_customer_is_exported(anna, act, organization_admin):
    act("rename", anna, {"name": "Anna Kowalska"})

    response = organization_admin.post(
        reverse("portals:customer-timeline-export", args=[anna.site_id, anna.public_id])
    )
    text = b"".join(response.streaming_content).decode()

    assert "Changed customer details" in text
    assert "Anna Nowak → Anna Kowalska" in text


def test_the_search_of_the_console_finds_customers(anna, organization_admin):
    address = reverse("portals:customers-found")

    response = organization_admin.get(address, {"q": "client"})
    found = organization_admin.get(address, {"q": "globex"}).content.decode()

    assert "Anna Nowak" in response.content.decode()
    assert "Globex" not in found  # whose organizations only Jira admins look after
    assert (
        address
        in organization_admin.get(
            reverse("provisioning:search"), {"q": "client"}
        ).content.decode()
    )

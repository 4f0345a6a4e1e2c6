"""What user provisioning promises of people, one test each: SCIM in, console out.

The numbers in the names only keep them in order.
"""

import pytest
from django.core import mail

from directories.models import Account
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.provisioning.promises import (
    account_of,
    email_of,
    group_page,
    history_of,
    log_page,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import (
    refusal,
)

EXTERNAL = "urn:scim:schemas:extension:atlassian-external:1.0"


@pytest.fixture
def organization(scim):
    return scim.directory.organization


def test_01_a_new_person_of_a_verified_domain_gets_an_account_and_no_mail(
    scim, console
):
    user = push(scim, "ada@example.com", displayName="Ada Love")

    assert user[EXTERNAL] == {
        "atlassianAccountId": account_of("ada@example.com").public_id.hex
    }
    assert "Ada Love" in person_page(console, "ada@example.com")
    assert mail.outbox == []


def test_02_an_existing_account_is_linked_and_read_only_from_then_on(
    scim, console, organization
):
    account = AccountFactory.create(email="ada@example.com", name="Ada Before")
    MemberFactory.create(organization=organization, account=account)

    user = push(scim, "ada@example.com", displayName="Ada After")

    assert user[EXTERNAL] == {"atlassianAccountId": account.public_id.hex}
    shown = person_page(console, "ada@example.com")
    assert "Ada After" in shown
    assert "Managed by Okta of Acme" in shown
    assert "Edit details" not in shown


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"userName": "ADA@example.com", "emails": email_of("other@example.com")},
            "Resource [USER]: with userName[ADA@example.com] already exists.",
        ),
        (
            {"userName": "other@example.com", "emails": email_of("ada@example.com")},
            "Resource [USER]: with email[ada@example.com] already exists.",
        ),
    ],
)
def test_03_a_name_or_an_address_is_pushed_once(scim, console, body, detail):
    push(scim, "ada@example.com")

    assert refusal(scim.post("/Users", body), 409, "uniqueness") == detail
    assert detail in log_page(console, scim.directory)


def test_04_a_put_clears_what_it_leaves_out_and_a_patch_keeps_it(scim, console):
    user = push(scim, "ada@example.com", title="Engineer")

    scim.patch(f"/Users/{user['id']}", replace("nickName", "Ada"))
    assert "Engineer" in person_page(console, "ada@example.com")

    body = {"userName": "ada@example.com", "emails": email_of("ada@example.com")}
    assert "title" not in scim.put(f"/Users/{user['id']}", body).json()
    assert "Job title Not set" in person_page(console, "ada@example.com")


def test_05_deactivating_ends_a_managed_account(scim, console):
    user = push(scim, "ada@example.com")

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert not account_of("ada@example.com").is_active
    shown = person_page(console, "ada@example.com")
    assert "Deactivated by your identity provider Okta of Acme" in shown


def test_05_deactivating_takes_external_people_out_of_synced_groups_only(scim, console):
    user = push(scim, "bo@partner.example")
    scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert account_of("bo@partner.example").is_active
    assert "bo@partner.example" not in group_page(console, "Engines")
    shown = person_page(console, "bo@partner.example")
    assert "access that an external person has here stays" in shown
    assert "Remove user from site" in shown


def test_05_an_organization_can_choose_full_removal(scim, console, organization):
    organization.removes_external = True
    organization.save()
    user = push(scim, "bo@partner.example")
    local = GroupFactory.create(organization=organization, name="Book club")
    GroupMemberFactory.create(group=local, account=account_of("bo@partner.example"))

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert "bo@partner.example" not in group_page(console, "Book club")
    assert "bo@partner.example" not in page(console, "provisioning:user-list")
    record = page(console, "provisioning:user-record", user["id"])
    assert "active: true → false" in record


def test_06_an_address_outside_drops_the_groups_and_they_come_back(scim, console):
    user = push(scim, "ada@example.com")
    scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@home.example")))
    assert "ada@example.com" not in group_page(console, "Engines")
    assert "left all synced groups" in log_page(console, scim.directory)

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@example.com")))
    assert "ada@example.com" in group_page(console, "Engines")
    history = history_of(console, "ada@example.com")
    assert "Paused memberships of user" in history
    assert "Restored memberships of user" in history


def test_06_an_organization_can_choose_that_they_do_not_come_back(
    scim, console, organization
):
    organization.restores_memberships = False
    organization.save()
    user = push(scim, "ada@example.com")
    group = scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@home.example")))
    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@example.com")))

    assert "ada@example.com" not in group_page(console, "Engines")
    assert "members" not in scim.get(f"/Groups/{group['id']}").json() or (
        scim.members(group["id"]) == set()
    )


def test_07_a_deleted_person_is_deactivated_and_comes_back_with_a_new_id(scim, console):
    user = push(scim, "ada@example.com")

    assert scim.delete(f"/Users/{user['id']}").status_code == 204
    assert "This account is deactivated" in person_page(console, "ada@example.com")
    again = push(scim, "ada@example.com")

    assert again["id"] != user["id"]
    shown = person_page(console, "ada@example.com")
    assert "This account is deactivated" not in shown
    assert "Deleted provisioned user" in shown
    assert Account.objects.filter(email_key="ada@example.com").count() == 1

"""Settings > Products > Jira Service Management > Organizations: the list."""

import pytest
from django.urls import reverse

from directories.models import AuditEvent
from portals.models import (
    CustomerOrganization,
    OrganizationDomain,
    ProjectOrganization,
)
from portals.services.customer_organizations import organization_runs
from tests.factories.directories import GroupRecordFactory
from tests.factories.portals import (
    LONG_AGO,
    CustomerDirectoryFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)


def page_of(site, name="organization-list", **query):
    return reverse(f"portals:{name}", args=[site.pk], query=query or None)


def synced(site, name="Synced Inc"):
    directory = CustomerDirectoryFactory.create(site=site, name="Entra of clients")
    record = GroupRecordFactory.create(directory=directory)
    return CustomerOrganizationFactory.create(
        site=site, name=name, source="synced", directory=directory, record=record
    )


def test_a_row_says_where_it_comes_from_and_what_is_around_it(jira_admin, site):
    synced(site)
    client = CustomerOrganizationFactory.create(
        site=site, name="Client Inc", member_count=1234
    )
    ProjectOrganizationFactory.create(
        organization=client, project__site=site, project__name="Help"
    )
    OrganizationDomain.objects.create(
        site=site, organization=client, name="client.example", created_at=LONG_AGO
    )

    page = main_of(jira_admin.get(page_of(site)))

    assert "Name Source Customers Projects Domains Created" in page
    assert "Client Inc Manual 1,234 Help client.example" in page
    assert "Synced Inc Synced Entra of clients 0 None None" in page
    assert "Showing 2 of 2" in page


def names_in(client, site, **query):
    answer = client.get(page_of(site, **query))
    assert answer.status_code == 200
    return [row.organization.name for row in answer.context["rows"]]


def test_filters_and_search(jira_admin, site):
    follower = synced(site, "Beta")
    attached = CustomerOrganizationFactory.create(site=site, name="Alpha")
    ProjectOrganizationFactory.create(organization=attached)
    OrganizationMemberFactory.create(organization=attached)
    CustomerOrganization.objects.filter(pk=attached.pk).update(member_count=1)
    CustomerOrganizationFactory.create(site=site, name="Gone", archived_at=LONG_AGO)
    CustomerOrganizationFactory.create(name="Elsewhere")

    def found(**query):
        return names_in(jira_admin, site, **query)

    assert found() == ["Alpha", "Beta"]
    assert found(q="ALPH") == ["Alpha"]
    assert found(source="synced") == ["Beta"]
    assert found(directory=str(follower.directory_id)) == ["Beta"]
    assert found(directory="local") == ["Alpha"]
    assert found(attached="attached") == ["Alpha"]
    assert found(attached="loose") == ["Beta"]
    assert found(size="empty") == ["Beta"]
    assert found(sort="-name") == ["Beta", "Alpha"]
    assert found(sort="-customers") == ["Alpha", "Beta"]
    assert found(tab="archived") == ["Gone"]
    assert found(q="no such") == []


def test_pages_follow_each_other_in_every_order(jira_admin, site):
    for number in range(120):
        CustomerOrganizationFactory.create(site=site, member_count=number % 7)

    for sort in ("name", "-name", "customers", "-customers"):
        seen, url = [], page_of(site, sort=sort)
        while url:
            answer = jira_admin.get(url)
            seen += [row.organization.pk for row in answer.context["rows"]]
            link = answer.context["listing"].links.next
            url = page_of(site) + link if link else ""
        assert len(seen) == len(set(seen)) == 120


def test_the_fragment_is_part_of_the_page(jira_admin, site):
    CustomerOrganizationFactory.create(site=site)

    assert is_part_of_page(jira_admin, page_of(site))


def test_the_number_of_queries_does_not_grow(jira_admin, site):
    ProjectOrganizationFactory.create(
        organization=CustomerOrganizationFactory.create(site=site)
    )
    one = queries_of(jira_admin, page_of(site))
    for _ in range(5):
        ProjectOrganizationFactory.create(
            organization=CustomerOrganizationFactory.create(site=site)
        )

    assert queries_of(jira_admin, page_of(site)) == one <= 13


def test_the_empty_list_says_what_comes_next(jira_admin, site):
    assert "No organizations yet" in main_of(jira_admin.get(page_of(site)))
    assert "No organization matches" in main_of(jira_admin.get(page_of(site, q="x")))
    archive = main_of(jira_admin.get(page_of(site, tab="archived")))
    assert "No archived organizations" in archive


def test_the_export_has_what_matches(jira_admin, site):
    client = CustomerOrganizationFactory.create(site=site, name="=Client")
    CustomerOrganizationFactory.create(site=site, name="Other")
    for name in ("A", "B", "C", "D"):
        ProjectOrganizationFactory.create(
            organization=client, project__site=site, project__name=name
        )

    rows = csv_rows(
        jira_admin.post(page_of(site, "organization-export"), {"q": "client"})
    )

    assert [row[:5] for row in rows[1:]] == [
        ["'=Client", "Manual", "", "0", "A, B, C, D"]
    ]
    assert AuditEvent.objects.get().action == "exported"


def test_one_is_created(jira_admin, site):
    url = page_of(site, "organization-add")
    assert "Create organization" in main_of(jira_admin.get(url))

    jira_admin.post(url, {"name": "Client Inc", "description": "Important"})

    made = CustomerOrganization.objects.get()
    assert (made.site, made.source, made.description) == (site, "manual", "Important")
    again = jira_admin.post(url, {"name": "CLIENT inc"})
    assert again.status_code == 422
    assert "Another organization of this site has this name" in main_of(again)
    assert jira_admin.post(url, {"name": " "}).status_code == 422


@pytest.mark.parametrize("few", [50, 1], ids=["at once", "by a job"])
def test_many_come_into_projects(jira_admin, site, monkeypatch, few):
    monkeypatch.setattr(organization_runs, "FEW", few)
    project = ServiceProjectFactory.create(site=site, key="HELP")
    ServiceProjectFactory.create(site=site, key="OPS")
    chosen = CustomerOrganizationFactory.create_batch(2, site=site, member_count=3)
    CustomerOrganizationFactory.create(site=site)
    url = page_of(site, "organizations-attach")
    ticked = {"organization": [str(each.public_id) for each in chosen]}

    asked = main_of(jira_admin.post(url, ticked))
    assert "Add 2 organizations to projects" in asked
    assert "Up to 6 customers" in asked
    bare = jira_admin.post(url, {**ticked, "confirmed": "1"})
    assert "Choose at least one project." in main_of(bare)

    done = jira_admin.post(
        url, {**ticked, "confirmed": "1", "project": "HELP"}, follow=True
    )

    assert done.status_code == 200
    places = ProjectOrganization.objects.values_list("project", "organization")
    assert set(places) == {(project.pk, each.pk) for each in chosen}


@pytest.mark.parametrize("few", [50, 1], ids=["at once", "by a job"])
def test_all_that_match_are_deleted_but_synced_ones(jira_admin, site, monkeypatch, few):
    monkeypatch.setattr(organization_runs, "FEW", few)
    stays = synced(site, "Client of Entra")
    CustomerOrganizationFactory.create_batch(2, site=site)
    other = CustomerOrganizationFactory.create(site=site, name="Other")
    url = page_of(site, "organizations-delete")
    newest = CustomerOrganization.objects.order_by("-pk")[0].pk
    all_of_them = {"all": "1", "q": "client", "until": str(newest)}
    late = CustomerOrganizationFactory.create(site=site, name="Client too late")

    asked = main_of(jira_admin.post(url, all_of_them))
    assert "Delete 2 organizations?" in asked
    assert "1 synced organization stays" in asked
    jira_admin.post(url, {**all_of_them, "confirmed": "1"})

    live = CustomerOrganization.objects.filter(archived_at=None)
    assert set(live) == {stays, other, late}


def test_nothing_chosen_is_nothing_done(jira_admin, site):
    for name in ("organizations-attach", "organizations-delete"):
        answer = jira_admin.post(page_of(site, name), follow=True)
        assert "No organization was chosen." in answer.content.decode()


def test_the_bar_of_a_job_is_for_its_own_site(jira_admin, site, monkeypatch):
    monkeypatch.setattr(organization_runs, "FEW", 0)
    one = CustomerOrganizationFactory.create(site=site)
    ticked = {"organization": str(one.public_id), "confirmed": "1"}

    bar = jira_admin.post(page_of(site, "organizations-delete"), ticked)

    shown = jira_admin.get(bar["Location"])
    assert "Deleting 1 organization" in main_of(shown)
    assert is_part_of_page(jira_admin, bar["Location"])

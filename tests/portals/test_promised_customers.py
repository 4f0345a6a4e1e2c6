"""What a provider pushes, as admins find it on their pages and customers in portals.

Elsewhere stand the rules alone, by SCIM or by the pages; here one follows the other.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import Site
from portals.models import Customer, CustomerOrganization, ServiceProject
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectOrganizationFactory,
    ServiceProjectFactory,
)
from tests.pages.provisioning.reading import main_of
from tests.portals.desk import HOME, portal, settled, signed_in
from tests.portals.projects import page, worker
from tests.portals.pushing import (
    ANNA,
    OTHER,
    change,
    customer,
    emails,
    members,
    organization,
    policy,
    push,
    rename,
)
from tests.portals.test_portal_rule import give_password
from tests.scim.client import ScimClient

ORGANIZATIONS = "portals:organization-list"


@pytest.fixture
def project(site: Site) -> ServiceProject:
    return ServiceProjectFactory.create(site=site, key="HELP", name="Help desk")


def of_customer(one: Customer) -> str:
    return reverse("portals:customer-detail", args=[one.site_id, one.public_id])


def of_organization(one: CustomerOrganization) -> str:
    return reverse("portals:organization-detail", args=[one.site_id, one.public_id])


# Labels that people look for, and the page that has them.
LABELS: list[tuple[str, list[str]]] = [
    ("customers", ["More options", "Identity providers", "Source", "Synced"]),
    ("organizations", ["Source", "Synced", "Settings", "Products"]),
    ("organization", ["Manage email domains", "Delete organization"]),
    ("in project", ["Remove from project", "Manage email domains"]),
    ("project customers", ["Add organization", "Add customers"]),
    ("permissions", ["Customer permissions", "Channel access", "Restricted", "Open"]),
    ("permissions", ["Customer sharing", "Save"]),
    ("set up", ["Set up provisioning", "Get provisioning credentials"]),
]


def test_the_documented_labels_are_where_one_looks_for_them(
    both_admin: Client, idp: ScimClient, project: ServiceProject
) -> None:
    anna = push(idp)
    idp.group("Client", anna["id"])
    site, made = project.site, organization()
    ProjectOrganizationFactory.create(project=project, organization=made)
    addresses = {
        "customers": reverse("portals:customer-list", args=[site.pk]),
        "organizations": reverse(ORGANIZATIONS, args=[site.pk]),
        "organization": of_organization(made),
        "in project": page(project, "project-organization-detail", made.public_id),
        "project customers": page(project, "project-customers"),
        "permissions": page(project, "project-permissions"),
        "set up": reverse("portals:provider-set-up", args=[site.pk, idp.directory.pk]),
    }
    idp.directory.state = "new"
    idp.directory.save(update_fields=["state"])

    for name, labels in LABELS:
        source = both_admin.get(addresses[name]).content.decode()
        assert [each for each in labels if each not in source] == [], name


# What a provider does to a person, and the words on the page of the customer then.
Act = Callable[[ScimClient, Any], object]
PEOPLE: list[tuple[str, Act, list[str]]] = [
    ("create, of a local one", lambda _idp, _anna: 0, ["Synced", "Active", "Globex"]),
    (
        "display name",
        lambda idp, anna: change(idp, anna, displayName="Anna Kowalska"),
        ["Anna Kowalska", "Managed by Okta", "Updated provisioned user"],
    ),
    (
        "email",
        lambda idp, anna: change(idp, anna, emails=emails(OTHER)),
        [OTHER, "Changed email address of customer"],
    ),
    (
        "inactive",
        lambda idp, anna: change(idp, anna, active=False),
        ["Access revoked", "Revoked by the identity provider Okta", "Globex"],
    ),
    (
        "active",
        lambda idp, anna: change(idp, anna, active=True),
        ["Granted access to customer", "Send password link", "Globex"],
    ),
    (
        "email of somebody else",
        lambda idp, anna: change(idp, anna, emails=emails("zoe@client.example")),
        [OTHER],
    ),
    (
        "delete",
        lambda idp, anna: idp.delete(f"/Users/{anna['id']}"),
        ["Access revoked", "Okta provisioned this customer before", "Globex"],
    ),
    (
        "create again",
        lambda idp, _anna: push(idp, OTHER),
        ["Managed by Okta", "Granted access to customer", "Globex"],
    ),
]


def test_the_page_of_a_customer_follows_each_push(
    organization_admin: Client, idp: ScimClient, site: Site
) -> None:
    """One customer all the way, whose organization of before stays."""
    zoe = CustomerFactory.create(site=site, email="zoe@client.example")
    local = CustomerFactory.create(site=site, email=ANNA)
    globex = CustomerOrganizationFactory.create(site=site, name="Globex")
    OrganizationMemberFactory.create(organization=globex, customer=local)
    anna = push(idp)

    for name, act, words in PEOPLE:
        act(idp, anna)
        text = main_of(organization_admin.get(of_customer(local)))
        assert [each for each in words if each not in text] == [], name
        assert ("Access revoked" in text) is (name in {"inactive", "delete"}), name

    assert set(Customer.objects.filter(site=site)) == {local, zoe}


def test_what_was_refused_is_in_the_log_of_the_directory(
    both_admin: Client, idp: ScimClient, site: Site
) -> None:
    """An address, and the name of a group, that are somebody else's."""
    CustomerFactory.create(site=site, email="zoe@client.example")
    anna, group = push(idp), idp.group("Client")
    CustomerOrganizationFactory.create(site=site, name="Globex")
    log = reverse("directories:troubleshooting-log", args=[idp.directory.pk])

    assert change(idp, anna, emails=emails("zoe@client.example")) == 409
    assert rename(idp, group, "Globex").status_code == 409

    text = main_of(both_admin.get(log))
    assert "zoe@client.example" in text
    assert "Globex" in text
    assert (customer().email, organization().name) == (ANNA, "Client")


def row_of(client: Client, site: Site, name: str, **query: str) -> str:
    """Return what the list of organizations says of a name, up to the next one."""
    url = reverse(ORGANIZATIONS, args=[site.pk], query={"q": name, **query})
    return main_of(client.get(url)).rpartition("Created")[2]


def test_the_organizations_of_a_site_follow_each_push(
    both_admin: Client, idp: ScimClient, site: Site
) -> None:
    """Free, taken by either choice, renamed, deleted: as the list tells it."""
    local, kept = (
        CustomerOrganizationFactory.create(site=site, name=name)
        for name in ("Globex", "Initech")
    )
    anna = push(idp)
    conflicts = reverse("portals:provider-conflicts", args=[site.pk, idp.directory.pk])

    group = idp.group("Client", anna["id"])
    assert "Client Synced Okta 1" in row_of(both_admin, site, "Client")
    idp.group("All of them", group["id"])
    assert "All of them Synced Okta 1" in row_of(both_admin, site, "All of them")

    policy(idp, "dont_sync")
    idp.group("Initech", anna["id"])
    assert "Initech Manual 0" in row_of(both_admin, site, "Initech")
    assert "Initech" in main_of(both_admin.get(conflicts))

    policy(idp, "sync")  # for groups that arrive from now on
    idp.group("Globex", anna["id"])
    assert "Globex Synced Okta 1" in row_of(both_admin, site, "Globex")
    assert "Initech Manual 0" in row_of(both_admin, site, "Initech")
    edit = reverse("portals:organization-edit", args=[site.pk, local.public_id])
    both_admin.post(edit, {"name": "Mine", "description": "Ours"})
    assert not CustomerOrganization.objects.filter(name="Mine").exists()

    assert rename(idp, group, "Client Ltd").status_code == 200
    assert "Client Ltd Synced" in row_of(both_admin, site, "Client")
    assert rename(idp, group, "Initech").status_code == 409
    assert "Client Ltd Synced" in row_of(both_admin, site, "Client")

    assert idp.delete(f"/Groups/{group['id']}").status_code == 204
    assert "Client Ltd" not in row_of(both_admin, site, "Client")
    assert "Client Ltd" in row_of(both_admin, site, "Client", tab="archived")
    kept.refresh_from_db()
    assert kept.record_id is None


def test_admins_attach_and_detach_what_is_pushed(
    jira_admin: Client, idp: ScimClient, project: ServiceProject
) -> None:
    """To one project and to many; what a provider pushes changes none of it."""
    anna = push(idp)
    group = idp.group("Client", anna["id"])
    other = ServiceProjectFactory.create(site=project.site, key="SHOP")
    browser = signed_in(give_password(customer()))
    made = organization()
    many = reverse(
        "portals:organization-projects-add", args=[made.site_id, made.public_id]
    )

    def opened() -> set[ServiceProject]:
        return set(browser.get(HOME).context["portals"])

    assert opened() == set()
    refused = worker(project).post(
        page(project, "project-organization-add"), {"name": "Client"}
    )
    assert (refused.status_code, opened()) == (403, set())
    jira_admin.post(page(project, "project-organization-add"), {"name": "Client"})
    assert opened() == {project}
    jira_admin.post(many, {"project": ["SHOP"]})
    assert opened() == {project, other}
    jira_admin.post(
        page(project, "project-organization-remove"),
        {"organization": str(made.public_id), "confirmed": "1"},
    )
    assert opened() == {other}
    members(idp, group, "remove", anna)
    assert opened() == set()
    members(idp, group, "add", anna)
    assert opened() == {other}
    idp.delete(f"/Groups/{group['id']}")
    assert opened() == set()


def opens(_idp: ScimClient, _anna: Any, project: ServiceProject, admin: Client) -> None:
    sent = {"access": "open", "sharing": "organizations", "confirmed": "1"}
    admin.post(page(project, "project-permissions"), sent)


def adds(_idp: ScimClient, _anna: Any, project: ServiceProject, admin: Client) -> None:
    admin.post(page(project, "project-customer-add"), {"addresses": ANNA})


def groups(idp: ScimClient, anna: Any, project: ServiceProject, admin: Client) -> None:
    idp.group("Client", anna["id"])
    admin.post(page(project, "project-organization-add"), {"name": "Client"})


@pytest.mark.parametrize(
    ("way", "words"),
    [(opens, "open"), (adds, "Added to the project"), (groups, "Member of Client")],
)
def test_each_way_into_a_portal_ends_with_what_is_pushed(
    jira_admin: Client,
    idp: ScimClient,
    project: ServiceProject,
    way: Callable[..., None],
    words: str,
) -> None:
    """Admins open it, a provider closes it; both directions say why."""
    anna = push(idp)
    who = give_password(customer())
    visitors = page(project, "project-visitors")

    def told() -> tuple[bool, str]:
        [answer] = jira_admin.get(visitors, {"q": ANNA}).context["answers"]
        return answer.opens, answer.reasons[0].text

    assert settled(signed_in(who), portal(project)).status_code == 404
    assert not told()[0]
    way(idp, anna, project, jira_admin)
    browser = signed_in(who)
    assert browser.get(portal(project)).status_code == 200
    assert told()[0]
    assert words in told()[1]
    assert change(idp, anna, active=False) == 200
    assert browser.get(portal(project)).status_code != 200
    assert not told()[0]
    assert "identity provider" in told()[1]
    assert change(idp, anna, active=True) == 200
    who.refresh_from_db()
    assert signed_in(who).get(portal(project)).status_code == 200

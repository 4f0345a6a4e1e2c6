"""Who may use a portal, row by row of the documented rule: by query and by HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import Account, Member, Site
from directories.services.audit import SYSTEM
from portals.models import ApprovedDomain, Customer, ServiceProject, ServiceSettings
from portals.queries.access import ANYBODY, Visitor, may_open, portals_of, visitor_of
from portals.queries.access_reasons import why
from portals.services.customer_accounts import customers
from tests.factories.directories import (
    AccountFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import (
    CustomerFactory,
    CustomerOrganizationFactory,
    OrganizationMemberFactory,
    ProjectCustomerFactory,
    ProjectOrganizationFactory,
    ProjectRoleFactory,
    ServiceProjectFactory,
)
from tests.portals.desk import HOME, PASSWORD, customer, portal, settled, signed_in
from tests.portals.pushing import change, members, organization, push
from tests.scim.client import ScimClient

pytestmark = pytest.mark.django_db

DOMAIN = "corp.example"
REVOKED = {"status": "revoked", "revoked_by": "admin"}


@dataclass
class Scene:
    """A project, and the one person that a row of the table is about."""

    project: ServiceProject
    visitor: Visitor = ANYBODY
    customer: Customer | None = None

    @property
    def site(self) -> Site:
        """Return the project's site."""
        return self.project.site

    def client(self) -> Client:
        """Return the person's browser; who may not log in stays a stranger."""
        if self.visitor.account is not None:
            client = Client()
            client.force_login(self.visitor.account)
            return client
        who = self.visitor.customer
        return signed_in(who) if who is not None and who.is_active else Client()


Part = Callable[[Scene], None]


def nobody(_scene: Scene) -> None:
    """Come by without signing in."""


def portal_only(scene: Scene) -> None:
    scene.customer = customer(scene.site)
    scene.visitor = visitor_of(scene.customer)


def account(scene: Scene) -> None:
    who = AccountFactory.create(email=f"eve@{DOMAIN}", email_domain=DOMAIN)
    scene.visitor = Visitor(account=who)


def account_customer(scene: Scene) -> None:
    account(scene)
    scene.customer = CustomerFactory.create(
        site=scene.site, kind="account", account=mine(scene)
    )


def customer_elsewhere(scene: Scene) -> None:
    scene.customer = customer(ServiceProjectFactory.create().site)
    scene.visitor = visitor_of(scene.customer)


def mine(scene: Scene) -> Account:
    """Return the account of the person."""
    assert scene.visitor.account
    return scene.visitor.account


def nothing(_scene: Scene) -> None:
    """Have no tie to the project."""


def added(scene: Scene) -> None:
    ProjectCustomerFactory.create(project=scene.project, customer=scene.customer)


def member(scene: Scene, **more: Any) -> None:
    one = CustomerOrganizationFactory.create(site=scene.site, **more)
    OrganizationMemberFactory.create(organization=one, customer=scene.customer)
    ProjectOrganizationFactory.create(project=scene.project, organization=one)


def member_of_archived(scene: Scene) -> None:
    member(scene, archived_at=scene.project.created_at)


def member_unattached(scene: Scene) -> None:
    one = CustomerOrganizationFactory.create(site=scene.site)
    OrganizationMemberFactory.create(organization=one, customer=scene.customer)


def member_attached_elsewhere(scene: Scene) -> None:
    one = CustomerOrganizationFactory.create(site=scene.site)
    OrganizationMemberFactory.create(organization=one, customer=scene.customer)
    other = ServiceProjectFactory.create(site=scene.site)
    ProjectOrganizationFactory.create(project=other, organization=one)


def agent(scene: Scene) -> None:
    ProjectRoleFactory.create(project=scene.project, account=mine(scene))


def project_admin(scene: Scene) -> None:
    ProjectRoleFactory.create(project=scene.project, account=mine(scene), role="admin")


def agent_elsewhere(scene: Scene) -> None:
    other = ServiceProjectFactory.create(site=scene.site)
    ProjectRoleFactory.create(project=other, account=mine(scene))


def right(scene: Scene, role: str, **more: Any) -> None:
    RoleAssignmentFactory.create(
        organization=scene.site.organization, account=mine(scene), role=role, **more
    )


def site_admin(scene: Scene) -> None:
    right(scene, "site_admin", site=scene.site)


def jira_admin(scene: Scene) -> None:
    right(scene, "app_admin", site=scene.site, app="jira")


def confluence_admin(scene: Scene) -> None:
    right(scene, "app_admin", site=scene.site, app="confluence")


def organization_admin(scene: Scene) -> None:
    right(scene, "organization_admin", site=None)


def open_project(scene: Scene) -> None:
    scene.project.access = ServiceProject.Access.OPEN
    scene.project.save()


def revoked(scene: Scene) -> None:
    assert scene.customer
    Customer.objects.filter(pk=scene.customer.pk).update(**REVOKED)
    scene.customer.refresh_from_db()


def suspended(scene: Scene) -> None:
    Member.objects.update_or_create(
        account=mine(scene),
        organization=scene.site.organization,
        defaults={"status": "suspended"},
        create_defaults={"status": "suspended", "joined_at": timezone.now()},
    )


def deactivated(scene: Scene) -> None:
    Account.objects.filter(pk=mine(scene).pk).update(status="deactivated")
    mine(scene).refresh_from_db()


def says(**said: bool) -> Part:
    """Return what sets the site's customer access."""

    def settle(scene: Scene) -> None:
        ServiceSettings.objects.create(site=scene.site, **said)

    settle.__name__ = "+".join(f"{k}={v}" for k, v in said.items())
    return settle


def listed(audience: str, name: str = DOMAIN) -> Part:
    """Return what approves a domain."""

    def approve(scene: Scene) -> None:
        ApprovedDomain.objects.create(site=scene.site, audience=audience, name=name)

    approve.__name__ = f"{audience} {name}"
    return approve


anonymous = says(anonymous=True)
internal = says(internal_domains=True)
sign_up = says(sign_up=True)
sign_up_closed = says(sign_up=True, external_accounts=False)
sign_up_listed = says(sign_up=True, external_domains_only=True)
no_externals = says(external_accounts=False)
only_listed = says(external_domains_only=True)
YES, NO = True, False
TABLE: list[tuple[list[Part], bool]] = [
    # Nobody signed in.
    ([nobody, nothing], NO),
    ([nobody, open_project], NO),
    ([nobody, open_project, sign_up], NO),
    ([nobody, open_project, anonymous], YES),
    ([nobody, anonymous], NO),
    # 1. Who works in the project, or runs Jira: restricted or not.
    ([account, agent], YES),
    ([account, project_admin], YES),
    ([account, site_admin], YES),
    ([account, jira_admin], YES),
    ([account, agent, open_project], YES),
    ([account_customer, agent, revoked], YES),
    ([account_customer, jira_admin, revoked], YES),
    ([account, agent_elsewhere], NO),
    ([account, confluence_admin], NO),
    ([account, organization_admin], NO),
    ([account, agent, suspended], NO),
    ([account, jira_admin, suspended], NO),
    ([account, agent, deactivated], NO),
    # 2. An open project, and the site admits this kind of person.
    ([portal_only, open_project], YES),
    ([portal_only, open_project, no_externals], YES),
    ([portal_only, open_project, only_listed], YES),
    ([portal_only, open_project, revoked], NO),
    ([portal_only, nothing], NO),
    ([customer_elsewhere, open_project], NO),
    ([account_customer, open_project], YES),
    ([account_customer, open_project, revoked], NO),
    ([account_customer, open_project, revoked, anonymous], NO),
    ([account_customer, open_project, suspended], NO),
    ([account_customer, open_project, deactivated], NO),
    ([account, open_project], NO),
    ([account, open_project, anonymous], YES),
    ([account, open_project, anonymous, suspended], NO),
    ([account, open_project, internal], NO),
    ([account, open_project, internal, listed("internal", "x.example")], NO),
    ([account, open_project, internal, listed("external")], NO),
    ([account, open_project, internal, listed("internal")], YES),
    ([account, internal, listed("internal")], NO),
    ([account, open_project, listed("internal")], NO),
    ([account, open_project, sign_up], YES),
    ([account, open_project, sign_up_closed], NO),
    ([account, open_project, sign_up_listed], NO),
    ([account, open_project, sign_up_listed, listed("external")], YES),
    # 3. Added to the project.
    ([portal_only, added], YES),
    ([portal_only, added, no_externals], YES),
    ([portal_only, added, revoked], NO),
    ([account_customer, added], YES),
    ([account_customer, added, revoked], NO),
    ([account_customer, added, suspended], NO),
    ([account_customer, added, deactivated], NO),
    # 4. A member of an organization that the project lets in.
    ([portal_only, member], YES),
    ([portal_only, member, no_externals], YES),
    ([portal_only, member, revoked], NO),
    ([portal_only, member_unattached], NO),
    ([portal_only, member_attached_elsewhere], NO),
    ([portal_only, member_of_archived], NO),
    ([account_customer, member], YES),
    ([account_customer, member, revoked], NO),
    ([account_customer, member_unattached], NO),
]


def give_password(who: Customer) -> Customer:
    """Let a pushed customer know PASSWORD."""
    return customers.set_password(who, password=PASSWORD, by=SYSTEM, now=who.created_at)


@pytest.mark.parametrize(
    ("parts", "opens"),
    TABLE,
    ids=lambda value: (
        ", ".join(p.__name__ for p in value) if isinstance(value, list) else ""
    ),
)
def test_a_portal_is_open_to_whom_the_rule_lets_in(
    site: Site, parts: list[Part], *, opens: bool
) -> None:
    scene = Scene(ServiceProjectFactory.create(site=site))
    for part in parts:
        part(scene)

    assert may_open(scene.visitor, scene.project) is opens
    assert (scene.project in portals_of(scene.visitor, site)) is opens
    assert {each.opens for each in why(scene.visitor, scene.project)} == {opens}
    page = settled(scene.client(), portal(scene.project))
    assert (page.wsgi_request.path == portal(scene.project)) or not opens
    seen = page.status_code == 200 and page.context.get("project") == scene.project
    assert seen is opens


def test_taken_out_of_the_group_the_portal_is_gone_on_the_next_click(
    idp: ScimClient, site: Site
) -> None:
    anna = push(idp)
    group = idp.group("Client", anna["id"])
    project = ServiceProjectFactory.create(site=site)
    ProjectOrganizationFactory.create(project=project, organization=organization())
    who = Customer.objects.get()
    browser = signed_in(give_password(who))
    assert list(browser.get(HOME).context["portals"]) == [project]
    assert browser.get(portal(project)).status_code == 200

    members(idp, group, "remove", anna)

    assert browser.get(portal(project)).status_code == 404
    assert list(browser.get(HOME).context["portals"]) == []
    members(idp, group, "add", anna)
    assert browser.get(portal(project)).status_code == 200


def test_deactivated_by_the_provider_the_session_is_over(
    idp: ScimClient, site: Site
) -> None:
    anna = push(idp)
    browser = signed_in(give_password(Customer.objects.get()))

    assert change(idp, anna, active=False) == 200

    assert browser.get(HOME).status_code == 302

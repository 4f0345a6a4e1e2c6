"""Every page about customers by every role: on its site, and for its app alone."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import RoleAssignment
from portals.models import ProjectRole
from provisioning.models import App
from tests.factories.directories import AccountFactory, OrganizationFactory
from tests.factories.portals import ServiceProjectFactory, ServiceSiteFactory
from tests.pages.access import ROLES
from tests.pages.portal_access import (
    ADMINISTER,
    CUSTOMERS,
    PORTAL_PAGES,
    PROVIDERS,
    SEE,
    SEE_SITES,
    SERVICE,
    SIGNED_IN,
    WORK,
)
from tests.portals.places import Place
from tests.portals.visitors import (
    ABSENT,
    METHODS,
    NO_SUCH_METHOD,
    REFUSED,
    admin,
    client_of,
    console_pages,
    everything_on,
    send,
    worker,
)

pytestmark = pytest.mark.sweep

Role = RoleAssignment.Role
JIRA, SERVICE_MANAGEMENT = App.Kind.JIRA.value, App.Kind.SERVICE_MANAGEMENT.value
OF_SITE = {SEE, CUSTOMERS, PROVIDERS, SERVICE, WORK, ADMINISTER}
JIRA_ADMIN = {SEE, SERVICE, WORK, ADMINISTER}


class World:
    """Two sites of one organization; pages are asked for on the first."""

    def __init__(self) -> None:
        organization = OrganizationFactory.create()
        self.here = Place(ServiceSiteFactory.create(organization=organization), "here")
        self.there = Place(
            ServiceSiteFactory.create(organization=organization), "there"
        )

    def admin(self, role: str, *, there: bool = False, app: str = "") -> Client:
        """Return the client of somebody with one right."""
        site = self.there.site if there else self.here.site
        everywhere = role == Role.ORGANIZATION_ADMIN
        return admin(site.organization, (role, None if everywhere else site, app))

    def both(self, app: str, *, there: bool = False) -> Client:
        """Return the client of an organization admin who runs an app of a site."""
        site = self.there.site if there else self.here.site
        return admin(
            site.organization,
            (Role.ORGANIZATION_ADMIN, None, ""),
            (Role.APP_ADMIN, site, app),
        )


# Who they are, and which pages about the site they may open.
VISITORS: dict[str, tuple[Callable[[World], Client], set[str]]] = {
    "organization admin": (
        lambda w: w.admin(Role.ORGANIZATION_ADMIN),
        {SEE, CUSTOMERS},
    ),
    "organization admin who runs Jira": (lambda w: w.both(JIRA), OF_SITE),
    "organization admin who runs JSM": (lambda w: w.both(SERVICE_MANAGEMENT), OF_SITE),
    "organization admin who runs JSM elsewhere": (
        lambda w: w.both(SERVICE_MANAGEMENT, there=True),
        {SEE, CUSTOMERS},
    ),
    "organization admin who runs Confluence": (
        lambda w: w.both(App.Kind.CONFLUENCE.value),
        {SEE, CUSTOMERS},
    ),
    "site admin": (lambda w: w.admin(Role.SITE_ADMIN), JIRA_ADMIN | {CUSTOMERS}),
    "site admin elsewhere": (lambda w: w.admin(Role.SITE_ADMIN, there=True), set()),
    "site admin of every site": (
        lambda w: admin(w.here.organization, (Role.SITE_ADMIN, None, "")),
        JIRA_ADMIN | {CUSTOMERS},
    ),
    "user access admin": (lambda w: w.admin(Role.USER_ACCESS_ADMIN), {SEE}),
    "Jira admin": (lambda w: w.admin(Role.APP_ADMIN, app=JIRA), JIRA_ADMIN),
    "JSM admin": (
        lambda w: w.admin(Role.APP_ADMIN, app=SERVICE_MANAGEMENT),
        JIRA_ADMIN,
    ),
    "admin of every app": (lambda w: w.admin(Role.APP_ADMIN), JIRA_ADMIN),
    "Confluence admin": (
        lambda w: w.admin(Role.APP_ADMIN, app=App.Kind.CONFLUENCE.value),
        {SEE},
    ),
    "JSM admin elsewhere": (
        lambda w: w.admin(Role.APP_ADMIN, app=SERVICE_MANAGEMENT, there=True),
        set(),
    ),
    "project admin": (
        lambda w: worker(w.here.project, ProjectRole.Role.ADMIN),
        {WORK, ADMINISTER},
    ),
    "agent": (lambda w: worker(w.here.project), {WORK}),
    "agent of another project": (
        lambda w: worker(ServiceProjectFactory.create(site=w.here.site)),
        set(),
    ),
    "project admin elsewhere": (
        lambda w: worker(w.there.project, ProjectRole.Role.ADMIN),
        set(),
    ),
    "suspended project admin": (
        lambda w: worker(w.here.project, ProjectRole.Role.ADMIN, status="suspended"),
        set(),
    ),
    "nobody in particular": (lambda w: client_of(AccountFactory.create()), set()),
    "admin of another organization": (
        lambda w: everything_on(ServiceSiteFactory.create()),
        set(),
    ),
}


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_role_opens_what_the_table_says(world, visitor):
    make, opened = VISITORS[visitor]
    client = make(world)

    wrong = []
    for route in console_pages():
        access = PORTAL_PAGES[route.name]
        if access not in OF_SITE:
            continue
        path = world.here.path(route)
        answers = {send(client, method, path) for method in METHODS}
        answers -= {NO_SUCH_METHOD}
        refused = bool(answers) and answers <= {REFUSED, ABSENT}
        if refused == (access in opened) or (not refused and REFUSED in answers):
            wrong.append((route.name, access, answers))

    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_the_sites(world, role):
    client = world.admin(role)

    statuses = {
        send(client, "get", world.here.path(route))
        for route in console_pages()
        if PORTAL_PAGES[route.name] == SEE_SITES
    }

    assert statuses <= {200, 302}


def test_whoever_works_somewhere_opens_what_is_for_accounts(world):
    client = worker(world.here.project)

    wrong = []
    for route in console_pages():
        if PORTAL_PAGES[route.name] == SIGNED_IN:
            status = send(client, "get", world.here.path(route))
            if status not in {200, 302, NO_SUCH_METHOD}:
                wrong.append((route.name, status))

    assert wrong == []


def test_strangers_are_sent_to_sign_in(world):
    client = Client()
    sign_in = reverse("directories:sign-in")

    wrong = []
    for route in console_pages():
        for method in METHODS:
            answer = getattr(client, method)(world.here.path(route))
            sent = answer.get("Location", "").startswith(sign_in)
            if answer.status_code != NO_SUCH_METHOD and not sent:
                wrong.append((route.name, method, answer.status_code))

    assert wrong == []

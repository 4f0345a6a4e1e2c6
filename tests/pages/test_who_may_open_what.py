"""Every page by every role, by strangers, and by another organization's admin."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories.models import Photo, RoleAssignment
from directories.permissions import ROLES as TABLE
from directories.permissions import Permission
from provisioning.models import DeletedGroup, DryRun
from provisioning.services.account_links.link_choices import BULK
from provisioning.services.name_conflicts.conflict_runs import SYNC_ALL
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    DomainFactory,
    GroupRecordFactory,
    JobFactory,
    MemberFactory,
    OrganizationApiKeyFactory,
    OrganizationFactory,
    RequestEntryFactory,
    RoleAssignmentFactory,
    SiteFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import (
    AppGrantFactory,
    GroupFactory,
    GroupRoleFactory,
    SpaceFactory,
)
from tests.pages.access import ANYBODY, PAGES, ROLES, SIGNED_IN
from tests.pages.portal_access import PORTAL_PAGES
from tests.test_urls import Route, console_routes, customer_routes

pytestmark = pytest.mark.sweep

REFUSED, ABSENT, NO_SUCH_METHOD = 403, 404, 405
METHODS = ("get", "post")


def guarded() -> list[Route]:
    """Return the pages that ask for a right."""
    asked = [r for r in console_routes() if r.name in PAGES]
    return [r for r in asked if PAGES[r.name] not in {ANYBODY, SIGNED_IN}]


def with_ids() -> list[Route]:
    """Return the pages about one thing."""
    return [r for r in guarded() if re.search(r"<(uuid|int):", r.path)]


def send(client: Client, method: str, path: str) -> int:
    """Return the status of an answer; nothing of what it wrote stays."""
    with transaction.atomic():
        status = getattr(client, method)(path).status_code
        transaction.set_rollback(True)
    return int(status)


def client_of(role: str, **where: Any) -> Client:
    assignment = RoleAssignmentFactory.create(role=role, **where)
    MemberFactory.create(
        organization=assignment.organization, account=assignment.account
    )
    client = Client()
    client.force_login(assignment.account)
    return client


def test_every_page_says_who_may_open_it():
    routes = [*console_routes(), *customer_routes()]
    assert {r.name for r in routes} == {*PAGES, *PORTAL_PAGES}


def test_the_table_of_the_console_is_the_one_written_down():
    said = {
        role: {permission.name.lower().replace("_", " ") for permission in held}
        for role, held in TABLE.items()
    }

    assert said == ROLES
    assert set(TABLE) == set(RoleAssignment.Role.values)
    assert {each.name.lower().replace("_", " ") for each in Permission} == ROLES[
        "organization_admin"
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("scoped", [False, True], ids=["everywhere", "one site"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_the_table_says(role, scoped):
    organization = OrganizationFactory.create()
    admin = role == RoleAssignment.Role.ORGANIZATION_ADMIN
    site = SiteFactory.create(organization=organization) if scoped else None
    client = client_of(role, organization=organization, site=None if admin else site)

    wrong = []
    for route in guarded():
        answers = {send(client, method, route.example) for method in METHODS}
        allowed = PAGES[route.name] in ROLES[role]
        refused = bool(answers & {REFUSED})
        if refused == allowed or (answers - {REFUSED, NO_SUCH_METHOD} and not allowed):
            wrong.append((route.name, answers))

    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("member", [True, False], ids=["member", "of no organization"])
def test_who_holds_no_role_opens_nothing(member):
    account = AccountFactory.create()
    if member:
        MemberFactory.create(account=account)
    client = Client()
    client.force_login(account)

    wrong = []
    for route in guarded():
        answers = {send(client, method, route.example) for method in METHODS}
        if answers - {REFUSED, NO_SUCH_METHOD} or REFUSED not in answers:
            wrong.append((route.name, answers))

    assert wrong == []


@pytest.mark.django_db
def test_a_suspended_admin_opens_nothing():
    assignment = RoleAssignmentFactory.create()
    MemberFactory.create(
        organization=assignment.organization,
        account=assignment.account,
        status="suspended",
    )
    client = Client()
    client.force_login(assignment.account)

    assert {send(client, "get", r.example) for r in guarded()} <= {
        REFUSED,
        NO_SUCH_METHOD,
    }


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in():
    client = Client()

    wrong = []
    for route in guarded():
        for method in METHODS:
            answer = getattr(client, method)(route.example)
            sign_in = answer.get("Location", "").startswith(
                reverse("directories:sign-in")
            )
            if answer.status_code != NO_SUCH_METHOD and not sign_in:
                wrong.append((route.name, method, answer.status_code))

    assert wrong == []


class Things:
    """One thing of each kind in an organization, by what the URL calls its id."""

    def __init__(self) -> None:
        self.organization = OrganizationFactory.create()
        here = {"organization": self.organization}
        self.site = SiteFactory.create(**here)
        self.removed_site = SiteFactory.create(**here, removed_at=timezone.now())
        self.directory = DirectoryFactory.create(**here)
        self.user = UserRecordFactory.create(directory=self.directory)
        self.group_record = GroupRecordFactory.create(directory=self.directory)
        self.member = MemberFactory.create(
            **here, account=AccountFactory.create(photo_version="1")
        )
        Photo.objects.create(
            account=self.member.account, image=b"x", asked_at=timezone.now()
        )
        self.group = GroupFactory.create(**here)
        self.synced = GroupFactory.create(
            **here, synced=True, record__directory=self.directory
        )
        self.right = RoleAssignmentFactory.create(**here, account=self.member.account)
        self.grant = AppGrantFactory.create(group=self.group, app__site=self.site)
        self.space = SpaceFactory.create(app__site=self.site)
        self.given = GroupRoleFactory.create(group=self.group)
        self.domain = DomainFactory.create(**here)
        self.key = ApiKeyFactory.create(directory=self.directory)
        self.own_key = OrganizationApiKeyFactory.create(**here)
        self.entry = RequestEntryFactory.create(directory=self.directory)
        self.job = JobFactory.create(directory=self.directory)
        self.sync_all = JobFactory.create(
            directory=self.directory, **here, kind=SYNC_ALL, target="all"
        )
        self.link_choice = JobFactory.create(
            directory=self.directory, **here, kind=BULK, target="all"
        )
        now = timezone.now()
        self.dry_run = DryRun.objects.create(
            directory=self.directory, kind="sync", created_at=now, created_by="x"
        )
        self.deleted = DeletedGroup.objects.create(
            **here,
            name="gone",
            name_key="gone",
            deleted_at=now,
            deleted_by="x",
            expires_at=now + timedelta(days=9),
        )

    def value(self, route: Route, name: str) -> object:
        """Return the id of the thing that a URL is about."""
        if found := ODD.get((route.name, name)):
            return found(self)
        if name == "kind" and route.name.startswith("provisioning:space-"):
            return self.space.app.kind
        of_person = route.name.removeprefix("provisioning:").startswith(
            (
                "user",
                "record",
                "person",
                "account",
                "managed",
                "invitation",
                "access-person",
            )
        )
        plain: dict[str, object] = {
            "site_id": self.site.pk,
            "directory_id": self.directory.pk,
            "public_id": (
                self.member.account.public_id if of_person else self.group.public_id
            ),
            "scim_id": (self.user if of_person else self.group_record).scim_id,
            "right_id": self.right.pk,
            "grant_id": self.grant.pk,
            "kind": self.grant.app.kind,
            "permission": "make-bulk-changes",
            "space_id": self.space.pk,
            "domain_id": self.domain.pk,
            "key_id": self.key.pk,
            "entry_id": self.entry.pk,
            "job_id": self.job.pk,
            "dry_run_id": self.dry_run.pk,
            "version": "1",
            "decision": "approve",
        }
        # Of a kind that is not here: say above, or in ODD, what to take.
        return plain[name]

    def path(self, route: Route) -> str:
        """Return the address of a page about one of these."""
        names = re.findall(r"<(?:\w+:)?(\w+)>", route.path)
        return reverse(
            route.name, kwargs={name: self.value(route, name) for name in names}
        )


# Where the name of an id alone does not say of what it is.
ODD: dict[tuple[str, str], Callable[[Things], object]] = {
    ("provisioning:site-restore", "site_id"): lambda t: t.removed_site.pk,
    ("provisioning:group-right-remove", "right_id"): lambda t: t.given.pk,
    ("provisioning:group-resync", "public_id"): lambda t: t.synced.public_id,
    ("provisioning:group-restore", "public_id"): lambda t: t.deleted.public_id,
    ("directories:account-photo", "public_id"): lambda t: t.member.account.public_id,
    ("provisioning:groups-sync-result", "job_id"): lambda t: t.sync_all.pk,
    ("provisioning:groups-sync-result-export", "job_id"): lambda t: t.sync_all.pk,
    ("provisioning:report-result", "job_id"): lambda t: t.link_choice.pk,
    ("provisioning:report-result-export", "job_id"): lambda t: t.link_choice.pk,
    ("directories:organization-api-key-revoke", "key_id"): lambda t: t.own_key.pk,
}


@pytest.mark.django_db
def test_what_is_of_another_organization_is_not_there():
    things = Things()
    client = client_of("organization_admin")

    wrong = []
    for route in with_ids():
        answers = {send(client, method, things.path(route)) for method in METHODS}
        if answers - {ABSENT, NO_SUCH_METHOD} or ABSENT not in answers:
            wrong.append((route.name, answers))

    assert wrong == []


@pytest.mark.django_db
def test_what_is_of_the_own_organization_is_there():
    """Or the test above would say nothing."""
    things = Things()
    client = client_of("organization_admin", organization=things.organization)

    wrong = [
        route.name
        for route in with_ids()
        if {send(client, method, things.path(route)) for method in METHODS}
        <= {ABSENT, NO_SUCH_METHOD}
    ]

    assert wrong == []

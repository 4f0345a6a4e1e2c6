"""Whatever providers push and admins decide, in whatever order: the rules hold."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import TestCase

from directories.consumers import RefusedError
from directories.models import (
    Directory,
    Domain,
    GroupRecord,
    Job,
    LinkState,
    Member,
    Organization,
    UserRecord,
)
from directories.services import api_keys, directories, domains, organizations
from directories.services.audit import SYSTEM
from directories.tasks import wake
from provisioning.models import App, AppGrant, AppRole, Group
from provisioning.queries.name_conflicts.conflicts import WAITING
from provisioning.services.account_links import links
from provisioning.services.accounts import people
from provisioning.services.name_conflicts import group_conflicts
from provisioning.services.name_conflicts.group_conflicts import Decision
from provisioning.services.organization_groups import local_groups
from provisioning.services.sites_and_apps import app_grants
from provisioning.services.syncing import sync
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import AppFactory, GroupFactory
from tests.scim.client import ScimClient, add_client, add_organization, values
from tests.scim.invariants import check_invariants
from tests.scim.pushes import DOMAINS, Pusher

pytestmark = pytest.mark.slow

# More by hand: FUZZ_SEEDS=500 pytest tests/provisioning/test_organization_properties.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "6")))
STEPS = 150
DECIDED = 0.25


class Story(Pusher):
    """Pushes of two providers, and an admin who decides in between."""

    def __init__(self, seed: int, clients: list[ScimClient]) -> None:
        super().__init__(seed, clients)
        self.organization: Organization = clients[0].directory.organization

    def go_on(self) -> None:
        """Let somebody do something."""
        if self.random.random() > DECIDED:
            self.push()
            return
        decisions: list[Callable[[], Iterable[Job]]] = [
            *[self._verify, self._link_domain, self._unlink_domain, self._claim],
            *[self._remove_domain, self._decide_group, self._decide_group],
            *[self._approve, self._rotate, self._disconnect, self._unlink],
            *[self._link_again, self._edit_group, self._access, self._access],
        ]
        with TestCase.captureOnCommitCallbacks(execute=True):
            for job in self.random.choice(decisions)():
                wake(job.pk)

    def _domain(self) -> Domain | None:
        mine = list(self.organization.domains.select_related("organization"))
        return self.random.choice(mine) if mine else None

    def _verify(self) -> list[Job]:
        name = self.random.choice(DOMAINS)
        if Domain.objects.filter(name=name).exists():
            return []
        added = organizations.add_domain(
            self.organization, name=name, verified=True, now=now()
        )
        return [domains.queue_following(added, now())]

    def _claim(self) -> list[Job]:
        domain = self._domain()
        return (
            [domains.claim_accounts(domain=domain, by=SYSTEM, now=now())]
            if domain
            else []
        )

    def _link_domain(self) -> list[Job]:
        domain = self._domain()
        to = self.random.choice(list(self.organization.directories.order_by("name")))
        if domain is None:
            return []
        return domains.link_domains(
            domains=[domain], directory=to, by=SYSTEM, now=now()
        )

    def _unlink_domain(self) -> list[Job]:
        domain = self._domain()
        return (
            [domains.unlink_domain(domain=domain, by=SYSTEM, now=now())]
            if domain
            else []
        )

    def _remove_domain(self) -> list[Job]:
        domain = self._domain()
        return (
            [domains.remove_domain(domain=domain, by=SYSTEM, now=now())]
            if domain
            else []
        )

    def _decide_group(self) -> list[Job]:
        waiting = GroupRecord.objects.filter(link_reason__in=WAITING)
        held = self._any(waiting.select_related("directory__organization"))
        if held is None:
            return []
        decision = self.random.choice(list(Decision))
        try:
            _decided, job = group_conflicts.decide(held, decision, by=SYSTEM, now=now())
        except group_conflicts.NotWaitingError:
            return []
        return [job]

    def _approve(self) -> list[Job]:
        held = self._any(UserRecord.objects.filter(link_state=LinkState.HELD))
        if held is not None:
            try:
                people.approve_link(held, by=SYSTEM, now=now())
            except (people.NotWaitingError, RefusedError):
                return []
        return []

    def _unlink(self) -> list[Job]:
        linked = UserRecord.objects.filter(
            link_state=LinkState.LINKED, organization=self.organization
        )
        record = self._any(linked)
        return links.unlink(record, by=SYSTEM, now=now()) if record else []

    def _link_again(self) -> list[Job]:
        loose = UserRecord.objects.filter(organization=self.organization)
        record = self._any(loose.exclude(link_state=LinkState.LINKED))
        if record is not None:
            try:
                links.look_again(record, by=SYSTEM, now=now())
            except RefusedError:
                return []
        return []

    def _edit_group(self) -> list[Job]:
        """Add somebody to a local group, or make one that may be in the way."""
        name = self.random.choice(["Local", "Crew", "Band"])
        local = Group.objects.filter(
            organization=self.organization, kind=Group.Kind.LOCAL
        )
        group = local.order_by("name").first()
        if group is None:
            taken = self.organization.groups.filter(name_key=name.casefold())
            if not taken.exists():
                GroupFactory.create(organization=self.organization, name=name)
            return []
        somebody = self._any(self.organization.members.all())
        if somebody and not group.group_members.filter(account=somebody.account):
            local_groups.add_accounts(group, [somebody.account])
        return []

    def _access(self) -> list[Job]:
        """Let a group give a role in an app, or take from one what it gives."""
        apps = App.objects.filter(site__organization=self.organization)
        app, group = self._any(apps), self._any(self.organization.groups.all())
        grant = self._any(AppGrant.objects.filter(app=app))
        if grant is not None and self.random.random() < 0.4:
            app_grants.take_access(grant, by=SYSTEM, now=now())
        elif group is not None:
            role = self.random.choice([AppRole.USER, AppRole.GUEST])
            app_grants.give_access(app, group, role, by=SYSTEM, now=now())
        return []

    def _rotate(self) -> list[Job]:
        client, _pushed = self.random.choice(self.held)
        _key, client.key = api_keys.regenerate_api_key(
            directory=client.directory, by=SYSTEM, now=now()
        )
        return []

    def _disconnect(self) -> list[Job]:
        """Delete the configuration and set it up again; nothing is pushed yet."""
        if self.random.random() < 0.5:
            return []
        client, pushed = self.random.choice(self.held)
        job = directories.delete_configuration(
            directory=client.directory, by=SYSTEM, now=now()
        )
        with TestCase.captureOnCommitCallbacks(execute=True):
            wake(job.pk)
        client.directory.refresh_from_db()
        _key, client.key = directories.set_up_provisioning(
            directory=client.directory, by=SYSTEM, now=now()
        )
        pushed.users.clear()
        pushed.groups.clear()
        return []

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None


def now() -> datetime:
    return datetime.now(UTC)


def snapshot(organization: Organization) -> dict[str, Any]:
    """Return what the organization is: who belongs to whom, who is in what."""
    members = organization.members.select_related("account")
    groups = organization.groups.prefetch_related("members")
    found = UserRecord.objects.filter(organization=organization).order_by("pk")
    keys = ("directory_id", "user_name_key")
    facts = ("link_state", "link_reason", "account_id")
    return {
        "people": {
            m.account.email_key: (m.directory_id, m.status, m.account.managed_by_id)
            for m in members
        },
        "groups": {
            g.name: (g.kind, frozenset(g.members.values_list("email_key", flat=True)))
            for g in groups
        },
        "records": dict(
            zip(found.values_list(*keys), found.values_list(*facts), strict=True)
        ),
    }


def look_again_at_everything(organization: Organization) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        for directory in organization.directories.filter(state=Directory.State.ACTIVE):
            if directory.kind == Directory.Kind.ORGANIZATION:
                wake(sync.queue_reconcile(directory, now()).pk)


def push_again(story: Story) -> None:
    """Push what every provider said last once more."""
    for client, _pushed in story.held:
        for user in client.get("/Users?count=1000").json()["Resources"]:
            answer = client.put(f"/Users/{user['id']}", user)
            assert answer.status_code in {200, 409}, answer.content
        for group in client.get("/Groups?count=1000").json()["Resources"]:
            members = [member["value"] for member in group.get("members", [])]
            body = {**group, "members": values(*members)}
            answer = client.put(f"/Groups/{group['id']}", body)
            assert answer.status_code in {200, 204, 409}, answer.content


@pytest.fixture
def organization(db: None, monkeypatch: pytest.MonkeyPatch) -> Organization:
    """Return an organization with people, a local and a default group of its own."""
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)
    made = add_organization("Acme", "example.com")
    AppFactory.create(site__organization=made)
    AppFactory.create(site__organization=made, kind="confluence", user_limit=2)
    GroupFactory.create(organization=made, name="Local")
    GroupFactory.create(organization=made, name="Staff", kind="default")
    root = AccountFactory.create(email="root@acme.example")
    admin = AccountFactory.create(email="ada@example.com")
    for account in (root, admin):
        MemberFactory.create(organization=made, account=account)
        RoleAssignmentFactory.create(organization=made, account=account)
    AccountFactory.create(email="bob@elsewhere.example")
    return made


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rules_hold_and_a_replay_changes_nothing(
    organization: Organization, settings: Any, seed: int
) -> None:
    settings.MEMBERS_IN_REQUEST = seed % 2 * 500
    clients = [add_client(organization, name) for name in ("First", "Second")]
    story = Story(seed, clients)

    for step in range(STEPS):
        story.go_on()
        if step % 10 == 9:
            check_invariants()
    assert Member.objects.filter(account__email="root@acme.example").exists()
    look_again_at_everything(organization)
    before = snapshot(organization)

    look_again_at_everything(organization)
    assert snapshot(organization) == before
    push_again(story)
    look_again_at_everything(organization)

    assert snapshot(organization) == before
    check_invariants()

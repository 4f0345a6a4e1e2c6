"""Whatever providers push and admins decide, in whatever order: the rules hold."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import TestCase

from directories.consumers import RefusedError
from directories.models import Directory, GroupRecord, Job, Site, UserRecord
from directories.services import directories, jobs
from directories.services.audit import SYSTEM
from directories.tasks import wake
from portals.models import Customer, CustomerDirectory, CustomerOrganization
from portals.services.customer_accounts import customers
from portals.services.customer_directories import group_choices
from portals.services.customer_organizations import organizations
from portals.services.customer_organizations.members import Origin
from portals.tasks import settle_organizations
from provisioning.services.account_links import links
from provisioning.services.syncing import sync
from tests.portals.invariants import check_customers
from tests.scim.client import ScimClient
from tests.scim.pushes import DOMAINS, GROUPS, Pusher

pytestmark = pytest.mark.slow

# Each database has stories of its own; more by hand:
# FUZZ_SEEDS=500 pytest tests/portals/test_customer_properties.py
GIVEN = os.environ.get("FUZZ_SEEDS")
OWN = range(3, 6) if settings.EMBEDDED else range(3)
SEEDS = range(int(GIVEN)) if GIVEN else OWN
STEPS = 150
DECIDED = 0.3
KILLED = 0.15


class KilledError(Exception):
    """The worker was killed in the middle of a job."""


class Story(Pusher):
    """Pushes of two providers, and an admin who decides in between."""

    def __init__(self, seed: int, site: Site, clients: list[ScimClient]) -> None:
        super().__init__(seed, clients)
        self.site = site
        self.dies = True

    def go_on(self) -> None:
        """Let somebody do something."""
        if self.random.random() > DECIDED:
            self.push()
            return
        decisions: list[Callable[[], object]] = [
            *[self._revoke, self._revoke, self._grant, self._rename, self._move],
            *[self._add, self._erase, self._unlink, self._link_again],
            *[self._make, self._archive, self._restore, self._fill, self._empty],
            *[self._sync_group, self._sync_group, self._unlink_group, self._settle],
            *[self._policy, self._route, self._night, self._tomorrow, self._leave],
        ]
        with (
            TestCase.captureOnCommitCallbacks(execute=True),
            suppress(
                customers.OwnedError,
                customers.EmailTakenError,
                organizations.OwnedError,
                organizations.NameTakenError,
                group_choices.NotWaitingError,
                group_choices.NotSyncedError,
                RefusedError,
            ),
        ):
            self.random.choice(decisions)()

    def _any(self, rows: Any) -> Any:
        found = list(rows.order_by("pk"))
        return self.random.choice(found) if found else None

    def _customer(self) -> Any:
        return self._any(self.site.customers.all())

    def _organization(self, *, archived: bool = False) -> Any:
        found = self.site.customer_organizations.all()
        return self._any(found.filter(archived_at__isnull=not archived))

    def _revoke(self) -> None:
        if one := self._customer():
            held = customers.revoke(one, by=SYSTEM, now=now())
            assert held.session_epoch == one.session_epoch + (
                one.revoked_by != Customer.RevokedBy.ADMIN
            )

    def _grant(self) -> None:
        if one := self._customer():
            # Who is inactive at the provider is let in until it says so again.
            if one.record_id and not one.record.active:
                return
            customers.grant(one, by=SYSTEM, now=now())

    def _rename(self) -> None:
        if one := self._customer():
            customers.rename(one, name="Somebody", by=SYSTEM, now=now())

    def _move(self) -> None:
        if one := self._customer():
            customers.change_email(one, email=self._address(), by=SYSTEM, now=now())

    def _add(self) -> None:
        customers.create_customer(
            self.site,
            email=self._address(),
            name="Local",
            source=Customer.Source.INVITED,
            by=SYSTEM,
            now=now(),
        )

    def _erase(self) -> None:
        if one := self._customer():
            customers.delete_customer(one, by=SYSTEM, now=now())

    def _unlink(self) -> None:
        one = self._any(self.site.customers.exclude(record=None))
        if one:
            customers.unlink(one, by=SYSTEM, now=now())

    def _link_again(self) -> None:
        if record := self._any(UserRecord.objects.select_related("directory")):
            links.look_again(record, by=SYSTEM, now=now())

    def _make(self) -> None:
        organizations.create_organization(
            self.site, name=self.random.choice(GROUPS), by=SYSTEM, now=now()
        )

    def _archive(self) -> None:
        if one := self._organization():
            organizations.archive(one, by=SYSTEM, now=now())

    def _restore(self) -> None:
        if one := self._organization(archived=True):
            organizations.restore(one, by=SYSTEM, now=now())

    def _fill(self) -> None:
        keys = list(self.site.customers.values_list("pk", flat=True))
        if one := self._organization():
            organizations.add_people(one, keys, by=SYSTEM, now=now())

    def _empty(self) -> None:
        one, customer = self._organization(), self._customer()
        if one and customer:
            organizations.remove_people(one, [customer.pk], by=SYSTEM, now=now())

    def _group(self) -> Any:
        return self._any(GroupRecord.objects.select_related("directory__organization"))

    def _sync_group(self) -> None:
        if record := self._group():
            wake(group_choices.sync_group(record, by=SYSTEM, now=now()).pk)

    def _unlink_group(self) -> None:
        if one := self._organization():
            group_choices.unlink_group(one, by=SYSTEM, now=now())

    def _settle(self) -> None:
        if one := self._organization():
            wake(group_choices.settle_now(one, by=SYSTEM, now=now()).pk)

    def _tomorrow(self) -> None:
        waiting = CustomerOrganization.objects.exclude(settles_at=None)
        waiting.update(settles_at=now() - timedelta(seconds=1))
        settle_organizations()

    def _policy(self) -> None:
        policy = self.random.choice(CustomerDirectory.GroupPolicy.values)
        CustomerDirectory.objects.update(group_policy=policy)

    def _route(self) -> None:
        self.site.routed_domains.all().delete()
        client, _pushed = self.random.choice(self.held)
        # Mostly no directory is the default one, so that both may push everybody.
        CustomerDirectory.objects.update(is_default=False)
        if self.random.random() < 0.6:
            return
        own = CustomerDirectory.objects.filter(directory=client.directory)
        own.update(is_default=self.random.random() < 0.5)
        self.site.routed_domains.create(
            name=self.random.choice(DOMAINS), directory=client.directory
        )

    def _night(self) -> None:
        for client, _pushed in self.held:
            wake(sync.queue_reconcile(client.directory, now()).pk)

    def _leave(self) -> None:
        """Delete the configuration and set it up again; nothing is pushed yet."""
        if self.random.random() < 0.6:
            return
        client, pushed = self.random.choice(self.held)
        self.dies = False
        job = directories.delete_configuration(
            directory=client.directory, by=SYSTEM, now=now()
        )
        with TestCase.captureOnCommitCallbacks(execute=True):
            wake(job.pk)
        self.dies = True
        client.directory.refresh_from_db()
        _key, client.key = directories.set_up_provisioning(
            directory=client.directory, by=SYSTEM, now=now()
        )
        pushed.users.clear()
        pushed.groups.clear()

    def maybe_die(self) -> None:
        """Be killed now and then."""
        if self.dies and self.random.random() < KILLED:
            raise KilledError


def now() -> datetime:
    return datetime.now(UTC)


def finish_all_work() -> None:
    """Do whatever was not done because its worker was killed."""
    while first := (open_jobs := Job.objects.exclude(state=Job.State.DONE)).first():
        open_jobs.update(state=Job.State.QUEUED, beat_at=now(), failures=0)
        # One message is enough: its worker goes on until nothing waits.
        wake(first.pk)


def snapshot(site: Site) -> dict[str, Any]:
    """Return who the customers of a site are and in which organizations."""
    people = {
        one.email_key: (one.directory_id, one.record_id, one.status, one.revoked_by)
        for one in site.customers.all()
    }
    inside = {
        (one.name, one.archived_at): (
            one.source,
            one.record_id,
            frozenset(
                one.organization_members.values_list(
                    "customer__email_key", *(origin.value for origin in Origin)
                )
            ),
        )
        for one in site.customer_organizations.all()
    }
    return {"people": people, "organizations": inside}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rules_hold_whatever_happens(
    seed: int,
    site: Site,
    idp: ScimClient,
    second_idp: ScimClient,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And looking at everything again, or pushing it again, changes nothing."""
    settings.MEMBERS_IN_REQUEST = 2
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)
    monkeypatch.setattr("provisioning.services.pace.BATCH", 2)
    monkeypatch.setattr("provisioning.services.pace.SMALL_BATCH", 2)
    CustomerDirectory.objects.update(is_default=False)
    story = Story(seed, site, [idp, second_idp])
    report = jobs.Run.report

    def report_or_die(run: jobs.Run, **values: Any) -> None:
        report(run, **values)
        story.maybe_die()

    monkeypatch.setattr(jobs.Run, "report", report_or_die)
    for step in range(STEPS):
        story.go_on()
        if step % 10 == 9:
            story.dies = False
            finish_all_work()
            check_customers()
            story.dies = True
    story.dies = False
    finish_all_work()
    story._tomorrow()
    look_again(story)
    before = snapshot(site)
    look_again(story)
    assert snapshot(site) == before
    push_again(story)
    assert snapshot(site) == before
    check_customers()
    addresses = list(site.customers.values_list("email_key", flat=True))
    assert len(set(addresses)) == len(addresses)


def look_again(story: Story) -> None:
    """Compare everything, as every night."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        for directory in Directory.objects.filter(kind="customers", state="active"):
            wake(sync.queue_reconcile(directory, now()).pk)
    assert not story.dies
    finish_all_work()


def push_again(story: Story) -> None:
    """Push what every provider said last once more."""
    for client, _pushed in story.held:
        for user in client.get("/Users?count=1000").json()["Resources"]:
            answer = client.put(f"/Users/{user['id']}", user)
            assert answer.status_code in {200, 409}, answer.content
        for group in client.get("/Groups?count=1000").json()["Resources"]:
            answer = client.put(f"/Groups/{group['id']}", group)
            assert answer.status_code in {200, 204, 409}, answer.content

"""Random pushes to a guarded directory, with random decisions in between."""

import os
from contextlib import suppress
from random import Random

import pytest
from django.test import TestCase
from django.utils import timezone

from directories import tasks as directory_tasks
from directories.models import Account, Directory, Removal, UserRecord
from directories.services import directories
from directories.services.audit import SYSTEM
from provisioning.services.held_removals import removals
from provisioning.services.held_removals.removals import (
    ALL,
    APPROVE,
    DISCARD,
    UNDO,
    Chosen,
)
from tests.scim.invariants import check_invariants
from tests.scim.pushes import Pusher

pytestmark = pytest.mark.slow

# More by hand: FUZZ_SEEDS=200 pytest tests/scim/test_guard_properties.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "4")))
ROUNDS, PUSHES = 8, 12


def decide(client, kind, chosen=ALL):
    """Decide and do the work, unless there is nothing to decide about."""
    now = timezone.now()
    with (
        suppress(removals.NothingWaitsError),
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        if kind == UNDO:
            job = removals.undo(
                directory=client.directory, chosen=chosen, by=SYSTEM, now=now
            )
        else:
            job = removals.decide(
                kind, directory=client.directory, chosen=chosen, by=SYSTEM, now=now
            )
        directory_tasks.run_job(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.error) == ("done", "")


def compare(client):
    """Compare everything the directory pushed."""
    job = directories.request_sync(
        directory=client.directory, by=SYSTEM, now=timezone.now()
    )
    with TestCase.captureOnCommitCallbacks(execute=True):
        directory_tasks.run_job(job_id=str(job.pk))


def some(random):
    keys = list(Removal.objects.values_list("pk", flat=True))
    return Chosen(random.sample(keys, min(3, len(keys))))


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_has_less_than_was_pushed_and_after_a_decision_exactly_that(
    scim, second, settings, monkeypatch, seed
):
    settings.MEMBERS_IN_REQUEST = seed % 2 * 500
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)
    random = Random(seed)  # noqa: S311 - nothing secret about it
    Directory.objects.update(guard_percent=10, guard_least=seed % 3)
    pusher = Pusher(seed, [scim, second])

    for _round in range(ROUNDS):
        for _push in range(PUSHES):
            pusher.push()
        check_invariants()
        client = random.choice([scim, second])
        if random.random() < 0.3:
            compare(client)
            check_invariants()
        if random.random() < 0.7:
            kind = random.choice([APPROVE, DISCARD, UNDO])
            decide(client, kind, random.choice([ALL, some(random)]))
            check_invariants()

    check_settled(scim, second)


def check_settled(*clients):
    """Assert that nothing is held any more once everything is approved."""
    for client in clients:
        decide(client, APPROVE)
    for client in clients:
        compare(client)
    check_invariants()
    assert not Removal.objects.filter(state=Removal.State.HELD).exists()
    assert not Directory.objects.exclude(guard_stopped_at=None).exists()
    linked = UserRecord.objects.filter(link_state="linked", link_reason="")
    for record in linked.select_related("account"):
        assert record.account is not None
        if record.account.managed_by_id == record.organization_id:
            active = record.account.status == Account.Status.ACTIVE
            assert active == record.active, record
    assert not UserRecord.objects.filter(link_reason="guard_held").exists()

"""What a dry run says is what then happens."""

from collections import Counter
from contextlib import suppress

import pytest
from django.utils import timezone

from directories.models import Directory, LinkState
from directories.services import directories
from directories.services.audit import SYSTEM
from directories.tasks import run_job, wake
from provisioning.models import DryRun, DryRunLine, Group
from provisioning.queries.name_conflicts.conflicts import ConflictFilter
from provisioning.services.forecast import dry_runs
from provisioning.services.name_conflicts import conflict_runs
from tests.provisioning.any_organization import Scope, World
from tests.provisioning.test_scope import work

pytestmark = pytest.mark.django_db

SEEDS = range(40)
Kind = DryRun.Kind


def dry_run(world, kind, plan=None):
    made = dry_runs.request_dry_run(
        directory=world.directory, kind=kind, plan=plan, by=SYSTEM, now=timezone.now()
    )
    assert made.job_id is not None
    run_job(job_id=str(made.job_id))
    work()
    made.refresh_from_db()
    assert made.finished_at is not None
    return made


def lines(made):
    found: dict[str, dict[str, str]] = {}
    for line in DryRunLine.objects.filter(dry_run=made):
        found.setdefault(line.effect, {})[line.name] = line.detail
    return found


def differences(before, after, names):
    """Return for each group how many joined and left."""
    joined, left = {}, {}
    for name in names:
        was = before["members"].get(name, set())
        now = after["members"].get(name, set())
        if now - was:
            joined[name] = str(len(now - was))
        if was - now:
            left[name] = str(len(was - now))
    return joined, left


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_dry_run_says_is_what_then_happens(seed):
    world = World(seed)
    kind = world.random.choice([Kind.SYNC, Kind.SCOPE])
    plan = world.plan() if kind == Kind.SCOPE else None
    before = world.look()

    made = dry_run(world, kind, plan)

    said = lines(made)
    assert world.look() == before  # it changes nothing
    assert {effect: len(names) for effect, names in said.items()} == {
        effect: made.numbers[effect] for effect in said
    }
    job = dry_runs.apply_dry_run(made, by=SYSTEM, now=timezone.now())
    if job is not None:
        wake(job.pk)
    work()
    after = world.look()
    check_people(said, before, after)
    check_groups(said, before, after)
    check_access(said, before, after)


@pytest.mark.parametrize("seed", range(100, 115))
def test_what_it_says_of_groups_that_wait_is_what_syncing_them_does(seed):
    world = World(seed)
    Directory.objects.update(mode=Directory.Mode.COMPATIBLE, scope=Scope.ALL)
    before = world.look()

    said = lines(dry_run(world, Kind.CONFLICTS))

    assert world.look() == before
    wanted = ConflictFilter(directory=str(world.directory.pk))
    with suppress(conflict_runs.NothingWaitsError):
        job = conflict_runs.sync_all(
            world.organization, wanted, by=SYSTEM, now=timezone.now()
        )
        wake(job.pk)
    after = world.look()
    assert {n for n, synced in after["groups"].items() if synced} == {
        n for n, synced in before["groups"].items() if synced
    } | set(said.get("group_synced", {}))
    joined, left = differences(before, after, said.get("group_synced", {}))
    assert said.get("members_joined", {}) == joined
    assert said.get("members_left", {}) == left
    check_access(said, before, after)


def check_access(said, before, after):
    """Hold what was said of apps against who had access before and afterwards."""
    for effect, changed in (
        ("access_gained", after["access"] - before["access"]),
        ("access_lost", before["access"] - after["access"]),
    ):
        counted = Counter(app for app, _account in changed)
        assert said.get(effect, {}) == {a: str(n) for a, n in counted.items()}, effect


STATES = {
    "person_made": LinkState.LINKED,
    "person_linked": LinkState.LINKED,
    "person_held": LinkState.HELD,
    "person_paused": LinkState.PAUSED,
    "person_left_out": LinkState.UNLINKED,
    "person_removed": LinkState.PAUSED,
}
STATUSES = {"person_deactivated": "deactivated", "person_reactivated": "active"}


def check_people(said, before, after):
    """Hold everything that was said of people against what they became."""
    told = {
        name: effect
        for effect, people in said.items()
        if effect.startswith("person_")
        for name in people
    }
    refused = {name for name, effect in told.items() if effect == "person_refused"}
    changed = {n for n, now in after["people"].items() if now != before["people"][n]}
    assert changed.isdisjoint(refused)
    # Who stays as they are is not told of, all others are.
    assert changed == set(told) - refused
    new = after["accounts"] - before["accounts"]
    assert len(new) == len(said.get("person_made", {})) + moved_away(said)
    for name, effect in told.items():
        state, reason, status, _email = after["people"][name]
        assert state == STATES.get(effect, state), (name, effect)
        assert status == STATUSES.get(effect, status), (name, effect)
        if effect in {"person_held", "person_paused", "person_left_out"}:
            assert reason == said[effect][name]
    gone = {after["people"][name][3] for name in said.get("person_removed", {})}
    assert before["listed"] - after["listed"] - moved_from(said, before) == gone


def moved_from(said, before):
    """Return the addresses that are nobody's any more."""
    return {before["people"][name][3] for name in said.get("person_moved", {})}


def moved_away(said):
    """Return how many addresses are new because an account got another one."""
    return len(said.get("person_moved", {}))


def check_groups(said, before, after):
    told = {
        name: effect
        for effect, groups in said.items()
        if effect.startswith("group_")
        for name in groups
    }
    for name, synced in after["groups"].items():
        effect = told.get(name, "")
        was = before["groups"][name]
        if effect in {"group_made", "group_again", "group_synced"}:
            assert synced, (name, effect)
        elif effect:
            assert not synced, (name, effect)
        else:
            assert synced == was
    joined, left = differences(before, after, before["members"] | after["members"])
    assert said.get("members_joined", {}) == joined
    assert said.get("members_left", {}) == left


@pytest.mark.parametrize("seed", range(200, 206))
def test_what_it_says_of_groups_that_become_local_is_what_disconnecting_does(seed):
    world = World(seed)
    before = set(Group.objects.filter(kind="local").values_list("pk", flat=True))

    said = lines(dry_run(world, Kind.DISCONNECT))
    job = directories.delete_configuration(
        directory=world.directory, by=SYSTEM, now=timezone.now()
    )
    run_job(job_id=str(job.pk))

    local = Group.objects.filter(kind="local").exclude(pk__in=before)
    assert set(said.get("group_local", {})) == set(local.values_list("name", flat=True))

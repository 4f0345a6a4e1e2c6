"""Groups that wait for a local one of their name: all decided about by one job."""

import pytest
from django.urls import reverse

from directories import tasks
from directories.events import Event
from directories.models import AuditEvent, Job, LinkState
from directories.services import jobs
from directories.services.audit import person
from provisioning.models import App, ConflictResult, Group
from provisioning.queries.name_conflicts.conflicts import ConflictFilter
from provisioning.services.name_conflicts import conflict_runs
from tests.factories.directories import (
    GroupRecordFactory,
)
from tests.factories.provisioning import AppGrantFactory
from tests.pages.provisioning.conflicts import REVIEW, Case, people_in, run_now
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    text_of,
)
from tests.scim.invariants import check_invariants


@pytest.fixture
def case(okta):
    return Case(okta)


@pytest.fixture
def eager(monkeypatch):
    monkeypatch.setattr("provisioning.views.name_conflicts.conflict_run.wake", run_now)
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)


def test_all_groups_are_synced_by_one_job(console, okta, eager):
    cases = [Case(okta, name=name) for name in ("Crew", "Band", "Team")]
    page = main_of(console.get("/directory/review/sync-all/"))
    assert "Sync 3 groups?" in page
    assert "3 times somebody joins a group." in page
    assert "3 times somebody leaves a group" in page

    result = console.post("/directory/review/sync-all/", follow=True)

    for case in cases:
        assert people_in(Group.objects.get(record=case.record)) == case.pushed
    assert "All groups are synced" in main_of(result)
    assert "Synced 3 Refused 0" in main_of(result)
    assert Job.objects.filter(kind="groups-sync-all", state="done").count() == 1
    assert (
        AuditEvent.objects.get(action=Event.GROUP_CONFLICTS_SYNCED).details["groups"]
        == 3
    )
    assert AuditEvent.objects.filter(action=Event.GROUP_CONFLICT_SYNCED).count() == 3
    check_invariants()


def test_all_groups_of_a_filter_only(console, okta, eager):
    crew, band = Case(okta, name="Crew"), Case(okta, name="Band")

    console.post("/directory/review/sync-all/", {"q": "crew", "directory": okta.pk})

    assert Group.objects.filter(record=crew.record).exists()
    assert not Group.objects.filter(record=band.record).exists()


def test_what_cannot_be_synced_is_listed_with_the_reason(console, okta, eager, case):
    reserved = GroupRecordFactory.create(
        directory=okta,
        display_name="site-admins",
        link_state=LinkState.HELD,
        link_reason="local_group_same_name",
    )

    result = console.post("/directory/review/sync-all/", follow=True)

    assert "Synced 1 Refused 1" in main_of(result)
    assert "No local group has this name any more" in main_of(result)
    job = Job.objects.get(kind="groups-sync-all")
    url = reverse("provisioning:groups-sync-result", args=[job.pk])
    assert is_part_of_page(console, url)
    only = main_of(console.get(f"{url}?outcome=refused"))
    assert "site-admins" in only
    assert "Crew" not in only
    rows = csv_rows(console.post(f"{url}export/"))
    assert [row[0] for row in rows[1:]] == ["Crew", "site-admins"]
    reserved.refresh_from_db()
    assert reserved.link_state == LinkState.HELD


def test_nothing_waits(console):
    answer = console.post("/directory/review/sync-all/", follow=True)

    assert "no longer waits" in text_of(answer)
    assert not Job.objects.exists()


def test_a_run_that_was_cut_off_goes_on(okta, admin, monkeypatch):
    """Killed after the decision about a group, before its members were made equal."""
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)
    cases = [Case(okta, name=name) for name in ("Crew", "Band", "Team")]
    job = conflict_runs.sync_all(
        okta.organization,
        ConflictFilter(),
        by=person(admin),
        now=okta.created_at,
    )
    calls = []
    fill = conflict_runs._fill

    def killed(*given, **more):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        fill(*given, **more)

    monkeypatch.setattr(conflict_runs, "_fill", killed)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_job(job_id=str(job.pk))
    Job.objects.update(beat_at=okta.created_at)
    assert jobs.lost_jobs()

    tasks.run_job(job_id=str(job.pk))

    for case in cases:
        assert people_in(Group.objects.get(record=case.record)) == case.pushed
    assert ConflictResult.objects.filter(outcome="synced").count() == 3
    assert Job.objects.get(kind="groups-sync-all").state == "done"
    check_invariants()


def test_what_stays_local_is_said_before_and_not_offered(console, okta):
    """A default group, and one that opens Bitbucket, cannot follow a provider."""
    crew, invited, coders = (Case(okta, name) for name in ("Crew", "New", "Coders"))
    AppGrantFactory.create(group=invited.local, is_default=True)
    AppGrantFactory.create(group=coders.local, app__kind=App.Kind.BITBUCKET)

    listed = console.get(REVIEW).content.decode()
    page = main_of(console.get("/directory/review/sync-all/"))
    one = console.get(
        reverse("provisioning:group-difference", args=[invited.record.scim_id])
    )

    sync = reverse("provisioning:group-sync", args=[invited.record.scim_id])
    assert sync not in listed
    assert reverse("provisioning:group-sync", args=[crew.record.scim_id]) in listed
    assert "Sync 1 group?" in page
    assert "1 group is a default group of an app" in page
    assert "1 group opens Bitbucket" in page
    assert "1 time somebody joins a group." in page
    assert "The local group stays local" in main_of(one)
    assert sync not in one.content.decode()

"""Dry runs: asked for, followed, looked at, exported."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.models import AuditEvent, Job, LinkState
from directories.tasks import run_job
from provisioning import tasks
from provisioning.models import DryRun, DryRunLine, Group
from provisioning.reasons import Reason
from tests.factories.directories import (
    GroupRecordFactory,
    MembershipFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import (
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.pages.provisioning.reading import is_part_of_page, text_of


def start(console, directory, kind):
    """Ask for a dry run, which is worked out at once unless nobody works."""
    url = reverse("provisioning:dry-run-start", args=[directory.pk])
    console.post(url, {"kind": kind})
    return DryRun.objects.get()


@pytest.fixture
def nobody_works(monkeypatch):
    monkeypatch.setattr("provisioning.views.dry_run.wake", lambda _job: None)


def url_of(dry_run, name="detail"):
    return reverse(
        f"provisioning:dry-run-{name}", args=[dry_run.directory_id, dry_run.pk]
    )


@pytest.fixture
def held(okta):
    """Return a group that waits: one person would join, one would leave."""
    stranger = UserRecordFactory.create(directory=okta, linked=True)
    GroupMemberFactory.create(
        group=GroupFactory.create(organization=okta.organization, name="Crew"),
        account=stranger.account,
    )
    record = GroupRecordFactory.create(
        directory=okta,
        display_name="Crew",
        link_state=LinkState.HELD,
        link_reason=Reason.LOCAL_NAME,
        member_count=1,
    )
    person = UserRecordFactory.create(directory=okta, linked=True)
    MembershipFactory.create(group=record, user=person)
    return record


def test_the_list_names_the_next_step(console, okta):
    text = text_of(console.get(reverse("provisioning:dry-run-list", args=[okta.pk])))

    assert "No dry runs yet" in text
    assert "Sync everything now" in text


def test_it_shows_how_far_it_is(console, okta, nobody_works):
    dry_run = start(console, okta, "sync")
    Job.objects.update(done=3, total=10, state=Job.State.RUNNING, run=1)

    page = console.get(url_of(dry_run))
    part = console.get(url_of(dry_run), headers={"HX-Request": "true"})

    assert "3 of 10" in text_of(page)
    assert "3 of 10" in part.content.decode()


def test_the_page_is_fetched_anew_when_it_is_done(console, okta):
    dry_run = start(console, okta, "sync")

    answer = console.get(f"{url_of(dry_run)}?wait=1", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == url_of(dry_run)


def test_nothing_would_change(console, okta):
    dry_run = start(console, okta, "sync")

    text = text_of(console.get(url_of(dry_run)))

    assert "Nothing would change" in text
    assert "Apply" not in text


def test_syncing_groups_that_wait_tells_who_joins_and_leaves(console, okta, held):
    dry_run = start(console, okta, "conflicts")

    text = text_of(console.get(url_of(dry_run)))
    assert "Groups synced 1" in text
    assert "Memberships: 1 added, 1 removed." in text
    left = text_of(console.get(f"{url_of(dry_run)}?effect=members_left"))
    assert "Crew 1" in left
    assert "Review groups" in left


def test_groups_that_stay_local_are_named_with_the_reason(console, okta, held):
    AppGrantFactory.create(group=Group.objects.get(name="Crew"), is_default=True)

    dry_run = start(console, okta, "conflicts")

    text = text_of(console.get(url_of(dry_run)))
    assert "Groups that stay local 1" in text
    assert "Crew A default group of an app: people are invited into it" in text


def test_disconnecting_makes_all_local(console, okta, held):
    UserRecordFactory.create(directory=okta)

    dry_run = start(console, okta, "disconnect")

    assert dry_run.numbers == {
        "person_local": 2,
        "person_forgotten": 1,
        "group_forgotten": 1,
    }


def test_lines_are_searched_and_exported(console, okta):
    for name in ("ada", "bo"):
        UserRecordFactory.create(directory=okta, user_name=name, email=f"{name}@x.io")
    dry_run = start(console, okta, "sync")
    assert dry_run.numbers["person_made"] == 2

    part = console.get(
        url_of(dry_run),
        {"effect": "person_made", "q": "AD"},
        headers={"HX-Request": "true"},
    ).content.decode()
    assert "ada" in part
    assert ">bo<" not in part
    nothing = console.get(url_of(dry_run), {"effect": "person_made", "q": "zz"})
    assert "Nothing found" in text_of(nothing)

    answer = console.post(url_of(dry_run, "export"))
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert "Accounts made,ada,ada@x.io" in lines
    assert AuditEvent.objects.filter(action="exported").exists()


def test_the_rows_are_the_same_alone_and_in_the_page(console, okta):
    UserRecordFactory.create(directory=okta)
    dry_run = start(console, okta, "sync")

    assert is_part_of_page(console, f"{url_of(dry_run)}?effect=person_made")


def test_a_sync_is_applied(console, okta):
    record = UserRecordFactory.create(directory=okta)
    dry_run = start(console, okta, "sync")

    console.post(url_of(dry_run, "apply"))

    record.refresh_from_db()
    assert record.link_state == LinkState.LINKED


def test_what_is_not_done_is_not_applied(console, okta, nobody_works):
    dry_run = start(console, okta, "sync")

    console.post(url_of(dry_run, "apply"))

    assert not Job.objects.filter(kind="directory-reconcile").exists()


def test_it_is_worked_out_anew_after_it_was_cut_off(console, okta, nobody_works):
    UserRecordFactory.create(directory=okta)
    dry_run = start(console, okta, "sync")
    DryRunLine.objects.create(dry_run=dry_run, effect="person_made", name="half")

    run_job(job_id=str(dry_run.job_id))

    assert not DryRunLine.objects.filter(name="half").exists()
    assert DryRunLine.objects.count() == 1


def test_a_failure_is_told(console, okta, nobody_works):
    dry_run = start(console, okta, "sync")
    Job.objects.update(state=Job.State.FAILED, error="Boom")

    assert "Boom" in text_of(console.get(url_of(dry_run)))


def test_old_ones_are_forgotten(console, okta, settings):
    old = start(console, okta, "sync")
    age = timedelta(days=settings.DRY_RUN_DAYS, seconds=1)
    DryRun.objects.update(created_at=timezone.now() - age)

    tasks.forget_dry_runs()

    assert not DryRun.objects.filter(pk=old.pk).exists()


def test_who_may_only_look_may_not_ask(site_admin, okta):
    url = reverse("provisioning:dry-run-start", args=[okta.pk])

    assert site_admin.post(url, {"kind": "sync"}).status_code == 403

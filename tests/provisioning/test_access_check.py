"""The nightly check: what differs is found, told and mended."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Job
from directories.services import jobs
from directories.services.audit import SYSTEM
from directories.tasks import run_job
from provisioning.models import AccessCheck, App, AppAccess, AppRole, AppUse
from provisioning.services import pace
from provisioning.services.access import checking, following, limits
from provisioning.services.organization_groups import local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import OrganizationFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.provisioning.access import check_access
from tests.provisioning.test_access import add, somebody


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


@pytest.fixture
def app(organization):
    return AppFactory.create(site__organization=organization)


@pytest.fixture
def group(organization, app):
    group = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=group, app=app)
    return group


def check(organization):
    job = checking.queue_check(organization, timezone.now())
    run_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert job.state == "done", job.error
    return AccessCheck.objects.latest("at")


def test_nothing_is_found_where_nothing_is_wrong(organization, group):
    add(group, somebody(organization), somebody(organization))

    done = check(organization)

    assert (done.compared, done.missing, done.surplus) == (2, 0, 0)
    assert done.finished_at
    assert not done.examples
    assert not AuditEvent.objects.filter(action=Event.ACCESS_CHECKED).exists()


def test_what_somebody_did_to_the_rows_is_found_told_and_mended(
    organization, app, group
):
    lost, kept = somebody(organization), somebody(organization)
    stranger = somebody(organization)
    add(group, lost, kept)
    AppAccess.objects.filter(account=lost).delete()
    AppAccess.objects.create(
        app=app, role="guest", account=stranger, since=timezone.now()
    )
    AppUse.objects.create(app=app, role="user", state="waiting", people=3)

    done = check(organization)

    assert (done.missing, done.surplus) == (1, 1)
    people = {each.get("person") for each in done.examples}
    assert {lost.email, stranger.email} <= people
    check_access()
    assert AuditEvent.objects.filter(action=Event.ACCESS_CHECKED).count() == 1
    again = check(organization)
    assert (again.missing, again.surplus, again.examples) == (0, 0, [])


def test_an_app_that_a_job_follows_is_compared_after_it(organization, app, settings):
    settings.ACCESS_IN_REQUEST = 1
    group = GroupFactory.create(organization=organization)
    people = [somebody(organization) for _number in range(3)]
    local_groups.add_accounts(group, people)
    now = timezone.now()
    app_grants.give_access(app, group, AppRole.USER, by=SYSTEM, now=now)
    follow = Job.objects.get(kind="access-follow")
    assert not AppAccess.objects.exists()

    first = check(organization)
    assert (first.compared, first.missing) == (0, 0)

    run_job(job_id=str(follow.pk))
    check_access()
    assert AppAccess.objects.count() == 3
    last = AccessCheck.objects.latest("at")
    assert (last.compared, last.missing) == (3, 0)


def test_a_job_that_was_cut_off_goes_on_where_it_was(organization, app, settings):
    settings.ACCESS_IN_REQUEST = 1
    group = GroupFactory.create(organization=organization)
    people = [somebody(organization) for _number in range(3)]
    local_groups.add_accounts(group, people)
    now = timezone.now()
    app_grants.give_access(app, group, AppRole.USER, by=SYSTEM, now=now)
    follow = Job.objects.get(kind="access-follow")
    Job.objects.filter(pk=follow.pk).update(cursor=people[0].pk, done=1)

    run_job(job_id=str(follow.pk))

    assert AppAccess.objects.count() == 2
    assert jobs.claim_job(follow.pk) is None


def waiting(organization, app, group, number=2):
    """Have people wait for the licenses of an app, which has none."""
    app.user_limit = 0
    app.save()
    people = [somebody(organization) for _number in range(number)]
    add(group, *people)
    assert set(app.accesses.values_list("state", flat=True)) == {"waiting"}
    return people


def test_a_given_up_job_about_a_higher_limit_is_tried_again(
    organization, app, group, settings, django_capture_on_commit_callbacks
):
    settings.ACCESS_IN_REQUEST = 1
    waiting(organization, app, group, number=3)
    app.accesses.update(state="refused")
    AppUse.objects.filter(app=app).update(state="refused")
    with django_capture_on_commit_callbacks(execute=False):
        now = timezone.now()
        limits.change_limit(
            app, limit=3, at_limit="queue", by=SYSTEM, now=now, lets_refused_in=True
        )
    Job.objects.filter(kind="access-follow").update(state="failed", failures=5)

    with django_capture_on_commit_callbacks(execute=True):
        check(organization)

    assert set(app.accesses.values_list("state", flat=True)) == {"active"}
    check_access()
    assert not AuditEvent.objects.filter(action=Event.ACCESS_CHECKED).exists()


def test_a_given_up_job_that_was_done_again_later_is_left(organization, app, group):
    waiting(organization, app, group)
    now = timezone.now()
    for state in ("failed", "done"):
        job = following.later(organization, f"seats:{app.pk}:1", "Jira", now)
        now += timedelta(hours=1)
        Job.objects.filter(pk=job.pk).update(state=state)

    check(organization)

    states = Job.objects.filter(kind="access-follow").order_by("created_at")
    assert list(states.values_list("state", flat=True)) == ["failed", "done"]


def test_who_waits_though_licenses_are_free_is_let_in_and_told(
    organization, app, group
):
    waiting(organization, app, group)
    App.objects.filter(pk=app.pk).update(user_limit=1)

    done = check(organization)

    assert done.missing == 1
    assert done.examples[0]["waited_for_nothing"] == 1
    states = app.accesses.order_by("since", "pk").values_list("state", flat=True)
    assert list(states) == ["active", "waiting"]
    check_access()
    assert not check(organization).examples


def test_what_a_job_follows_since_the_check_began_is_no_difference(
    organization, app, settings, monkeypatch
):
    settings.ACCESS_IN_REQUEST = 1
    group = GroupFactory.create(organization=organization)
    local_groups.add_accounts(group, [somebody(organization) for _number in range(2)])
    busy = checking.busy_apps

    def given_now(*args, **kwargs):
        found = busy(*args, **kwargs)
        now = timezone.now()
        app_grants.give_access(app, group, AppRole.USER, by=SYSTEM, now=now)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(checking, "busy_apps", given_now)
        done = check(organization)

    assert (done.missing, done.examples) == (0, [])
    run_job(job_id=str(Job.objects.get(kind="access-follow").pk))
    last = AccessCheck.objects.latest("at")
    assert (last.compared, last.missing) == (2, 0)
    assert last.pk != done.pk


def test_a_check_that_is_cut_off_goes_on_with_the_app_it_was_at(
    organization, app, monkeypatch
):
    other = AppFactory.create(site=app.site, kind="confluence")
    somebody(organization), somebody(organization)
    monkeypatch.setattr(pace, "batch_size", lambda: 1)
    job = checking.queue_check(organization, timezone.now())
    compare, looked = checking.compare, []

    def cut_off(key, people):
        looked.append(key)
        if looked.count(other.pk) == 2:
            raise RuntimeError
        return compare(key, people)

    monkeypatch.setattr(checking, "compare", cut_off)
    run = jobs.claim_job(job.pk)
    assert run
    with pytest.raises(RuntimeError):
        checking.check_access(run)

    job.refresh_from_db()
    assert job.cursor == app.pk
    assert job.done == 1


def test_work_about_many_is_no_more_urgent_than_a_single_change(organization, app):
    job = following.later(organization, f"app:{app.pk}", "Jira", timezone.now())
    assert job.priority == Job.Priority.NORMAL

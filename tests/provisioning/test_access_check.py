"""The nightly check: what differs is found, told and mended."""

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Job
from directories.services import jobs
from directories.services.audit import SYSTEM
from directories.tasks import run_job
from provisioning.models import AccessCheck, AppAccess, AppRole, AppUse
from provisioning.services.access import checking
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

"""Without a subscription syncing rests, everything is kept, and it goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from directories import tasks
from directories.events import Event
from directories.models import Account, AuditEvent, Directory, Job, Organization
from directories.services import jobs, subscriptions
from directories.services.audit import SYSTEM
from provisioning.models import Group
from provisioning.services.syncing import sync
from provisioning.tasks import reconcile
from tests.factories.directories import JobFactory
from tests.scim.client import refusal

REQUESTS: list[tuple[str, str, object]] = [
    ("GET", "/Users", None),
    ("GET", "/Groups", None),
    ("GET", "/ServiceProviderConfig", None),
    ("GET", "/Users/{user}", None),
    ("POST", "/Users", {"userName": "bo@example.com"}),
    ("POST", "/Groups", {"displayName": "Band"}),
    ("POST", "/Bulk", {"Operations": []}),
    ("PUT", "/Users/{user}", {"userName": "bo@example.com"}),
    ("PATCH", "/Users/{user}", [{"op": "replace", "path": "active", "value": False}]),
    ("DELETE", "/Users/{user}", None),
]


def now():
    return datetime.now(UTC)


def end(scim):
    subscriptions.end_subscription(
        organization=scim.directory.organization, by=SYSTEM, now=now()
    )


def renew(scim):
    return subscriptions.renew_subscription(
        organization=scim.directory.organization, by=SYSTEM, now=now()
    )


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_every_request_is_refused_with_the_reason(
    scim, nothing_written, method, path, body
):
    user = scim.user("ada@example.com")["id"]
    end(scim)

    with nothing_written():
        ask = scim.patch if method == "PATCH" else None
        place = path.format(user=user)
        answer = ask(place, body) if ask else scim.request(method, place, body)

    detail = refusal(answer, 403)
    assert "subscription has ended" in detail
    assert "all users, groups and their access are kept" in detail


def test_the_log_says_it_once(scim):
    end(scim)

    for _ in range(3):
        scim.get("/Users")

    entry = scim.log().get()
    assert (entry.kind, entry.times) == ("subscription_ended", 1)
    assert "Renew the subscription" in entry.advice


def test_a_wrong_key_is_told_nothing_of_it(scim):
    end(scim)

    refusal(scim.get("/Users", authorization="Bearer x"), 401)


def test_another_organization_goes_on(scim, stranger):
    end(scim)

    assert stranger.get("/Users").status_code == 200


def test_everything_is_kept(scim):
    scim.group("Crew", scim.user("ada@example.com")["id"])
    end(scim)

    assert Account.objects.get(email="ada@example.com").is_active
    assert Group.objects.get(name="Crew").members.count() == 1
    assert Group.objects.get(name="Crew").kind == Group.Kind.SYNCED
    scim.directory.refresh_from_db()
    assert scim.directory.state == Directory.State.ACTIVE


def test_it_costs_no_query(scim, django_assert_num_queries):
    scim.get("/Users")

    with django_assert_num_queries(2):
        scim.get("/Users")


def test_jobs_that_sync_rest_until_it_is_renewed(scim):
    job = sync.queue_reconcile(scim.directory, now())
    end(scim)

    tasks.run_job(job_id=str(job.pk))

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    Job.objects.update(beat_at=now() - timedelta(days=1))
    assert job.pk not in jobs.lost_jobs()
    renew(scim)
    Job.objects.update(beat_at=now() - timedelta(days=1))
    assert job.pk in jobs.lost_jobs()
    tasks.run_job(job_id=str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_work_under_way_goes_back_to_wait(scim):
    job = JobFactory.create(directory=scim.directory)
    run = jobs.claim_job(job.pk)
    assert run
    end(scim)

    with pytest.raises(jobs.LostRunError):
        run.report(done=1)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_work_under_way_that_waits_already_is_over(scim):
    job = JobFactory.create(directory=scim.directory)
    jobs.claim_job(job.pk)
    waiting = JobFactory.create(
        directory=scim.directory, kind=job.kind, target=job.target
    )
    end(scim)

    states = dict(Job.objects.values_list("pk", "state"))
    assert states == {job.pk: Job.State.DONE, waiting.pk: Job.State.QUEUED}


def test_deleting_the_configuration_goes_on(scim):
    job = JobFactory.create(directory=scim.directory, kind="directory-release")
    end(scim)

    assert jobs.claim_job(job.pk) is not None


def test_the_nightly_comparison_skips_it(scim, stranger):
    end(scim)

    reconcile()

    assert set(Job.objects.values_list("directory", flat=True)) == {
        stranger.directory.pk
    }


def test_renewed_every_directory_is_compared(scim, second):
    end(scim)

    queued = renew(scim)

    assert {job.directory_id for job in queued} == {
        scim.directory.pk,
        second.directory.pk,
    }
    assert {job.kind for job in queued} == {"directory-reconcile"}
    assert scim.get("/Users").status_code == 200
    scim.user("ada@example.com")


def test_both_are_in_the_audit_log_and_twice_is_refused(scim):
    end(scim)
    with pytest.raises(subscriptions.UnchangedError):
        end(scim)
    renew(scim)
    with pytest.raises(subscriptions.UnchangedError):
        renew(scim)

    actions = AuditEvent.objects.filter(target_kind="organization")
    said = list(actions.order_by("pk").values_list("action", flat=True))
    assert said[-2:] == [Event.SCIM_SYNC_DISABLED, Event.SCIM_SYNC_ENABLED]
    assert Organization.objects.get().subscription_changed_at is not None

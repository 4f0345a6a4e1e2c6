"""Very many people are let in by a job, which may be killed or overtaken."""

import pytest
from django.utils import timezone

from directories.models import Job
from directories.services import jobs
from directories.services.audit import SYSTEM
from directories.tasks import run_job
from provisioning.models import AppAccess
from provisioning.services import pace
from provisioning.services.access import limits, runs
from tests.factories.directories import OrganizationFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.provisioning.access import check_access
from tests.provisioning.test_access import add, somebody


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


@pytest.fixture
def app(organization):
    return AppFactory.create(site__organization=organization, user_limit=0)


@pytest.fixture
def raised(organization, app, settings, monkeypatch):
    """Raise a limit for five of six who wait; one gets in at once, four by the job."""
    settings.ACCESS_IN_REQUEST = 1
    monkeypatch.setattr(pace, "batch_size", lambda: 2)
    group = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=group, app=app)
    for _number in range(6):
        add(group, somebody(organization))
    change(app, 5)
    return Job.objects.get(kind="access-follow")


def change(app, limit):
    now = timezone.now()
    limits.change_limit(app, limit=limit, at_limit="queue", by=SYSTEM, now=now)


def in_line():
    """Return the states in the order in which people came."""
    check_access()
    return list(
        AppAccess.objects.order_by("since", "pk").values_list("state", flat=True)
    )


@pytest.mark.parametrize("told", [True, False])
def test_a_job_that_is_killed_goes_on_and_lets_nobody_in_twice(
    raised, monkeypatch, told
):
    """Whether it still says how far it came, or dies before."""
    assert in_line() == ["active"] + ["waiting"] * 5
    run = jobs.claim_job(raised.pk)
    assert run
    report = jobs.Run.report

    def killed(run, **said):
        if told:
            report(run, **said)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(jobs.Run, "report", killed)
        with pytest.raises(KeyboardInterrupt):
            runs.carry_on(run)
    assert in_line() == ["active"] * 3 + ["waiting"] * 3

    Job.objects.filter(pk=raised.pk).update(state="queued")
    run_job(job_id=str(raised.pk))
    Job.objects.filter(pk=raised.pk).update(state="queued")
    run_job(job_id=str(raised.pk))

    assert in_line() == ["active"] * 5 + ["waiting"]


def test_a_limit_that_is_lowered_meanwhile_counts(raised, app):
    change(app, 2)

    run_job(job_id=str(raised.pk))

    assert in_line() == ["active"] * 2 + ["waiting"] * 4
    raised.refresh_from_db()
    assert raised.state == "done"

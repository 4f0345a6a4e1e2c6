"""A damaged record is left out and told of; everything else is done."""

import pytest
from django.db import OperationalError

from directories import tasks as directory_tasks
from directories.models import Job, TroubleshootingEntry, UserRecord
from directories.services import records
from provisioning import tasks
from provisioning.models import GroupMember
from tests.provisioning.conftest import people_in

pytestmark = pytest.mark.django_db


def compared(idp) -> Job:
    """Compare everything once and return the job."""
    tasks.reconcile()
    job = Job.objects.get(kind="directory-reconcile")
    directory_tasks.run_job(job_id=str(job.pk))
    job.refresh_from_db()
    return job


def damage(email: str) -> None:
    # Waiting, so that it is looked at; with words that are no object any more.
    UserRecord.objects.filter(user_name=email).update(
        document=["damaged"],
        link_state="unlinked",
        link_reason="no_email",
        account=None,
    )


def test_the_rest_is_done_and_the_job_says_who_is_damaged(idp):
    idp.group("Engines", idp.push("ada@example.com"), idp.push("bo@example.com"))
    idp.push("broken@example.com")
    damage("broken@example.com")
    GroupMember.objects.filter(account__email="ada@example.com").delete()

    job = compared(idp)

    assert people_in("Engines") == {"ada@example.com", "bo@example.com"}
    assert job.state == Job.State.FAILED
    assert job.run == 1
    assert "1 record is damaged and was left out: broken@example.com" in job.error
    entry = TroubleshootingEntry.objects.get(kind="spoilt")
    assert entry.subject_name == "broken@example.com"
    assert "Unassign and assign it again" in entry.advice


def test_a_database_that_is_away_damages_nobody(idp, monkeypatch):
    idp.push("ada@example.com")
    damage("ada@example.com")

    def away(**_arguments: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(records, "revisit_user", away)
    job = compared(idp)

    # Silent, as after a kill: another run takes it over, and no try is counted.
    assert job.state == Job.State.RUNNING
    assert job.failures == 0
    assert not TroubleshootingEntry.objects.filter(kind="spoilt").exists()

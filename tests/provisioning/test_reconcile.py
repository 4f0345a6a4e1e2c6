"""The nightly comparison repairs what differs from the records."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from directories import tasks as directory_tasks
from directories.models import Job
from provisioning import tasks
from provisioning.models import Group, GroupMember
from tests.factories.directories import AccountFactory
from tests.provisioning.conftest import people_in

pytestmark = pytest.mark.django_db


def test_missing_members_come_back_and_strangers_leave(idp, monkeypatch):
    idp.group("Engines", idp.push("ada@example.com"), idp.push("bo@example.com"))
    group = Group.objects.get()
    GroupMember.objects.filter(account__email="ada@example.com").delete()
    GroupMember.objects.create(group=group, account=AccountFactory.create())

    tasks.reconcile()

    job = Job.objects.get(kind="directory-reconcile")
    directory_tasks.run_job(job_id=str(job.pk))
    assert people_in("Engines") == {"ada@example.com", "bo@example.com"}


def test_many_members_are_carried_on_by_a_job(idp, settings):
    settings.MEMBERS_IN_REQUEST = 1
    people = [idp.push(f"p{number}@example.com") for number in range(3)]

    group = idp.group("Engines", *people)

    job = Job.objects.get(kind="group-sync")
    directory_tasks.run_job(job_id=str(job.pk))
    assert len(people_in("Engines")) == 3
    idp.members(group, "remove", *people[:2])
    for job in Job.objects.filter(state=Job.State.QUEUED):
        directory_tasks.run_job(job_id=str(job.pk))
    assert people_in("Engines") == {"p2@example.com"}


def test_groups_that_are_equal_cost_nothing_each(idp):
    people = [idp.push(f"p{number}@example.com") for number in range(3)]

    def queries_with(groups: int) -> int:
        for number in range(groups):
            idp.group(f"Team {Group.objects.count()} {number}", *people)
        with CaptureQueriesContext(connection) as seen:
            tasks.reconcile()
        return len(seen)

    assert queries_with(2) == queries_with(30)


def test_only_the_group_that_differs_is_mended(idp):
    people = [idp.push(f"p{number}@example.com") for number in range(3)]
    for number in range(5):
        idp.group(f"Team {number}", *people)
    GroupMember.objects.filter(group__name="Team 3").delete()
    GroupMember.objects.create(
        group=Group.objects.get(name="Team 1"), account=AccountFactory.create()
    )

    tasks.reconcile()

    for number in range(5):
        assert people_in(f"Team {number}") == {
            f"p{person}@example.com" for person in range(3)
        }

"""Deleting the configuration: everything becomes local, nobody loses access."""

import pytest
from django.utils import timezone

from directories import tasks
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Job,
    Member,
    Membership,
    UserRecord,
)
from directories.services import api_keys, audit, directories
from provisioning.models import Group
from tests.provisioning.conftest import account, people_in, person, provider_of

pytestmark = pytest.mark.django_db


def delete_configuration(idp):
    job = directories.delete_configuration(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )
    tasks.run_job(job_id=str(job.pk))


def test_groups_become_local_with_their_members(idp):
    idp.group("Engines", idp.push("ada@example.com"))

    delete_configuration(idp)

    group = Group.objects.get()
    assert (group.kind, group.record) == (Group.Kind.LOCAL, None)
    assert people_in("Engines") == {"ada@example.com"}


def test_people_become_local_in_their_last_state(idp):
    idp.push("ada@example.com")
    bo = idp.push("bo@example.com")
    idp.change(bo, active=False)

    delete_configuration(idp)

    assert not Member.objects.exclude(directory=None).exists()
    assert account("ada@example.com").status == Account.Status.ACTIVE
    assert account("bo@example.com").status == Account.Status.DEACTIVATED


def test_the_records_are_forgotten_and_the_key_is_dead(idp):
    idp.group("Engines", idp.push("ada@example.com"))

    delete_configuration(idp)

    for model in (UserRecord, GroupRecord, Membership):
        assert not model.objects.exists()
    assert idp.send("GET", "/Users").status_code == 401
    idp.directory.refresh_from_db()
    assert idp.directory.state == Directory.State.NOT_SET_UP
    assert Job.objects.get().state == Job.State.DONE


def test_a_release_that_was_cut_off_goes_on(idp):
    idp.group("Engines", idp.push("ada@example.com"))
    job = directories.delete_configuration(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )
    # As a killed worker leaves it: half of the work is done.
    Group.objects.update(kind=Group.Kind.LOCAL, record=None)
    GroupRecord.objects.all().delete()

    tasks.run_job(job_id=str(job.pk))

    assert not UserRecord.objects.exists()
    assert people_in("Engines") == {"ada@example.com"}


def test_it_cannot_be_deleted_twice(idp):
    delete_configuration(idp)

    with pytest.raises(directories.NotSetUpError):
        delete_configuration(idp)


def test_a_directory_that_is_set_up_again_starts_empty(idp):
    idp.push("ada@example.com")
    delete_configuration(idp)
    idp.directory.refresh_from_db()

    _, idp.key = directories.set_up_provisioning(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )

    assert idp.send("GET", "/Users").json()["totalResults"] == 0
    idp.push("ada@example.com")
    assert Member.objects.get().directory == idp.directory


def test_a_request_that_meets_the_deletion_is_refused_whole(idp, monkeypatch):
    opened = api_keys.open_directory

    def then_close(**given):
        key = opened(**given)
        delete_configuration(idp)
        return key

    monkeypatch.setattr(api_keys, "open_directory", then_close)

    answer = idp.send("POST", "/Users", person("ada@example.com"))

    assert answer.status_code == 401
    assert not UserRecord.objects.exists()
    assert not Account.objects.exists()


def test_people_whom_the_directory_kept_from_another_are_taken_up_there(
    idp, organization
):
    idp.push("ada@example.com")
    other = provider_of(organization, "Entra")
    other.push("ada@example.com", displayName="Ada of Entra")

    delete_configuration(idp)
    for job in Job.objects.filter(state=Job.State.QUEUED):
        tasks.run_job(job_id=str(job.pk))

    assert UserRecord.objects.get().link_state == "linked"
    assert account("ada@example.com").name == "Ada of Entra"


def test_a_person_deleted_in_one_directory_is_taken_up_in_the_other(idp, organization):
    user = idp.push("ada@example.com")
    other = provider_of(organization, "Entra")
    other.push("ada@example.com")

    idp.send("DELETE", f"/Users/{user['id']}")
    for job in Job.objects.filter(state=Job.State.QUEUED):
        tasks.run_job(job_id=str(job.pk))

    assert account("ada@example.com").status == Account.Status.ACTIVE
    assert Member.objects.get().directory == other.directory

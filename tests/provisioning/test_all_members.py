"""The group of everybody in a directory."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directories import tasks
from directories.models import Account, Directory, Job, UserRecord
from directories.services import audit, directories
from directories.services.directory_settings import Choices, change_settings
from provisioning.models import Group
from provisioning.services.organization_groups import all_members
from provisioning.services.syncing import sync
from tests.factories.provisioning import GroupMemberFactory
from tests.provisioning.conftest import Provider, people_in, provider_of
from tests.scim.invariants import check_invariants

pytestmark = pytest.mark.django_db


def name_of(directory):
    return f"All members for directory - {directory.pk}"


def switch(idp, *, on):
    current = Directory.objects.get(pk=idp.directory.pk)
    kept = {
        name: getattr(current, name)
        for name in Choices.__dataclass_fields__
        if name != "all_members"
    }
    outcome = change_settings(
        directory=current,
        choices=Choices(**kept, all_members=on),
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    assert outcome.job is not None
    tasks.run_job(job_id=str(outcome.job.pk))
    return outcome.job


@pytest.fixture
def everybody(idp):
    """Return the name of the group, switched on for an empty directory."""
    switch(idp, on=True)
    return name_of(idp.directory)


def test_a_directory_has_none_at_first(idp):
    idp.push("ada@example.com")

    assert not Group.objects.filter(kind=Group.Kind.ALL_MEMBERS).exists()


def test_switching_it_on_fills_it_by_a_job(idp):
    idp.push("ada@example.com")
    idp.push("bo@partner.example")
    idp.push("cy@example.com", active=False)

    job = switch(idp, on=True)

    job.refresh_from_db()
    assert (job.kind, job.state) == ("directory-all-members", Job.State.DONE)
    group = Group.objects.get(kind=Group.Kind.ALL_MEMBERS)
    assert (group.name, group.directory) == (name_of(idp.directory), idp.directory)
    assert people_in(group.name) == {"ada@example.com", "bo@partner.example"}
    check_invariants()


# What is pushed, and whether the person is in the group then.
STEPS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"active": False}, False),
    ({"active": True}, True),
    ({"emails": [{"value": "bo@other.example", "primary": True}]}, False),
    ({"emails": [{"value": "bo@partner.example", "primary": True}]}, True),
]


def test_it_follows_who_is_linked(idp, everybody):
    user = idp.push("bo@partner.example")
    for attributes, inside in STEPS:
        if attributes:
            idp.change(user, **attributes)

        assert bool(people_in(everybody)) == inside, attributes
        check_invariants()
    idp.send("DELETE", f"/Users/{user['id']}")
    assert people_in(everybody) == set()


def test_a_managed_person_who_is_deactivated_stays_linked(idp, everybody):
    idp.change(idp.push("ada@example.com"), active=False)

    assert people_in(everybody) == {"ada@example.com"}
    check_invariants()


@pytest.mark.parametrize("closes", ["before", "meanwhile"])
def test_a_comparison_of_a_closed_directory_takes_nobody_out(
    idp, everybody, closes, monkeypatch
):
    idp.push("ada@example.com")
    compare = sync.queue_reconcile(idp.directory, timezone.now())

    def close(*_args):
        job = directories.delete_configuration(
            directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
        )
        tasks.run_job(job_id=str(job.pk))

    if closes == "before":
        close()
    else:
        monkeypatch.setattr(sync, "_revisit_people", close)
    tasks.run_job(job_id=str(compare.pk))

    compare.refresh_from_db()
    assert (compare.state, compare.error) == (Job.State.DONE, "")
    assert people_in(everybody) == {"ada@example.com"}
    assert Group.objects.get(name=everybody).kind == Group.Kind.LOCAL


def test_switched_off_it_becomes_a_local_group(idp, everybody):
    idp.push("ada@example.com")

    switch(idp, on=False)

    group = Group.objects.get(name=everybody)
    assert (group.kind, group.directory) == (Group.Kind.LOCAL, None)
    assert people_in(everybody) == {"ada@example.com"}
    idp.push("bo@example.com")
    assert people_in(everybody) == {"ada@example.com"}

    switch(idp, on=True)

    again = Group.objects.get(name=everybody)
    assert (again.pk, again.kind) == (group.pk, Group.Kind.ALL_MEMBERS)
    assert people_in(everybody) == {"ada@example.com", "bo@example.com"}
    check_invariants()


def test_google_workspace_has_one_from_the_start(organization):
    directory = directories.add_directory(
        organization=organization,
        provider=Directory.Provider.GOOGLE_WORKSPACE,
        name="Google",
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    google = Provider(directory)

    google.push("ada@example.com")

    assert people_in("All users from Google Workspace") == {"ada@example.com"}
    check_invariants()


def test_a_second_google_workspace_has_one_of_its_own(organization):
    for number in range(2):
        directory = directories.add_directory(
            organization=organization,
            provider=Directory.Provider.GOOGLE_WORKSPACE,
            name=f"Google {number}",
            by=audit.SYSTEM,
            now=timezone.now(),
        )
        Provider(directory).push(f"ada{number}@example.com")

    groups = Group.objects.filter(kind=Group.Kind.ALL_MEMBERS)
    assert groups.count() == 2
    check_invariants()


def test_deleting_the_configuration_makes_it_local(idp, everybody):
    idp.push("ada@example.com")
    job = directories.delete_configuration(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )

    tasks.run_job(job_id=str(job.pk))

    group = Group.objects.get()
    assert (group.kind, group.directory) == (Group.Kind.LOCAL, None)
    assert people_in(everybody) == {"ada@example.com"}


def test_the_nightly_comparison_mends_it(idp, everybody):
    idp.push("ada@example.com")
    bo = idp.push("bo@example.com")
    group = Group.objects.get()
    group.members.clear()
    UserRecord.objects.filter(scim_id=bo["id"]).update(link_state="paused")
    GroupMemberFactory.create(
        group=group, account=UserRecord.objects.get(scim_id=bo["id"]).account
    )

    job = sync.queue_reconcile(idp.directory, timezone.now())
    tasks.run_job(job_id=str(job.pk))

    assert "ada@example.com" in people_in(everybody)
    check_invariants()


def test_it_does_not_count_for_limits(idp, everybody, settings):
    settings.LIMIT_GROUPS_PER_DIRECTORY = 1

    idp.group("Crew", idp.push("ada@example.com"))


def test_another_directorys_people_are_not_in_it(idp, organization, everybody):
    provider_of(organization, "Entra").push("ada@example.com")

    assert people_in(everybody) == set()


def test_switched_off_it_costs_nothing(idp):
    record = UserRecord(directory=idp.directory)

    with CaptureQueriesContext(connection) as queries:
        all_members.join(record, Account(), now=timezone.now())

    assert len(queries) == 0

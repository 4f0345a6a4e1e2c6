"""The mass-change guard with many people, and with two processes at once."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from directories.models import Account, Directory, Membership, Removal, UserRecord
from provisioning.models import Group, GroupMember
from tests.factories.directories import LONG_AGO, GroupRecordFactory
from tests.scim.client import ScimClient, values
from tests.scim.invariants import check_invariants

State = Removal.State
MANY = 20_000
AT_ONCE = 8


def fill(scim, count):
    """Put this many linked people and a synced group of all into a directory."""
    directory = scim.directory
    accounts = bulk_accounts(count)
    records = UserRecord.objects.bulk_create(
        UserRecord(
            directory=directory,
            organization=directory.organization,
            user_name=account.email,
            user_name_key=account.email_key,
            email=account.email,
            email_key=account.email_key,
            document={"userName": account.email},
            link_state="linked",
            account=account,
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        )
        for account in accounts
    )
    record = GroupRecordFactory.create(
        directory=directory,
        display_name="Everybody",
        member_count=count,
        link_state="linked",
    )
    group = Group.objects.create(
        organization=directory.organization,
        record=record,
        kind="synced",
        name="Everybody",
        name_key="everybody",
        created_at=LONG_AGO,
    )
    Membership.objects.bulk_create(
        Membership(directory=directory, group=record, user=each) for each in records
    )
    GroupMember.objects.bulk_create(
        GroupMember(group=group, account=each) for each in accounts
    )
    return record, records


def bulk_accounts(count):
    return Account.objects.bulk_create(
        Account(
            email=f"p{n}@elsewhere.example",
            email_key=f"p{n}@elsewhere.example",
            created_at=LONG_AGO,
        )
        for n in range(count)
    )


@pytest.mark.slow
def test_a_large_group_that_is_emptied_is_held_by_a_few_statements(
    scim, django_assert_max_num_queries
):
    record, _records = fill(scim, MANY)
    began = time.monotonic()

    with django_assert_max_num_queries(45):
        answer = scim.put(
            f"/Groups/{record.scim_id}", {"displayName": "Everybody", "members": []}
        )

    assert answer.status_code == 200
    assert time.monotonic() - began < 30
    assert Removal.objects.filter(state=State.HELD).count() == MANY
    assert GroupMember.objects.count() == MANY
    assert not Membership.objects.exists()


def test_ordinary_removals_in_a_large_directory_are_counted_seldom(
    scim, django_assert_max_num_queries
):
    record, records = fill(scim, 1_000)
    path = f"/Groups/{record.scim_id}"

    def take_out(number):
        body = values(str(records[number].scim_id))
        answer = scim.patch(path, [{"op": "remove", "path": "members", "value": body}])
        assert answer.status_code in {200, 204}

    for number in range(60):
        take_out(number)
    with django_assert_max_num_queries(30):
        take_out(60)

    assert Removal.objects.filter(state=State.APPLIED).count() == 61


@pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="needs two writers at the same moment; SQLite has one at a time",
)
@pytest.mark.django_db(transaction=True)
def test_what_processes_do_at_once_stops_once_and_holds_all_that_follows(scim):
    Directory.objects.update(guard_percent=10, guard_least=5)
    _record, records = fill(scim, 40)

    def off(chunk):
        client = ScimClient(Directory.objects.get(pk=scim.directory.pk), scim.key)
        try:
            return [
                client.patch(
                    f"/Users/{each.scim_id}",
                    [{"op": "replace", "path": "active", "value": False}],
                ).status_code
                for each in chunk
            ]
        finally:
            connections.close_all()

    chunks = [records[n::AT_ONCE] for n in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [code for codes in pool.map(off, chunks) for code in codes]

    assert set(answers) == {200}
    applied = Removal.objects.filter(state=State.APPLIED)
    held = Removal.objects.filter(state=State.HELD)
    assert applied.count() + held.count() == 40
    # Each may have had one under way when another stopped the directory.
    assert applied.count() <= 5 + AT_ONCE
    stopped_at = Directory.objects.get(pk=scim.directory.pk).guard_stopped_at
    assert stopped_at is not None
    assert scim.log().filter(kind="guard_stopped").count() == 1
    check_invariants()

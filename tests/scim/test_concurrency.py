"""Requests that meet: nothing is lost, nothing is done twice, nothing fails."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from django.db import connection

from directories.models import Account, Membership, UserRecord
from provisioning.models import Group, GroupMember
from tests.scim.client import ScimClient, values
from tests.scim.invariants import check_invariants

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AT_ONCE = 8
ROUNDS = 10
Request = Callable[[ScimClient], Any]


def at_once(scim: ScimClient, *requests: Request) -> Counter[int]:
    """Send requests from several threads; count the answers by status."""

    def send(request: Request) -> int:
        try:
            client = ScimClient(scim.directory, scim.key)
            return int(request(client).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return Counter(threads.map(send, requests))


def change(group: str, op: str, *users: str) -> Request:
    operation = {"op": op, "path": "members", "value": values(*users)}
    return lambda client: client.patch(f"/Groups/{group}", [operation])


def create(path: str, **attributes: object) -> Request:
    return lambda client: client.post(path, attributes)


def create_in(directory: ScimClient, path: str, **attributes: object) -> Request:
    """Create in another directory than the thread's own."""
    return lambda _client: create(path, **attributes)(
        ScimClient(directory.directory, directory.key)
    )


def deactivate(user: str) -> Request:
    off = {"op": "replace", "path": "active", "value": False}
    return lambda client: client.patch(f"/Users/{user}", [off])


def delete(path: str) -> Request:
    return lambda client: client.delete(path)


def test_single_adds_to_one_group_lose_nobody(scim):
    users = [scim.user(f"u{n}@example.com")["id"] for n in range(40)]
    group = scim.group("Crew")["id"]

    answers = at_once(scim, *(change(group, "add", user) for user in users))

    assert answers == {200: 40}
    assert scim.members(group) == set(users)
    check_invariants()


def test_adds_and_removes_of_one_group_all_count(scim):
    users = [scim.user(f"u{n}@example.com")["id"] for n in range(40)]
    leaving, joining = users[:20], users[20:]
    group = scim.group("Crew", *leaving)["id"]
    requests = [
        change(group, op, user)
        for pair in zip(leaving, joining, strict=True)
        for op, user in zip(("remove", "add"), pair, strict=True)
    ]

    answers = at_once(scim, *requests)

    assert answers == {200: 40}
    assert scim.members(group) == set(joining)
    check_invariants()


def test_the_same_add_many_times_is_one_member(scim):
    user, group = scim.user()["id"], scim.group("Crew")["id"]

    answers = at_once(scim, *[change(group, "add", user)] * 20)

    assert answers == {200: 20}
    assert Membership.objects.count() == GroupMember.objects.count() == 1
    check_invariants()


@pytest.mark.parametrize("name", ["ada", "ada@example.com"])
def test_of_creates_of_one_name_one_succeeds(scim, name):
    answers = at_once(
        scim, *[create("/Users", userName=each) for each in (name, name.upper())] * 4
    )

    assert answers == {201: 1, 409: 7}
    assert UserRecord.objects.count() == 1
    assert Account.objects.count() == (1 if "@" in name else 0)
    check_invariants()


def test_of_creates_of_one_group_one_succeeds(scim):
    answers = at_once(scim, *[create("/Groups", displayName="Crew")] * 8)

    assert answers == {201: 1, 409: 7}
    assert Group.objects.count() == 1


def test_two_directories_that_push_one_person_make_one_account(scim, second):
    for n in range(ROUNDS):
        person = {"userName": f"u{n}@example.com"}
        answers = at_once(
            scim,
            create("/Users", **person),
            create_in(second, "/Users", **person),
        )
        assert answers == {201: 2}

    assert Account.objects.count() == ROUNDS
    assert UserRecord.objects.filter(link_state="linked").count() == ROUNDS
    check_invariants()


def test_two_directories_that_push_one_group_make_one(scim, second):
    for n in range(ROUNDS):
        crew = {"displayName": f"Crew {n}"}
        answers = at_once(
            scim, create("/Groups", **crew), create_in(second, "/Groups", **crew)
        )
        assert answers == {201: 1, 409: 1}

    check_invariants()


def test_adding_a_member_while_the_user_is_deleted_ends_consistent(scim):
    group = scim.group("Crew")["id"]
    for n in range(ROUNDS):
        user = scim.user(f"u{n}@example.com")["id"]

        answers = at_once(scim, change(group, "add", user), delete(f"/Users/{user}"))

        assert answers in ({200: 1, 204: 1}, {400: 1, 204: 1}), answers
        assert scim.members(group) == set()
        check_invariants()


def test_deleting_users_while_their_groups_change_ends_consistent(scim):
    users = [scim.user(f"u{n}@example.com")["id"] for n in range(12)]
    groups = [scim.group(f"Crew {n}", *users)["id"] for n in range(3)]
    gone, staying = users[:6], users[6:]
    changes = [
        change(group, op, user)
        for group, (op, user) in product(groups, product(("remove", "add"), staying))
    ]
    deletions = [delete(f"/Users/{user}") for user in gone]

    answers = at_once(scim, *changes[::2], *deletions, *changes[1::2])

    assert answers == {200: len(changes), 204: 6}
    assert {user for group in groups for user in scim.members(group)} <= set(staying)
    check_invariants()


def test_deactivating_while_joining_ends_consistent(scim):
    group = scim.group("Crew")["id"]
    for n in range(ROUNDS):
        user = scim.user(f"u{n}@elsewhere.example")["id"]
        answers = at_once(scim, change(group, "add", user), deactivate(user))

        assert answers == {200: 2}
        check_invariants()

    assert not GroupMember.objects.exists()
    assert len(scim.members(group)) == ROUNDS


def test_deleting_a_group_while_it_changes_ends_consistent(scim):
    user = scim.user()["id"]
    for n in range(ROUNDS):
        group = scim.group(f"Crew {n}")["id"]

        answers = at_once(scim, change(group, "add", user), delete(f"/Groups/{group}"))

        assert answers in ({200: 1, 204: 1}, {404: 1, 204: 1}), answers
        check_invariants()

    assert not Membership.objects.exists()
    assert not Group.objects.exists()

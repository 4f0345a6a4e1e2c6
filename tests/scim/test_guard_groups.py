"""The mass-change guard and groups: their members, deletion and names."""

import pytest

from provisioning.models import Group, GroupMember
from tests.scim.client import values
from tests.scim.invariants import check_invariants
from tests.scim.test_guard import (
    held,
    people,
    remove_by_patch,
    remove_by_put,
    stopped,
)


def remove_by_bulk(scim, group, users):
    operation = {
        "method": "PATCH",
        "path": f"/Groups/{group['id']}",
        "data": {
            "Operations": [{"op": "remove", "path": "members", "value": values(*users)}]
        },
    }
    return scim.post("/Bulk", {"Operations": [operation]})


@pytest.mark.parametrize(
    "remove",
    [remove_by_patch, remove_by_put, remove_by_bulk],
    ids=["patch", "put", "bulk"],
)
@pytest.mark.parametrize(("lost", "stops"), [(3, False), (4, True)])
def test_memberships_are_guarded_whole(guarded, remove, lost, stops):
    scim = guarded()
    users = people(scim, 10)
    group = scim.group("Crew", *users)

    answer = remove(scim, group, users[:lost])

    assert answer.status_code in {200, 204}
    assert stopped(scim) is stops
    assert len(scim.members(group["id"])) == 10 - lost
    assert GroupMember.objects.count() == (10 if stops else 10 - lost)
    assert held().count() == (lost if stops else 0)
    check_invariants()


def test_who_comes_back_to_a_group_is_held_no_more(guarded):
    scim = guarded(percent=0, least=0)
    users = people(scim, 3)
    group = scim.group("Crew", *users)
    remove_by_put(scim, group, users)

    scim.patch(
        f"/Groups/{group['id']}",
        [{"op": "add", "path": "members", "value": values(users[0])}],
    )

    assert held().count() == 2
    assert GroupMember.objects.count() == 3
    check_invariants()


@pytest.mark.parametrize(("others", "stops"), [(40, False), (10, True)])
def test_the_members_of_a_deleted_group_are_memberships(guarded, others, stops):
    scim = guarded()
    users = people(scim, 10)
    for number in range(others // 10):
        scim.group(f"Group {number}", *users)
    group = scim.group("Crew", *users[:4])

    assert scim.delete(f"/Groups/{group['id']}").status_code == 204

    assert stopped(scim) is stops
    left = Group.objects.filter(name="Crew")
    assert left.exists() is stops
    if stops:
        assert left.get().kind == Group.Kind.SYNCED
        assert left.get().record is None
        assert held().get().size == 4
        assert left.get().group_members.count() == 4
    check_invariants()


def test_a_group_that_waits_to_be_deleted_is_taken_up_again(guarded):
    scim = guarded(percent=0, least=0)
    users = people(scim, 3)
    group = scim.group("Crew", *users)
    scim.delete(f"/Groups/{group['id']}")
    before = Group.objects.get(name="Crew")

    scim.group("crew", users[0])

    after = Group.objects.get(name_key="crew")
    assert after.pk == before.pk
    assert after.record is not None
    assert not held().exists()
    assert after.group_members.count() == 3
    check_invariants()


def test_another_directory_cannot_take_a_group_that_waits(guarded, second):
    scim = guarded(percent=0, least=0)
    group = scim.group("Crew", *people(scim, 2))
    scim.delete(f"/Groups/{group['id']}")

    answer = second.post("/Groups", {"displayName": "Crew"})

    assert answer.status_code == 409


def test_no_other_group_is_renamed_to_one_that_waits_to_be_deleted(guarded):
    scim = guarded(percent=0, least=0)
    users = people(scim, 2)
    group, other = scim.group("Crew", *users), scim.group("Team", *users)
    scim.delete(f"/Groups/{group['id']}")

    answer = scim.put(
        f"/Groups/{other['id']}",
        {"displayName": "Crew", "members": values(*users)},
    )

    assert answer.status_code == 409
    assert scim.log().last().kind == "group_waits_to_be_deleted"
    check_invariants()


def test_nested_groups_lose_nobody_while_the_directory_is_stopped(guarded):
    scim = guarded(percent=0, least=0)
    users = people(scim, 3)
    inner = scim.group("Inner", *users)
    outer = scim.group("Outer", inner["id"])

    scim.patch(
        f"/Groups/{outer['id']}",
        [{"op": "remove", "path": "members", "value": values(inner["id"])}],
    )
    scim.delete(f"/Groups/{inner['id']}")

    for name in ("Inner", "Outer"):
        assert Group.objects.get(name=name).group_members.count() == 3
    check_invariants()

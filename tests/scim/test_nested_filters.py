"""Groups in groups, looked up from either end."""

import pytest

from directories.models import Directory
from tests.scim.client import values


def found_by(scim, path, query):
    found = scim.get(f"{path}?filter={query}").json()["Resources"]
    return {each.get("displayName") or each["userName"] for each in found}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('members.value eq "{inner}"', {"Outer", "Third"}),
        ('members eq "{inner}"', {"Outer", "Third"}),
        ('members.value eq "{user}"', {"Inner", "Third"}),
        ('members[value eq "{inner}" and type eq "Group"]', {"Outer", "Third"}),
        ('members[value eq "{inner}" and type eq "User"]', set()),
        ('members.type eq "group"', {"Outer", "Third"}),
        ('members.type eq "User"', {"Inner", "Third"}),
        ('not (members.type eq "User")', {"Outer", "Empty"}),
        ('members.display eq "INNER"', {"Outer", "Third"}),
        ('members.display eq "Ada"', {"Inner", "Third"}),
        ("members pr", {"Inner", "Outer", "Third"}),
        ("not (members pr)", {"Empty"}),
    ],
)
def test_groups_are_found_by_members_of_both_kinds(scim, query, found):
    user = scim.user(displayName="Ada")["id"]
    inner = scim.group("Inner", user)["id"]
    scim.group("Outer", inner)
    scim.group("Third", inner, user)
    scim.group("Empty")

    query = query.format(inner=inner, user=user)

    assert found_by(scim, "/Groups", query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('groups.value eq "{inner}"', {"ada"}),
        ('groups.value eq "{outer}"', {"ada", "bob"}),
        ('groups eq "{top}"', {"ada", "bob"}),
        ('groups[value eq "{outer}" and type eq "indirect"]', {"ada"}),
        ('groups[value eq "{outer}" and type eq "direct"]', {"bob"}),
        ('groups[value eq "{top}" and type eq "direct"]', set()),
        ('groups.type eq "indirect"', {"ada", "bob"}),
        ('not (groups.type eq "direct")', {"cid"}),
        ('groups.display eq "TOP"', {"ada", "bob"}),
        ('groups.display sw "in"', {"ada"}),
        ("groups pr", {"ada", "bob"}),
    ],
)
def test_users_are_found_by_groups_around_them(scim, query, found):
    ada, bob = scim.user("ada")["id"], scim.user("bob")["id"]
    scim.user("cid")
    inner = scim.group("Inner", ada)["id"]
    outer = scim.group("Outer", inner, bob)["id"]
    top = scim.group("Top", outer)["id"]

    query = query.format(inner=inner, outer=outer, top=top)

    assert found_by(scim, "/Users", query) == found


def test_users_are_found_in_groups_that_are_in_each_other(scim):
    ada, bob = scim.user("ada")["id"], scim.user("bob")["id"]
    inner = scim.group("Inner", ada, bob)["id"]
    outer = scim.group("Outer", inner)["id"]
    operation = {"op": "add", "path": "members", "value": values(outer)}
    scim.patch(f"/Groups/{inner}", [operation])

    for group in (inner, outer):
        assert found_by(scim, "/Users", f'groups.value eq "{group}"') == {"ada", "bob"}
    indirect = f'groups[value eq "{inner}" and type eq "indirect"]'
    assert found_by(scim, "/Users", indirect) == set()


def test_where_only_direct_members_count_nobody_is_found_through_others(scim):
    inner = scim.group("Inner", scim.user("ada")["id"])["id"]
    outer = scim.group("Outer", inner)["id"]
    scim.directory.nested_groups = Directory.NestedGroups.IGNORE
    scim.directory.save()

    assert found_by(scim, "/Users", f'groups.value eq "{outer}"') == set()
    assert found_by(scim, "/Groups", f'members.value eq "{inner}"') == {"Outer"}

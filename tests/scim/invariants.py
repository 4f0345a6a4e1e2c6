"""What must hold whatever was pushed, in whatever order."""

from collections import Counter
from uuid import UUID

from django.db.models import QuerySet

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Member,
    Membership,
    Nesting,
    Removal,
    RoleAssignment,
    UserRecord,
)
from provisioning.models import Group, GroupMember, GroupRole
from tests.provisioning.access import check_access


def check_invariants() -> None:
    """Assert every rule that ties records, memberships, accounts and groups."""
    check_counts()
    check_links()
    check_groups()
    check_rights()
    check_all_members()
    check_access()


def check_counts() -> None:
    rows = Counter(Membership.objects.values_list("group_id", flat=True))
    counts = dict(GroupRecord.objects.values_list("pk", "member_count"))

    assert counts == {group: rows[group] for group in counts}
    for membership in Membership.objects.select_related("group", "user"):
        assert membership.group.directory_id == membership.directory_id
        assert membership.user.directory_id == membership.directory_id
    nested = nested_groups()
    for record in GroupRecord.objects.all():
        assert record.nested_count == len(nested.get(record.pk, ()))
    for nesting in Nesting.objects.select_related("parent", "child"):
        assert nesting.parent.directory_id == nesting.directory_id
        assert nesting.child.directory_id == nesting.directory_id
        assert nesting.child.was_nested


def check_links() -> None:
    keys = Counter(Account.objects.values_list("email_key", flat=True))
    owners = Counter(
        UserRecord.objects.exclude(account=None).values_list(
            "organization_id", "account_id"
        )
    )

    assert not [key for key, times in keys.items() if times > 1]
    assert not [owner for owner, times in owners.items() if times > 1]


def check_groups() -> None:
    """Assert that a synced group has exactly who counts as a linked member.

    While the guard holds what a directory takes away, it may have more, and for a
    day when it came back with its provider.
    """
    inside = nested_groups()
    waiting = waiting_directories()
    synced = Group.objects.filter(kind=Group.Kind.SYNCED)
    for group in synced.select_related("record__directory"):
        if group.record is None:
            assert held_deletions(group).exists(), f"{group.name} has no record"
            continue
        linked = UserRecord.objects.filter(
            memberships__group__in=effective(group.record, inside),
            link_state=LinkState.LINKED,
        )
        wanted = set(linked.values_list("account_id", flat=True))
        members = GroupMember.objects.filter(group=group)
        have = set(members.values_list("account_id", flat=True))
        if group.record.directory_id in waiting or group.released_at is not None:
            have &= wanted
        assert have == wanted, f"{group.name}: {have} instead of {wanted}"
    unlinked = GroupRecord.objects.filter(link_state=LinkState.LINKED, group=None)
    assert not unlinked.exists()


def check_all_members() -> None:
    """Assert that a group of all members has exactly who is linked in its directory.

    While the guard holds what a directory takes away, it may have more.
    """
    waiting = waiting_directories()
    for group in Group.objects.filter(kind=Group.Kind.ALL_MEMBERS):
        linked = UserRecord.objects.filter(
            directory=group.directory, link_state=LinkState.LINKED
        )
        wanted = set(linked.values_list("account_id", flat=True))
        members = GroupMember.objects.filter(group=group)
        have = set(members.values_list("account_id", flat=True))
        if group.directory_id in waiting:
            have &= wanted
        assert have == wanted, f"{group.name}: {have} instead of {wanted}"
    names = Group.objects.exclude(kind=Group.Kind.BUILT_IN)
    reserved = {"org-admins", "site-admins", "administrators"}
    assert not names.filter(name_key__in=reserved).exists()


def waiting_directories() -> set[UUID]:
    """Return the directories whose removals wait; nothing else may be held."""
    held = Removal.objects.filter(state=Removal.State.HELD)
    waiting = set(
        Directory.objects.exclude(guard_stopped_at=None).values_list("pk", flat=True)
    )
    assert set(held.values_list("directory", flat=True)) <= waiting
    return waiting


def held_deletions(group: Group) -> "QuerySet[Removal]":
    """Return what holds a group whose record is gone."""
    return Removal.objects.filter(
        directory__organization=group.organization,
        kind=Removal.Kind.GROUP_DELETED,
        state=Removal.State.HELD,
        name=group.name,
    )


def check_rights() -> None:
    """Assert that rights by groups are those of active members, and no others."""
    active = set(
        Member.objects.filter(status="active").values_list("organization", "account")
    )
    wanted = {
        (*place, role, site, app, group)
        for *place, group, role, site, app in GroupRole.objects.values_list(
            "group__organization",
            "group__group_members__account",
            "group",
            "role",
            "site",
            "app",
        )
        if tuple(place) in active
    }
    have = RoleAssignment.objects.filter(group_id__gt=0).values_list(
        "organization", "account", "role", "site", "app", "group_id"
    )

    assert set(have) == wanted


def nested_groups() -> dict[int, set[int]]:
    """Return the groups in each group."""
    inside: dict[int, set[int]] = {}
    for parent, child in Nesting.objects.values_list("parent", "child"):
        inside.setdefault(parent, set()).add(child)
    return inside


def effective(record: GroupRecord, inside: dict[int, set[int]]) -> set[int]:
    """Return the groups whose members count as members of a group."""
    if record.directory.nested_groups == Directory.NestedGroups.IGNORE:
        return {record.pk}
    found, fresh = {record.pk}, [record.pk]
    while fresh:
        new = inside.get(fresh.pop(), set()) - found
        found |= new
        fresh += new
    return found

"""Audit events of rights that people got or lost by groups."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from directories.models import Account, Organization
from directories.services.admins import event_of
from directories.services.audit import (
    SYSTEM,
    Actor,
    Target,
    provider,
    record_event,
    record_events,
)
from provisioning.models import Group
from provisioning.services.admin_rights.right_rows import Right

# Above this many at once the log keeps numbers by group.
NAMED = 200


def record_rights(
    rights: Sequence[Right], *, given: bool, by: Actor | None, now: datetime
) -> None:
    """Write who got or lost which right by which group.

    Without `by` it was the provider of the group, or Rollcall for a local one.
    """
    if not rights:
        return
    groups = Group.objects.select_related("record__directory").in_bulk(
        {each.group for each in rights}
    )
    if len(rights) > NAMED:
        _record_numbers(rights, groups, given=given, by=by, now=now)
        return
    people = Account.objects.in_bulk({each.account for each in rights})
    for group_id, organization in sorted(
        {(each.group, each.organization) for each in rights}, key=str
    ):
        group = groups.get(group_id)
        record_events(
            [
                (event_of(each.role, given=given), _person(each, people, group))
                for each in rights
                if each.group == group_id
            ],
            organization=Organization(pk=organization),
            by=by or _source(group),
            at=now,
        )


def _person(right: Right, people: dict[int, Account], group: Group | None) -> Target:
    account = people[right.account]
    details = {"role": right.role}
    if group is not None:
        details |= {"group": group.name, "group_id": str(group.public_id)}
    if right.app:
        details["app"] = right.app
    return Target("account", str(account.public_id), account.email, details)


def _record_numbers(
    rights: Sequence[Right],
    groups: dict[int, Group],
    *,
    given: bool,
    by: Actor | None,
    now: datetime,
) -> None:
    counted: Counter[tuple[UUID, int, str]] = Counter(
        (each.organization, each.group, each.role) for each in rights
    )
    for (organization, group_id, role), people in counted.items():
        group = groups.get(group_id)
        name = group.name if group else ""
        public_id = str(group.public_id) if group else ""
        record_event(
            event_of(role, given=given),
            organization=Organization(pk=organization),
            by=by or _source(group),
            target=Target("group", public_id, name, {"role": role, "people": people}),
            at=now,
        )


def _source(group: Group | None) -> Actor:
    if group is not None and group.record is not None:
        return provider(group.record.directory)
    return SYSTEM

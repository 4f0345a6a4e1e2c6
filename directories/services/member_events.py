"""What a change of a group's members leaves in the audit log."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from directories.consumers import MembersChange
from directories.events import Event
from directories.models import GroupRecord, UserRecord
from directories.services.audit import Target, provider, record_events

# The event of the group names so many people and groups; so many people get an event
# of their own. More would outgrow everything else in the log.
NAMED = 20
TOLD = 100


class _Person(NamedTuple):
    scim_id: str
    name: str


def record_group(
    event: Event,
    record: GroupRecord,
    change: MembersChange,
    details: dict[str, Any],
    now: datetime,
) -> None:
    """Write the event of a group, and those of the people who came and went.

    The group's says how many there were, and who while they are few; beyond TOLD
    people have no event of their own.
    """
    people = _people([*change.joined, *change.left])
    told = {**details, **_counts(change, people), **_group_counts(change)}
    target = Target("group", str(record.scim_id), record.display_name, told)
    record_events(
        [
            (event, target),
            *_of_each(Event.SCIM_GROUP_MEMBER_ADDED, record, change.joined, people),
            *_of_each(Event.SCIM_GROUP_MEMBER_REMOVED, record, change.left, people),
        ],
        organization=record.directory.organization,
        by=provider(record.directory),
        at=now,
    )


def _people(keys: Sequence[int]) -> dict[int, _Person]:
    if not 0 < len(keys) <= TOLD:
        return {}
    # Who is deleted at this moment has no name any more.
    found = UserRecord.objects.filter(pk__in=keys)
    return {
        pk: _Person(str(scim_id), name)
        for pk, scim_id, name in found.values_list("pk", "scim_id", "user_name")
    }


def _of_each(
    event: Event,
    record: GroupRecord,
    keys: Sequence[int],
    people: dict[int, _Person],
) -> Iterator[tuple[Event, Target]]:
    group = {"group": record.display_name, "group_id": str(record.scim_id)}
    for person in (people[key] for key in keys if key in people):
        yield event, Target("user", person.scim_id, person.name, group)


def _counts(change: MembersChange, people: dict[int, _Person]) -> dict[str, Any]:
    counts: dict[str, Any] = {"joined": len(change.joined), "left": len(change.left)}
    if 0 < len(change.joined) + len(change.left) <= NAMED:
        counts["joined_names"] = [people[k].name for k in change.joined if k in people]
        counts["left_names"] = [people[k].name for k in change.left if k in people]
    return counts


def _group_counts(change: MembersChange) -> dict[str, Any]:
    """Return how many groups came and went, with their names while they are few."""
    come, gone = change.nested, change.removed
    if not come and not gone:
        return {}
    counts: dict[str, Any] = {"groups_joined": len(come), "groups_left": len(gone)}
    if len(come) + len(gone) <= NAMED:
        groups = GroupRecord.objects.in_bulk([*come, *gone])
        names = {pk: group.display_name for pk, group in groups.items()}
        counts["groups_joined_names"] = [names[pk] for pk in come if pk in names]
        counts["groups_left_names"] = [names[pk] for pk in gone if pk in names]
    return counts

"""Takes up who has come into a directory's scope, and leaves out who has left it."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from directories import dialect
from directories.consumers import MembersChange, RefusedError, consumer_for
from directories.models import (
    Directory,
    GroupRecord,
    Membership,
    TroubleshootingEntry,
    UserRecord,
)
from directories.queries import nesting
from directories.services import records
from directories.services.opening import hold_open
from directories.services.troubleshooting import Finding, log_finding
from provisioning.reasons import Reason
from provisioning.services.directory_scope import scope
from provisioning.services.directory_scope.scope import Rule
from provisioning.services.syncing.spoilt import Spoilt

BATCH = 200
# Who is misplaced is looked for so many at a time: it may take a second.
LOOKED_FOR = 5_000
Subject = TroubleshootingEntry.Subject
Progress = Callable[[int], None]


def follow_members(record: GroupRecord, change: MembersChange, now: datetime) -> bool:
    """Look again at who joined or left a group that is chosen, or in one that is.

    Returns False when they are too many for a request and a job has to do it.
    """
    directory = record.directory
    if directory.scope == Directory.Scope.ALL:
        return True
    counts = nesting.counts(directory)
    around = [record.pk, *change.above] if counts else [record.pk]
    if not _any_chosen(directory, around):
        return True
    users = [*change.joined, *change.left]
    inside = [*change.nested, *change.removed] if counts else []
    most = settings.MEMBERS_IN_REQUEST
    if len(users) > most:
        return False
    if inside:
        found = nesting.users_in(inside, most=most)
        if found is None:
            return False
        users += found
    _revisit(directory, scope.misplaced_among(directory, users), now)
    return True


def follow_group(record: GroupRecord, now: datetime) -> bool:
    """Look again at the people of a group that was chosen, or is not any more.

    Returns False as follow_members.
    """
    if not record.member_count and not record.nested_count:
        return True
    most = settings.MEMBERS_IN_REQUEST
    users: Sequence[int] | None
    if record.nested_count and nesting.counts(record.directory):
        users = nesting.users_in([record.pk], most=most)
    elif record.member_count > most:
        users = None
    else:
        direct = Membership.objects.filter(group=record)
        users = list(direct.values_list("user_id", flat=True))
    if users is None:
        return False
    misplaced = scope.misplaced_among(record.directory, users)
    _revisit(record.directory, misplaced, now)
    return True


def is_chosen_or_inside(record: GroupRecord) -> bool:
    """Say whether people of a group may be carried on because they are in it."""
    directory = record.directory
    if directory.scope == Directory.Scope.ALL:
        return False
    around = [record.pk]
    if record.was_nested and nesting.counts(directory):
        around += nesting.above([record.pk])
    return _any_chosen(directory, around)


def _any_chosen(directory: Directory, keys: Sequence[int]) -> bool:
    rule = scope.rule_of(directory)
    named = GroupRecord.objects.filter(pk__in=keys)
    names = named.values_list("display_name_key", flat=True)
    return any(name in rule.groups for name in names)


def follow_rule(directory: Directory, progress: Progress, spoilt: Spoilt) -> int:
    """Make groups and people what the rule of the directory says; safe to repeat.

    Groups first: who leaves the scope leaves the groups that stay, and keeps
    what a group gives that has become local. `progress` is told how many are done;
    returned is how many they were. What is damaged is left to `spoilt`.
    """
    done = after = 0
    while keys := _next_groups(directory, after, spoilt):
        after, done = keys[-1], done + len(keys)
        progress(done)
    after = 0
    while people := _next_people(directory, after):
        after = people[-1][0]
        for start in range(0, len(people), BATCH):
            batch = people[start : start + BATCH]
            _revisit(directory, batch, timezone.now(), spoilt)
            done += len(batch)
            progress(done)
    return done


def count_misplaced(directory: Directory) -> int:
    """Count the groups and people that are not what the rule says."""
    carried = scope.carried_people(directory, scope.rule_of(directory))
    people = scope.count_misplaced_people(directory, carried)
    return people + _misplaced_groups(directory, scope.rule_of(directory)).count()


def _next_groups(directory: Directory, after: int, spoilt: Spoilt) -> list[int]:
    """Put the next groups right that are not what the rule says; return their keys."""
    found = _misplaced_groups(directory, scope.rule_of(directory))
    keys = found.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
    misplaced = list(keys[:BATCH])
    for key in misplaced:
        with spoilt.group(key):
            revisit_groups(directory, [key])
    return misplaced


def revisit_groups(directory: Directory, keys: Sequence[int]) -> None:
    """Let the rules of groups look at records again, each in its own transaction."""
    for key in keys:
        dialect.retrying(partial(_revisit_group, directory, key))


def _misplaced_groups(directory: Directory, rule: Rule) -> QuerySet[GroupRecord]:
    """Return the group records whose state is not what the rule says."""
    records = GroupRecord.objects.filter(directory=directory)
    left_out = Q(link_reason=Reason.OUT_OF_SCOPE)
    if rule.everybody:
        return records.filter(left_out)
    chosen = Q(display_name_key__in=list(rule.groups))
    return records.filter((left_out & chosen) | (~left_out & ~chosen))


@transaction.atomic
def _revisit_group(directory: Directory, key: int) -> None:
    """Let the rules of groups look at a record again, as if it were pushed anew."""
    hold_open(directory)
    locked = GroupRecord.objects.select_for_update(of=("self",)).filter(pk=key)
    record = next(iter(locked), None)
    if record is None:
        return
    record.directory, record.organization = directory, directory.organization
    now = timezone.now()
    try:
        with transaction.atomic():
            outcome = consumer_for(directory).group_revisited(record, now)
    except RefusedError as error:
        log_finding(directory, _refused(error, Subject.GROUP, key), now=now)
        return
    record.link_state, record.link_reason = outcome.state, outcome.reason
    record.save(update_fields=["link_state", "link_reason"])


def _next_people(directory: Directory, after: int) -> list[tuple[int, UUID]]:
    carried = scope.carried_people(directory, scope.rule_of(directory))
    return scope.misplaced_people(directory, carried, after=after, size=LOOKED_FOR)


def _revisit(
    directory: Directory,
    people: Sequence[tuple[int, UUID]],
    now: datetime,
    spoilt: Spoilt | None = None,
) -> None:
    for key, scim_id in people:
        try:
            with spoilt.person(key) if spoilt else nullcontext():
                records.revisit_user(directory=directory, scim_id=scim_id, now=now)
        except RefusedError as error:
            # They keep waiting; the next comparison tries again.
            log_finding(directory, _refused(error, Subject.USER, key), now=now)
        except records.UnknownRecordError:
            continue


def _refused(error: RefusedError, subject: Subject, key: int) -> Finding:
    model = UserRecord if subject == Subject.USER else GroupRecord
    scim_id = model.objects.filter(pk=key).values_list("scim_id", flat=True).first()
    return Finding(
        kind=error.kind,
        level=TroubleshootingEntry.Level.ERROR,
        reason=str(error.kind.label),
        advice=error.advice,
        subject=subject,
        subject_id=str(scim_id or ""),
        subject_name=error.name,
    )

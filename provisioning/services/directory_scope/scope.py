"""Says who is carried on while a directory does not carry on everybody.

Groups are chosen by the name they have now, people by membership in a chosen group,
or for tests by user name. A group inside of a chosen one is chosen for its people
where groups in groups count. What is not carried on stays as a record.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from directories import dialect
from directories.consumers import Outcome
from directories.events import Event
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Membership,
    TroubleshootingEntry,
    UserRecord,
)
from directories.queries import nesting
from directories.services import accounts
from directories.services.audit import provider
from directories.services.troubleshooting import Finding, log_finding
from provisioning.models import Group, SyncChoice
from provisioning.reasons import Reason
from provisioning.services import consequences
from provisioning.services.organization_groups import letting_go
from provisioning.services.organization_groups.group_events import record_group
from provisioning.services.syncing import explanations

GROUP = GroupRecord._meta.db_table
USER = UserRecord._meta.db_table
MEMBERSHIP = Membership._meta.db_table
CHOICE = SyncChoice._meta.db_table
Subject = SyncChoice.Subject


@dataclass(frozen=True)
class Rule:
    """Who is synced: everybody, or the chosen ones, by folded name."""

    scope: str
    groups: Collection[str] = field(default=())
    users: Collection[str] = field(default=())

    @property
    def everybody(self) -> bool:
        """Say whether nobody is left out."""
        return self.scope == Directory.Scope.ALL


def rule_of(directory: Directory) -> Rule:
    """Return the rule of a directory with all its choices."""
    if directory.scope == Directory.Scope.ALL:
        return Rule(directory.scope)
    chosen = SyncChoice.objects.filter(directory=directory)
    keys = list(chosen.values_list("subject", "name_key"))
    return Rule(
        scope=directory.scope,
        groups=frozenset(key for subject, key in keys if subject == Subject.GROUP),
        users=_test_users(directory, keys),
    )


def _test_users(
    directory: Directory, keys: Sequence[tuple[str, str]]
) -> frozenset[str]:
    if directory.scope != Directory.Scope.TEST:
        return frozenset()
    return frozenset(key for subject, key in keys if subject == Subject.USER)


def carries_group(record: GroupRecord) -> bool:
    """Say whether a group of this name is synced; no query where everybody is."""
    if record.directory.scope == Directory.Scope.ALL:
        return True
    return _chosen(record.directory, Subject.GROUP, record.display_name_key)


def carries_user(record: UserRecord) -> bool:
    """Say whether a person is synced; no query where everybody is."""
    directory = record.directory
    if directory.scope == Directory.Scope.ALL:
        return True
    if directory.scope == Directory.Scope.TEST and _chosen(
        directory, Subject.USER, record.user_name_key
    ):
        return True
    # Who is new has no key yet, and is in no group.
    return bool(record.pk) and _in_chosen_group(record)


def _chosen(directory: Directory, subject: str, key: str) -> bool:
    return SyncChoice.objects.filter(
        directory=directory, subject=subject, name_key=key
    ).exists()


def _in_chosen_group(record: UserRecord) -> bool:
    """Look at the groups of a person, and at those around them where they count."""
    counts = nesting.counts(record.directory)
    way = (
        f"WITH RECURSIVE {nesting.ways()}"
        if counts
        else "WITH way AS (SELECT user_id, group_id"  # noqa: S608
        f" FROM {MEMBERSHIP} WHERE {dialect.one_of('user_id', 'bigint')})"
    )
    found = dialect.rows(
        f"{way} SELECT 1 FROM way JOIN {GROUP} g ON g.id = way.group_id"  # noqa: S608
        f" JOIN {CHOICE} c ON c.directory_id = g.directory_id"
        " AND c.subject = 'group' AND c.name_key = g.display_name_key LIMIT 1",
        [dialect.ids_parameter([record.pk])],
    )
    return bool(found)


def leave_out_user(
    record: UserRecord, account: Account | None, now: datetime
) -> Outcome:
    """Return the outcome for somebody who is not carried on.

    The account stays, and so does what the provider says about its state; groups
    and profile wait.
    """
    if account is None:
        return Outcome(LinkState.UNLINKED, reason=Reason.OUT_OF_SCOPE)
    managed = account.managed_by_id == record.organization_id
    if record.active and managed and account.email_key == record.email_key:
        change = accounts.Change(
            organization=record.organization, by=provider(record.directory), at=now
        )
        consequences.reactivate(account, change=change)
    return Outcome(LinkState.PAUSED, account, Reason.OUT_OF_SCOPE)


def leave_out_group(record: GroupRecord, *, now: datetime) -> Outcome:
    """Let go of the synced group of a record; it stays as a local group.

    Nobody loses access, and the group is taken up again when it is chosen again.
    """
    group = Group.objects.filter(record=record).first()
    if group is not None:
        own = Group.objects.filter(pk=group.pk)
        letting_go.release(own, record.directory, now=now)
        group.kind, group.record = Group.Kind.LOCAL, None
        by = provider(record.directory)
        record_group(Event.GROUP_RELEASED, group, by, record, now)
    if record.link_reason != Reason.OUT_OF_SCOPE:
        finding = explanations.of_group(record, Reason.OUT_OF_SCOPE)
        if group is not None and group.name_key != record.display_name_key:
            finding = _renamed(record, group.name)
        log_finding(record.directory, finding, now=now)
    return Outcome(LinkState.UNLINKED, reason=Reason.OUT_OF_SCOPE)


def _renamed(record: GroupRecord, before: str) -> Finding:
    return Finding(
        kind="chosen_group_renamed",
        level=TroubleshootingEntry.Level.WARNING,
        reason=_(
            "The group was chosen by the name {before} and is called {name} now, so it "
            "is not synced any more. The synced group stays as a local one."
        ).format(before=before, name=record.display_name),
        advice=_(
            "Add the new name under Sync rules on the directory's page, or rename the "
            "group back in the identity provider."
        ),
        subject=TroubleshootingEntry.Subject.GROUP,
        subject_id=str(record.scim_id),
        subject_name=record.display_name,
    )


def chosen_groups(directory: Directory, rule: Rule) -> list[int]:
    """Return the group records that a rule chooses by name, in key order."""
    records = GroupRecord.objects.filter(directory=directory)
    if not rule.everybody:
        # Folded keys as one parameter: there may be thousands.
        records = records.filter(display_name_key__in=list(rule.groups))
    return list(records.order_by("pk").values_list("pk", flat=True))


def counted_groups(directory: Directory, rule: Rule) -> list[int]:
    """Return the group records whose people a rule carries, those inside too."""
    chosen = chosen_groups(directory, rule)
    if not chosen or not nesting.counts(directory):
        return chosen
    return nesting.with_nested(chosen)


@dataclass(frozen=True)
class Carried:
    """Who is carried on by a rule: SQL for a person `r`, with its parameters.

    `stopped` is a directory from which nothing is taken away at present.
    """

    sql: str
    parameters: tuple[object, ...]
    stopped: bool = False


def carried_people(
    directory: Directory, rule: Rule, *, among: Sequence[int] | None = None
) -> Carried:
    """Return the condition that a person's record `r` is carried on.

    It holds for everybody, or `among` these people only, which then are looked up
    by themselves.
    """
    stopped = directory.guard_stopped_at is not None
    if rule.everybody:
        return Carried("(1 = 1)", (), stopped)
    users = list(
        UserRecord.objects.filter(
            directory=directory, user_name_key__in=list(rule.users)
        ).values_list("pk", flat=True)
    )
    source, asked = MEMBERSHIP, []
    if among is not None:
        # The limit makes the database take the memberships of these people first.
        source = (
            f"(SELECT user_id, group_id FROM {MEMBERSHIP}"  # noqa: S608
            f" WHERE {dialect.one_of('user_id', 'bigint')} LIMIT {2**62})"
        )
        asked = [dialect.ids_parameter(among)]
    return Carried(
        f"(r.id IN (SELECT m.user_id FROM {source} m"  # noqa: S608
        f" WHERE {dialect.one_of('m.group_id', 'bigint')})"
        f" OR {dialect.one_of('r.id', 'bigint')})",
        (
            *asked,
            dialect.ids_parameter(counted_groups(directory, rule)),
            dialect.ids_parameter(users),
        ),
        stopped,
    )


def misplaced_people(
    directory: Directory, carried: Carried, *, after: int = 0, size: int
) -> list[tuple[int, UUID]]:
    """Return the next people whose state is not what the rule says, by key.

    Who is inactive, or has no address, is left as they are for that reason.
    """
    found = dialect.rows(
        f"SELECT r.id, r.scim_id FROM {USER} r"  # noqa: S608
        f" WHERE r.directory_id = %s AND r.id > %s AND {_misplaced(carried)}"
        f" ORDER BY r.id LIMIT {size:d}",
        [dialect.uuid_parameter(directory.pk), after, *carried.parameters],
    )
    return [(key, UUID(str(scim_id))) for key, scim_id in found]


def count_misplaced_people(directory: Directory, carried: Carried) -> int:
    """Count the people whose state is not what the rule says."""
    found = dialect.rows(
        f"SELECT count(*) FROM {USER} r"  # noqa: S608
        f" WHERE r.directory_id = %s AND {_misplaced(carried)}",
        [dialect.uuid_parameter(directory.pk), *carried.parameters],
    )
    return int(found[0][0])


def misplaced_among(
    directory: Directory, users: Sequence[int]
) -> list[tuple[int, UUID]]:
    """Return who of these people has a state that is not what the rule says."""
    if not users:
        return []
    carried = carried_people(directory, rule_of(directory), among=users)
    found = dialect.rows(
        f"SELECT r.id, r.scim_id FROM {USER} r"  # noqa: S608
        f" WHERE {dialect.one_of('r.id', 'bigint')} AND {_misplaced(carried)}"
        " ORDER BY r.id",
        [dialect.ids_parameter(users), *carried.parameters],
    )
    return [(key, UUID(str(scim_id))) for key, scim_id in found]


def _misplaced(carried: Carried) -> str:
    """Return the condition that the rule and the state of `r` differ."""
    out = f"(r.link_reason = '{Reason.OUT_OF_SCOPE.value}')"
    looked_at = "(r.email_key <> '' AND (r.active OR r.account_id IS NULL))"
    if carried.stopped:
        return f"{carried.sql} AND {out}"
    return f"{carried.sql} = {out} AND ({out} OR {looked_at})"

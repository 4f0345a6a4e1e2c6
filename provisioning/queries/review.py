"""Reads about records that wait for an admin's decision."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from directories import dialect
from directories.dialect import Sql
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Membership,
    Organization,
    UserRecord,
)
from directories.paging import capped_count
from directories.queries import nesting
from provisioning.models import Group, GroupMember

COUNT_CAP = 1_000


@dataclass(frozen=True)
class Waiting:
    """How many records wait; counts end at COUNT_CAP."""

    users: int
    groups: int

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)


@dataclass(frozen=True)
class Difference:
    """How many people join a group, and leave it, when it follows a record."""

    joining: int
    leaving: int


def provider_directories(organization: Organization) -> QuerySet[Directory]:
    """Return the identity provider directories of an organization, by name."""
    return organization.directories.filter(kind=Directory.Kind.ORGANIZATION).order_by(
        "name_key", "pk"
    )


def waiting_users(
    organization: Organization, directory: str = ""
) -> QuerySet[UserRecord]:
    """Return the people's records that wait, of one directory or of all."""
    return UserRecord.objects.filter(
        directory__in=_places(organization, directory), link_state=LinkState.HELD
    ).select_related("directory")


def waiting_groups(
    organization: Organization, directory: str = ""
) -> QuerySet[GroupRecord]:
    """Return the groups' records that wait, of one directory or of all."""
    return GroupRecord.objects.filter(
        directory__in=_places(organization, directory), link_state=LinkState.HELD
    ).select_related("directory")


def loose_users(
    organization: Organization, directory: str = ""
) -> QuerySet[UserRecord]:
    """Return the people's records without an account, or whose groups wait."""
    return UserRecord.objects.filter(
        directory__in=_places(organization, directory),
        link_state__in=[LinkState.UNLINKED, LinkState.PAUSED],
    ).select_related("directory", "account")


def loose_count(organization: Organization, directory: str = "") -> int:
    """Count the people who are not linked, up to COUNT_CAP."""
    return capped_count(loose_users(organization, directory), COUNT_CAP)[0]


def waiting(organization: Organization, directory: str = "") -> Waiting:
    """Count the records that wait."""
    return Waiting(
        users=capped_count(waiting_users(organization, directory), COUNT_CAP)[0],
        groups=capped_count(waiting_groups(organization, directory), COUNT_CAP)[0],
    )


def local_group_of(record: GroupRecord) -> Group | None:
    """Return the local group that has the record's name."""
    return Group.objects.filter(
        organization=record.organization_id,
        name_key=record.display_name_key,
        kind=Group.Kind.LOCAL,
    ).first()


def difference(record: GroupRecord, group: Group) -> Difference:
    """Count who would join the group and who would leave it; two queries.

    It takes one more where groups are in the group.
    """
    linked = Sql(
        f"SELECT r.account_id FROM {Membership._meta.db_table} m"  # noqa: S608
        f" JOIN {UserRecord._meta.db_table} r ON r.id = m.user_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'",
        (dialect.ids_parameter(nesting.counted_groups(record)),),
    )
    inside = Sql(
        f"SELECT account_id FROM {GroupMember._meta.db_table}"  # noqa: S608
        " WHERE group_id = %s",
        (group.pk,),
    )
    return Difference(
        joining=_count_except(linked, inside), leaving=_count_except(inside, linked)
    )


def _count_except(some: Sql, others: Sql) -> int:
    sql = f"SELECT count(*) FROM ({some.text} EXCEPT {others.text}) AS found"  # noqa: S608
    return int(dialect.rows(sql, [*some.parameters, *others.parameters])[0][0])


def accounts_for(email_keys: Collection[str]) -> dict[str, Account]:
    """Return the accounts that have these folded addresses, by address."""
    if not email_keys:
        return {}
    return {a.email_key: a for a in Account.objects.filter(email_key__in=email_keys)}


def _places(organization: Organization, directory: str) -> list[uuid.UUID]:
    """Return the ids of the directories asked for, all when none is named."""
    places = provider_directories(organization)
    if directory:
        places = places.filter(pk=uuid.UUID(directory))
    return list(places.values_list("pk", flat=True))

"""Reads about pushed groups whose name an organization of the site has."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from directories import dialect
from directories.dialect import Sql
from directories.folding import fold
from directories.models import (
    Directory,
    GroupRecord,
    LinkState,
    Membership,
    UserRecord,
)
from directories.queries import nesting
from portals.models import (
    Customer,
    CustomerOrganization,
    OrganizationMember,
    ProjectOrganization,
)
from portals.reasons import Reason

WAITING = (Reason.SAME_NAME, Reason.GROUP_UNLINKED)
# Of more people than this together, a list leaves the counting to each group's page.
COUNTED = 20_000
# Seconds that a big count is kept, so that an admin can turn pages.
KEEP_S = 60
# So many groups are looked at for what all together change.
SUMMED = 500
MEMBERSHIP = Membership._meta.db_table
USER = UserRecord._meta.db_table
RECORD = GroupRecord._meta.db_table
CUSTOMER = Customer._meta.db_table
MEMBER = OrganizationMember._meta.db_table
ORGANIZATION = CustomerOrganization._meta.db_table


class Change(TextChoices):
    """What happens to a customer when an organization follows a group."""

    ADDED = "added", _("Added")
    REMOVED = "removed", _("Removed")
    STAYING = "staying", _("Staying")


@dataclass(frozen=True)
class Difference:
    """How many customers join an organization, leave it and stay in it."""

    joining: int = 0
    leaving: int = 0
    staying: int = 0

    def count_of(self, change: str) -> int:
        """Return how many a change is about, all for no change."""
        found = {
            Change.ADDED.value: self.joining,
            Change.REMOVED.value: self.leaving,
            Change.STAYING.value: self.staying,
        }
        return found.get(change, sum(found.values()))


@dataclass(frozen=True)
class Sums:
    """What syncing all groups that wait changes; some may be too large to count.

    `taken` organizations take over a group, `made` ones are new, as their name is free.
    `uncounted` groups are left out of the people. `projects` let one of them in.
    """

    groups: int
    taken: int
    made: int
    joining: int
    leaving: int
    uncounted: int
    projects: int


@dataclass(frozen=True)
class Conflict:
    """A group that is not synced, and the organization that has its name.

    `organization` is None when the name has become free. `projects` are the names of
    those that let the organization in. `difference` is None where it was not counted.
    """

    record: GroupRecord
    organization: CustomerOrganization | None = None
    projects: list[str] = field(default_factory=list)
    difference: Difference | None = None


def waiting_groups(directory: Directory, text: str = "") -> "QuerySet[GroupRecord]":
    """Return the groups of a directory that wait for an admin, named like `text`."""
    found = GroupRecord.objects.filter(
        directory=directory,
        link_state=LinkState.UNLINKED,
        link_reason__in=WAITING,
    )
    if key := fold(text):
        found = found.filter(display_name_key__contains=key)
    return found.select_related("directory__site", "directory__organization")


def conflicts_of(
    directory: Directory, records: Sequence[GroupRecord]
) -> list[Conflict]:
    """Return the conflicts of some groups; four queries, however many they are."""
    keys = [record.display_name_key for record in records]
    live = CustomerOrganization.objects.filter(
        site=directory.site_id, name_key__in=keys, archived_at__isnull=True
    )
    holders = {each.name_key: each for each in live}
    projects = _projects(list(holders.values()))
    counted = differences(directory, _countable(records, holders))
    found = []
    for record in records:
        holder = holders.get(record.display_name_key)
        names = projects.get(holder.pk, []) if holder else []
        difference = counted.get(record.pk)
        found.append(Conflict(record, holder, names, difference))
    return found


def conflict_of(directory: Directory, record: GroupRecord) -> Conflict:
    """Return the conflict of one group, with its difference whatever its size."""
    (conflict,) = conflicts_of(directory, [record])
    if conflict.difference is not None:
        return conflict
    holder = conflict.organization
    return Conflict(record, holder, conflict.projects, _difference(record, holder))


def sums_of(directory: Directory) -> Sums:
    """Count what syncing all groups that wait changes."""
    waiting = waiting_groups(directory).order_by("pk")
    found = conflicts_of(directory, list(waiting[:SUMMED]))
    counted = [each.difference for each in found if each.difference is not None]
    total = waiting.count() if len(found) == SUMMED else len(found)
    taken = sum(each.organization is not None for each in found)
    names = {name for each in found for name in each.projects}
    return Sums(
        groups=total,
        taken=taken,
        made=len(found) - taken,
        joining=sum(each.joining for each in counted),
        leaving=sum(each.leaving for each in counted),
        uncounted=total - len(counted),
        projects=len(names),
    )


def _countable(
    records: Sequence[GroupRecord], holders: dict[str, CustomerOrganization]
) -> list[int]:
    """Return the groups that are small enough to be counted beside others."""
    chosen, people = [], 0
    for record in records:
        holder = holders.get(record.display_name_key)
        people += record.member_count + (holder.member_count if holder else 0)
        if people > COUNTED:
            break
        if not record.nested_count:
            chosen.append(record.pk)
    return chosen


def _projects(holders: Sequence[CustomerOrganization]) -> dict[int, list[str]]:
    places = ProjectOrganization.objects.filter(organization__in=holders)
    named = places.order_by("project__name_key", "pk")
    found: dict[int, list[str]] = {}
    for organization, name in named.values_list("organization", "project__name"):
        found.setdefault(organization, []).append(name)
    return found


def differences(directory: Directory, records: Sequence[int]) -> dict[int, Difference]:
    """Count the differences of groups without groups in them, by key; one query."""
    if not records or directory.site_id is None:
        return {}
    chosen = dialect.ids_parameter(records)
    found = dialect.rows(
        "SELECT g, sum(w * (1 - h)), sum(h * (1 - w)), sum(w * h) FROM"  # noqa: S608
        " (SELECT g, c, max(w) AS w, max(h) AS h FROM"
        " (SELECT m.group_id AS g, c.id AS c, 1 AS w, 0 AS h"
        f" FROM {MEMBERSHIP} m JOIN {USER} r ON r.id = m.user_id"
        f" JOIN {CUSTOMER} c ON c.record_id = r.scim_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')}"
        " AND r.link_state = 'linked'"
        " UNION ALL SELECT g.id, om.customer_id, 0, 1"
        f" FROM {RECORD} g JOIN {ORGANIZATION} o ON o.site_id = %s"
        " AND o.name_key = g.display_name_key AND o.archived_at IS NULL"
        f" JOIN {MEMBER} om ON om.organization_id = o.id"
        f" WHERE {dialect.one_of('g.id', 'bigint')}"
        ") AS each_way GROUP BY g, c) AS person GROUP BY g",
        [chosen, dialect.uuid_parameter(directory.site_id), chosen],
    )
    counted = {key: Difference(*map(int, numbers)) for key, *numbers in found}
    return {key: counted.get(key, Difference()) for key in records}


def _linked(record: GroupRecord) -> Sql:
    """Return a query for the customers of a group's linked people."""
    sources = nesting.counted_groups(record)
    return Sql(
        f"SELECT c.id FROM {MEMBERSHIP} m"  # noqa: S608
        f" JOIN {USER} r ON r.id = m.user_id"
        f" JOIN {CUSTOMER} c ON c.record_id = r.scim_id"
        f" WHERE {dialect.one_of('m.group_id', 'bigint')} AND r.link_state = 'linked'",
        (dialect.ids_parameter(sources),),
    )


def _difference(record: GroupRecord, holder: CustomerOrganization | None) -> Difference:
    """Count a difference of any size; one of many people may be some seconds old."""
    size = holder.member_count if holder else 0
    key = f"customer-difference:{record.pk}:{record.version}:{record.member_count}"
    key = f"{key}:{holder.pk if holder else 0}:{size}"
    known: Difference | None = cache.get(key)
    if known is None:
        known = _counted(record, holder)
        if record.member_count + size > COUNTED:
            cache.set(key, known, KEEP_S)
    return known


def _counted(record: GroupRecord, holder: CustomerOrganization | None) -> Difference:
    linked = _linked(record)
    found = dialect.rows(
        "SELECT sum(w * (1 - h)), sum(h * (1 - w)), sum(w * h) FROM"  # noqa: S608
        " (SELECT c, max(w) AS w, max(h) AS h FROM"
        f" (SELECT id AS c, 1 AS w, 0 AS h FROM ({linked.text}) AS wanted"
        f" UNION ALL SELECT customer_id, 0, 1 FROM {MEMBER}"
        " WHERE organization_id = %s) AS each_way GROUP BY c) AS person",
        [*linked.parameters, holder.pk if holder else 0],
    )
    return Difference(*(int(number or 0) for number in found[0]))


def people_of(conflict: Conflict, *, change: str, text: str) -> "QuerySet[Customer]":
    """Return the customers of a difference, by what happens to them."""
    sources = nesting.counted_groups(conflict.record)
    wanted = Q(
        record__in=UserRecord.objects.filter(
            memberships__group__in=sources, link_state=LinkState.LINKED
        ).values("scim_id")
    )
    holder = conflict.organization
    inside = OrganizationMember.objects.filter(organization=holder.pk if holder else 0)
    present = Q(pk__in=inside.values("customer"))
    chosen = {
        Change.ADDED.value: wanted & ~present,
        Change.REMOVED.value: present & ~wanted,
        Change.STAYING.value: wanted & present,
    }.get(change, wanted | present)
    people = Customer.objects.filter(chosen, site=conflict.record.directory.site_id)
    return dialect.search(people, text) if text else people


def with_change(
    conflict: Conflict, people: Sequence[Customer]
) -> list[tuple[Customer, Change]]:
    """Return what happens to each of these customers of a difference; two queries."""
    keys = [each.pk for each in people]
    holder = conflict.organization
    inside = OrganizationMember.objects.filter(
        organization=holder.pk if holder else 0, customer__in=keys
    )
    present = set(inside.values_list("customer", flat=True))
    linked = Membership.objects.filter(
        group__in=nesting.counted_groups(conflict.record),
        user__link_state=LinkState.LINKED,
        user__customer__in=keys,
    )
    wanted = set(linked.values_list("user__customer", flat=True))
    return [(each, _change(each.pk in present, each.pk in wanted)) for each in people]


def _change(present: bool, wanted: bool) -> Change:  # noqa: FBT001 - a table of two
    if present and wanted:
        return Change.STAYING
    return Change.REMOVED if present else Change.ADDED


def synced_now(directory: Directory, organizations: Sequence[str]) -> set[str]:
    """Return which of these organizations, by public id, follow a directory's group."""
    following = CustomerOrganization.objects.filter(
        directory=directory, record__isnull=False, public_id__in=organizations
    )
    return {str(key) for key in following.values_list("public_id", flat=True)}

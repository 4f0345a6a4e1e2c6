"""Describes planned changes of access: steps, and what they make of grants and members.

Nothing is written: a plan is asked what the grants would be, who would be in a group,
and whom it concerns, a window of people at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from directories import dialect
from directories.models import Account, Member, Organization, Site
from provisioning.models import App, AppAccess, AppGrant, AppRole, Group, GroupMember

ACCESS = AppAccess._meta.db_table
GROUP_MEMBER = GroupMember._meta.db_table


class Kind(TextChoices):
    """What a step of a plan does."""

    GIVE = "give", _("Give a group a role in an app")
    TAKE = "take", _("Take a role in an app from a group")
    DELETE = "delete", _("Delete a group")
    UNASSIGN = "unassign", _("Unassign a group at the identity provider")
    JOIN = "join", _("Add a person to a group")
    LEAVE = "leave", _("Remove a person from a group")
    JOIN_ALL = "join-all", _("Add everybody of a group to another group")
    LEAVE_ALL = "leave-all", _("Remove everybody of a group from another group")
    SUSPEND = "suspend", _("Suspend a person")
    DEACTIVATE = "deactivate", _("Deactivate a person")
    RESTORE = "restore", _("Restore the access of a person")
    REMOVE_APP = "remove-app", _("Remove an app from a site")
    REMOVE_SITE = "remove-site", _("Remove a site")
    LIMIT = "limit", _("Change the user limit of an app")


DELETING = frozenset({Kind.DELETE, Kind.UNASSIGN})
ENDING = frozenset({Kind.SUSPEND, Kind.DEACTIVATE})
JOINING = frozenset({Kind.JOIN, Kind.JOIN_ALL})
LEAVING = frozenset({Kind.LEAVE, Kind.LEAVE_ALL})


@dataclass(frozen=True)
class Step:
    """One planned change; which fields count depends on its kind.

    `source` is the group whose people join or leave `group`, all of them; `limit` is
    the new user limit, None for no limit.
    """

    kind: Kind
    app: App | None = None
    role: str = ""
    group: Group | None = None
    source: Group | None = None
    account: Account | None = None
    site: Site | None = None
    limit: int | None = None


# A role in an app, by the key of the app.
Pair = tuple[int, str]


@dataclass
class Plan:
    """Steps in the order in which they would be carried out.

    What is read about groups and apps is read once; make a new plan to look again.
    """

    organization: Organization
    steps: Sequence[Step]
    _given: dict[int, set[Pair]] | None = field(default=None, repr=False)
    _after: dict[int, set[Pair]] | None = field(default=None, repr=False)
    _removed: list[int] | None = field(default=None, repr=False)

    @property
    def groups(self) -> list[int]:
        """Return the groups whose people or grants change."""
        return sorted({step.group.pk for step in self.steps if step.group})

    @property
    def ended(self) -> set[int]:
        """Return who is not active afterwards."""
        return self._people(ENDING) - self.restored

    @property
    def restored(self) -> set[int]:
        """Return who is active again afterwards, by their last step."""
        last: dict[int, Kind] = {}
        for step in self.steps:
            if step.account and step.kind in {*ENDING, Kind.RESTORE}:
                last[step.account.pk] = step.kind
        return {key for key, kind in last.items() if kind == Kind.RESTORE}

    def _people(self, kinds: frozenset[Kind]) -> set[int]:
        return {
            step.account.pk
            for step in self.steps
            if step.account and step.kind in kinds
        }

    @property
    def limits(self) -> dict[int, int | None]:
        """Return the new user limits by app."""
        return {
            step.app.pk: step.limit
            for step in self.steps
            if step.app and step.kind == Kind.LIMIT
        }

    def deleted_groups(self) -> set[int]:
        """Return the groups that would be there no more."""
        return {s.group.pk for s in self.steps if s.group and s.kind in DELETING}

    def removed_apps(self) -> list[int]:
        """Return the apps that would be there no more."""
        if self._removed is None:
            self._removed = self._find_removed()
        return self._removed

    def _find_removed(self) -> list[int]:
        sites = [s.site for s in self.steps if s.site and s.kind == Kind.REMOVE_SITE]
        alone = {
            step.app.pk
            for step in self.steps
            if step.app and step.kind == Kind.REMOVE_APP
        }
        if sites:
            below = App.objects.filter(site__in=sites, removed_at=None)
            alone |= set(below.order_by("pk").values_list("pk", flat=True))
        return sorted(alone)

    def given(self) -> dict[int, set[Pair]]:
        """Return what each of the plan's groups gives now in apps that are there."""
        if self._given is None:
            self._given = {key: set() for key in self.groups}
            grants = AppGrant.objects.filter(
                group__in=self.groups, app__removed_at=None
            )
            for group, app, role in grants.order_by("pk").values_list(
                "group", "app", "role"
            ):
                self._given[group].add((app, role))
        return self._given

    def given_after(self) -> dict[int, set[Pair]]:
        """Return what each of the plan's groups would give."""
        if self._after is None:
            after = {key: set(pairs) for key, pairs in self.given().items()}
            for step in self.steps:
                _change_grants(after, step)
            gone = set(self.removed_apps())
            self._after = {
                key: {pair for pair in pairs if pair[0] not in gone}
                for key, pairs in after.items()
            }
        return self._after

    def pairs(self) -> set[Pair]:
        """Return what the plan's groups give before or afterwards."""
        both = [*self.given().values(), *self.given_after().values()]
        return set().union(*both) if both else set()

    def members_after(
        self, now: dict[int, set[int]], people: set[int]
    ) -> dict[int, set[int]]:
        """Return who of these people would be in each group that the plan names.

        `now` says who of them is in it.
        """
        after = {key: set(inside) for key, inside in now.items()}
        for step in self.steps:
            if step.group is None:
                continue
            inside = after.setdefault(step.group.pk, set())
            moved = {step.account.pk} & people if step.account else set[int]()
            if step.source is not None:
                moved = set(after.get(step.source.pk, ()))
            if step.kind in JOINING:
                inside |= moved
            elif step.kind in LEAVING:
                inside -= moved
            elif step.kind in DELETING:
                inside.clear()
        return after

    def named_groups(self) -> list[int]:
        """Return the groups that are changed, and those whose people join or leave."""
        sources = {step.source.pk for step in self.steps if step.source}
        return sorted({*self.groups, *sources})

    def windows(self, size: int, after: int = 0) -> Iterator[list[int]]:
        """Return whom the plan concerns, by account, in windows of at most `size`."""
        while window := self.window(size, after):
            yield window
            after = window[-1]

    def window(self, size: int, after: int = 0) -> list[int]:
        """Return the next accounts that the plan may concern, in order.

        Some of them may keep all they have.
        """
        found = {key for key in self._alone() if key > after}
        for group in self._moving():
            found.update(_members(group, after, size))
        if removed := self.removed_apps():
            found.update(_users(removed, after, size))
        return sorted(found)[:size]

    def _alone(self) -> set[int]:
        return {step.account.pk for step in self.steps if step.account}

    def _moving(self) -> Iterable[int]:
        """Return the groups of which everybody may be concerned."""
        many = {*DELETING, Kind.GIVE, Kind.TAKE}
        whole = {s.group.pk for s in self.steps if s.group and s.kind in many}
        return whole | {s.source.pk for s in self.steps if s.source}


def _change_grants(after: dict[int, set[Pair]], step: Step) -> None:
    if step.group is None:
        return
    given = after[step.group.pk]
    if step.kind in DELETING:
        given.clear()
    elif step.app is not None and step.kind == Kind.GIVE:
        given.add((step.app.pk, step.role))
    elif step.app is not None and step.kind == Kind.TAKE:
        given.discard((step.app.pk, step.role))


def _members(group: int, after: int, size: int) -> list[int]:
    rows = dialect.rows(
        f"SELECT account_id FROM {GROUP_MEMBER} WHERE group_id = %s"  # noqa: S608
        f" AND account_id > %s ORDER BY account_id LIMIT {size:d}",
        [group, after],
    )
    return [key for (key,) in rows]


def _users(apps: Sequence[int], after: int, size: int) -> list[int]:
    """Return who has access next; each role is read along the index of its people."""
    part = (
        f"SELECT account_id FROM (SELECT account_id FROM {ACCESS}"  # noqa: S608
        " WHERE app_id = %s AND role = %s AND account_id > %s"
        f" ORDER BY account_id LIMIT {size:d}) AS found"
    )
    places = [(app, role.value) for app in apps for role in AppRole]
    rows = dialect.rows(
        f"{' UNION '.join([part] * len(places))} ORDER BY 1 LIMIT {size:d}",
        [value for app, role in places for value in (app, role, after)],
    )
    return [key for (key,) in rows]


def active_among(organization: Organization, accounts: Sequence[int]) -> set[int]:
    """Return which of these accounts are active members; one query."""
    rows = dialect.rows(
        f"SELECT account_id FROM {Member._meta.db_table}"  # noqa: S608
        " WHERE organization_id = %s AND status = 'active'"
        f" AND {dialect.one_of('account_id', 'bigint')}",
        [dialect.uuid_parameter(organization.pk), dialect.ids_parameter(accounts)],
    )
    return {key for (key,) in rows}

"""Works out which admin rights people gain or lose by a planned change."""

from collections.abc import Sequence

from directories.models import RoleAssignment
from provisioning.models import GroupRole
from provisioning.queries.planning.access_lines import Effect, Line, Right
from provisioning.queries.planning.access_plan import Kind, Plan


class Rights:
    """The admin rights that the groups of a plan give; read once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._ended = plan.ended
        self._deleted = plan.deleted_groups()
        self._given: dict[int, set[Right]] = {}
        roles = GroupRole.objects.filter(group__in=plan.groups).order_by("pk")
        for group, role, site, app in roles.values_list("group", "role", "site", "app"):
            self._given.setdefault(group, set()).add(Right(role, site, app))

    @property
    def concerned(self) -> bool:
        """Say whether the plan can change an admin right at all."""
        about_roles = {Kind.GIVE, Kind.TAKE, Kind.LIMIT, Kind.REMOVE_APP}
        moves = {step.kind for step in self._plan.steps} - about_roles
        return bool(moves and (self._given or self._ended or self._plan.restored))

    def lines(
        self,
        people: Sequence[int],
        inside: dict[int, set[int]],
        active: set[int],
    ) -> list[Line]:
        """Return who of these people gains or loses a right; one query.

        `inside` says who would be in each group of the plan, `active` who would be
        active.
        """
        if not self.concerned:
            return []
        before: dict[int, dict[Right, set[int]]] = {key: {} for key in people}
        held = RoleAssignment.objects.filter(
            organization=self._plan.organization, account__in=people
        )
        for account, group, role, site, app in held.order_by("pk").values_list(
            "account", "group_id", "role", "site", "app"
        ):
            right = Right(role, site, app)
            before[account].setdefault(right, set()).add(group)
        found = []
        for account in people:
            after = self._after(account, before[account], inside, active)
            found += _compare(account, before[account], after)
        return found

    def _after(
        self,
        account: int,
        before: dict[Right, set[int]],
        inside: dict[int, set[int]],
        active: set[int],
    ) -> dict[Right, set[int]]:
        if account not in active:
            return {}
        changed = set(self._plan.groups)
        after = {right: groups - changed for right, groups in before.items()}
        for group, rights in self._given.items():
            if group not in self._deleted and account in inside.get(group, ()):
                for right in rights:
                    after.setdefault(right, set()).add(group)
        return {right: groups for right, groups in after.items() if groups}


def _compare(
    account: int, before: dict[Right, set[int]], after: dict[Right, set[int]]
) -> list[Line]:
    lost = [
        Line(account, Effect.RIGHT_LOSE, right=right, groups=tuple(sorted(groups)))
        for right, groups in before.items()
        if right not in after
    ]
    gained = [
        Line(account, Effect.RIGHT_GAIN, right=right, groups=tuple(sorted(groups)))
        for right, groups in after.items()
        if right not in before
    ]
    return lost + gained

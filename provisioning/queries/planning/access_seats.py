"""Works out who gets a license of an app with a user limit by a planned change.

Whoever waits is first, in the order in which they began to; then come those who are
new, in the order of their accounts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Q, Sum

from provisioning.models import LICENSED_ROLES, App, AppAccess, AppUse
from provisioning.queries.planning.access_lines import Effect, Line, Shortage
from provisioning.queries.planning.access_plan import Kind, Plan

State = AppAccess.State


@dataclass
class Seats:
    """The licenses of one app, and who asks for them and gives them up."""

    app: App
    limit: int | None
    active: int
    role: str
    lost: int = 0
    dropped: set[int] = field(default_factory=set)
    # Those who are new, in order; and who of the waiting gets in.
    gainers: list[int] = field(default_factory=list)
    admitted: set[int] = field(default_factory=set)
    free: int = 0
    touched: bool = False
    # Whether a group is given the role: then those count too who have it, and wait or
    # were refused.
    given: bool = False
    asking: int = 0
    unused: int = 0

    def note(self, line: Line) -> None:
        """Remember what one person asks for or gives up."""
        self.touched = True
        if line.effect == Effect.GAIN:
            self.gainers.append(line.account)
        elif line.effect == Effect.LOSE:
            self.lost += 1
        elif line.effect == Effect.KEEP and line.before != State.ACTIVE:
            self.asking += self.given
        elif line.effect == Effect.DROP:
            self.dropped.add(line.account)

    def settle(self) -> None:
        """Give out the licenses, when everybody is known.

        Nobody is let in by a change that is about others.
        """
        if not self.touched:
            return
        waiting = AppAccess.objects.filter(
            app=self.app, role=self.role, state=State.WAITING
        ).order_by("since", "id")
        if self.limit is None:
            everybody = waiting.values_list("account_id", flat=True)
            self.admitted = set(everybody) - self.dropped
            return
        self.free = max(self.limit - self.active + self.lost, 0)
        self.unused = self.free
        if self.free and self.app.at_limit != App.AtLimit.ALLOW:
            asked = self.free + len(self.dropped)
            first = waiting.values_list("account_id", flat=True)[:asked]
            rest = [key for key in first if key not in self.dropped]
            self.admitted = set(rest[: self.free])
            self.free -= len(self.admitted)

    @property
    def shortage(self) -> Shortage | None:
        """Return how many licenses lack where the app refuses more people."""
        refuses = self.limit is not None and self.app.at_limit == App.AtLimit.REFUSE
        new, needed = len(self.gainers), len(self.gainers) + self.asking
        if not refuses or (new <= self.free and needed <= self.unused):
            return None
        return Shortage(self.app.pk, self.free, needed)

    def seated(self, line: Line) -> Line:
        """Return what a line of somebody new, or of another, is with these seats."""
        if line.effect != Effect.GAIN or self.limit is None:
            return line
        if self.app.at_limit == App.AtLimit.ALLOW:
            return line
        if self.shortage:
            return replace(line, effect=Effect.REFUSED, after=State.REFUSED)
        if self.free and line.account <= self.gainers[: self.free][-1]:
            return line
        return replace(line, effect=Effect.WAIT, after=State.WAITING)

    def admissions(self, accounts: Iterable[int]) -> list[Line]:
        """Return the lines of those of these accounts who wait and get in."""
        return [
            Line(
                account=key,
                effect=Effect.ADMIT,
                app=self.app.pk,
                role=self.role,
                before=State.WAITING,
                after=State.ACTIVE,
            )
            for key in accounts
            if key in self.admitted
        ]


def seats_of(plan: Plan, removed: set[int]) -> dict[int, Seats]:
    """Return the seats of the organization's apps with a limit, before or after."""
    limits = plan.limits
    apps = App.objects.filter(
        site__organization=plan.organization, removed_at=None
    ).filter(Q(user_limit__isnull=False) | Q(pk__in=limits))
    given = {s.app.pk for s in plan.steps if s.app and s.kind == Kind.GIVE}
    found = {}
    for app in apps.exclude(pk__in=removed).order_by("pk"):
        role = LICENSED_ROLES[app.kind]
        uses = AppUse.objects.filter(app=app, role=role, state=State.ACTIVE)
        active = uses.aggregate(people=Sum("people"))["people"] or 0
        limit = limits.get(app.pk, app.user_limit)
        found[app.pk] = Seats(
            app=app,
            limit=limit,
            active=active,
            role=role,
            touched=app.pk in limits,
            given=app.pk in given,
        )
    return found

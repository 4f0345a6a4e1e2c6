"""Changes who of a directory is synced."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from directories.events import Event
from directories.folding import fold
from directories.models import Directory, Job
from directories.services.audit import Actor, Target, record_event
from provisioning.models import SyncChoice
from provisioning.services.directory_scope.scope import Rule
from provisioning.services.syncing import sync

Subject = SyncChoice.Subject
Scope = Directory.Scope
# As many names can be chosen of each kind; who needs more chooses a group around them.
MOST_CHOICES = 2_000
NAME_LENGTH = 255
NAMED = 50


class GuardStoppedError(Exception):
    """The guard has stopped the directory; what it holds is decided first."""


@dataclass(frozen=True)
class Plan:
    """Who shall be synced: a scope, and the names that were chosen, as typed."""

    scope: str
    groups: tuple[str, ...] = ()
    users: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """Return what the plan means for records."""
        if self.scope == Scope.ALL:
            return Rule(self.scope)
        users = self.users if self.scope == Scope.TEST else ()
        return Rule(
            scope=self.scope,
            groups=frozenset(map(fold, self.groups)),
            users=frozenset(map(fold, users)),
        )

    def as_json(self) -> dict[str, Any]:
        """Return the plan as it is kept with its dry run."""
        return asdict(self)


def plan_from(kept: dict[str, Any]) -> Plan:
    """Return the plan that was kept with a dry run."""
    groups, users = kept.get("groups", ()), kept.get("users", ())
    return Plan(kept.get("scope", Scope.ALL), tuple(groups), tuple(users))


def plan_of(directory: Directory) -> Plan:
    """Return what a directory has at present, names in their order."""
    chosen = SyncChoice.objects.filter(directory=directory).order_by("name_key", "pk")
    names = list(chosen.values_list("subject", "name"))
    return Plan(
        scope=directory.scope,
        groups=tuple(name for subject, name in names if subject == Subject.GROUP),
        users=tuple(name for subject, name in names if subject == Subject.USER),
    )


def names_of(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the names in these lines, each once whatever its letter case."""
    found: dict[str, str] = {}
    for line in lines:
        name = " ".join(line.split())
        if name:
            found.setdefault(fold(name), name)
    return tuple(found[key] for key in sorted(found))


@transaction.atomic
def change_rule(
    *, directory: Directory, plan: Plan, by: Actor, now: datetime
) -> Job | None:
    """Choose who is synced; the job returned takes up and leaves out.

    Wake it when the transaction has ended; None when nothing has to be done. Raises
    GuardStoppedError.
    """
    # Requests that hold the directory open end before; later ones see the new rule.
    current = Directory.objects.select_for_update(of=("self",)).get(pk=directory.pk)
    if current.guard_stopped_at is not None:
        raise GuardStoppedError(directory.pk)
    before = plan_of(current)
    if before == plan:
        return None
    _choose(current, Subject.GROUP, plan.groups)
    _choose(current, Subject.USER, plan.users)
    current.scope = directory.scope = plan.scope
    current.save(update_fields=["scope"])
    record_event(
        Event.SCIM_SCOPE_CHANGED,
        organization=directory.organization,
        by=by,
        target=Target(
            "directory", str(current.pk), current.name, _details(before, plan)
        ),
        at=now,
    )
    if current.state != Directory.State.ACTIVE:
        return None
    return sync.queue_reconcile(current, now)


def _choose(directory: Directory, subject: Subject, names: Sequence[str]) -> None:
    present = SyncChoice.objects.filter(directory=directory, subject=subject)
    wanted = {fold(name): name for name in names}
    known = set(present.values_list("name_key", flat=True))
    present.exclude(name_key__in=list(wanted)).delete()
    SyncChoice.objects.bulk_create(
        SyncChoice(directory=directory, subject=subject, name=name, name_key=key)
        for key, name in wanted.items()
        if key not in known
    )


def _details(before: Plan, after: Plan) -> dict[str, Any]:
    """Say what is different, with the first of the names that came and went."""
    details: dict[str, Any] = {"scope": [before.scope, after.scope]}
    for subject in ("groups", "users"):
        old, new = set(getattr(before, subject)), set(getattr(after, subject))
        if added := sorted(new - old):
            details[f"{subject}_added"] = added[:NAMED]
        if removed := sorted(old - new):
            details[f"{subject}_removed"] = removed[:NAMED]
    return details

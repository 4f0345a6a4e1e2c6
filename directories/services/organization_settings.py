"""Changes how an organization treats its people and groups."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.models import Organization
from directories.services.audit import Actor, Target, record_event

LONGEST_GRACE = 365


@dataclass(frozen=True)
class Rules:
    """What an organization chose; see directories.models.Organization."""

    restores_memberships: bool
    removes_external: bool
    grace_days: int


def rules_of(organization: Organization) -> Rules:
    """Return what an organization has chosen so far."""
    return Rules(
        restores_memberships=organization.restores_memberships,
        removes_external=organization.removes_external,
        grace_days=organization.grace_days,
    )


@transaction.atomic
def change_rules(
    organization: Organization, rules: Rules, *, by: Actor, now: datetime
) -> bool:
    """Choose other rules, from the next change of a person on; say if any differ."""
    held = Organization.objects.select_for_update(of=("self",), no_key=True).get(
        pk=organization.pk
    )
    before, after = asdict(rules_of(held)), asdict(rules)
    changes = {k: [str(before[k]), str(v)] for k, v in after.items() if before[k] != v}
    if not changes:
        return False
    Organization.objects.filter(pk=held.pk).update(**after)
    target = Target(
        "organization", str(held.pk), held.name, details={"change": changes}
    )
    record_event(
        Event.ORGANIZATION_CHANGED, organization=held, by=by, target=target, at=now
    )
    return True

"""Reads about attach rules: which organizations they are about."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from directories.folding import fold
from directories.paging import capped_count
from portals.models import (
    AttachRule,
    CustomerOrganization,
    Detachment,
    ProjectOrganization,
    ServiceProject,
)

Match = AttachRule.Match
SYNCED = CustomerOrganization.Source.SYNCED
# So many organizations are counted for a line, and so many are named.
CAP = 10_000
NAMED = 10


@dataclass(frozen=True)
class Number:
    """How many there are, and whether there are more than were counted."""

    count: int
    more: bool


@dataclass(frozen=True)
class Preview:
    """What a rule is about now, and what applying it would do."""

    matching: Number
    attached: Number
    left_out: Number
    would_attach: Number
    named: Sequence[CustomerOrganization]


@dataclass(frozen=True)
class Row:
    """A rule with how many organizations of the project it added."""

    rule: AttachRule
    attached: int


def matches(match: str, text: str, name_key: str) -> bool:
    """Say whether a rule is about an organization of this folded name."""
    if match == Match.ALL:
        return True
    if match == Match.IS:
        return name_key == text
    if match == Match.BEGINS:
        return name_key.startswith(text)
    return text in name_key


def matching(rule: AttachRule) -> "QuerySet[CustomerOrganization]":
    """Return the live synced organizations that a rule is about."""
    synced = CustomerOrganization.objects.filter(
        site_id=rule.site_id, source=SYNCED, archived_at__isnull=True
    )
    look = {Match.IS: "exact", Match.BEGINS: "startswith", Match.CONTAINS: "contains"}
    if rule.match == Match.ALL:
        return synced
    return synced.filter(**{f"name_key__{look[Match(rule.match)]}": rule.text})


def would_attach(rule: AttachRule) -> "QuerySet[CustomerOrganization]":
    """Return the organizations that a rule would let in, were it applied now."""
    places = ProjectOrganization.objects.filter(
        project=rule.project, organization=OuterRef("pk")
    )
    return matching(rule).filter(~Exists(places), ~Exists(_left_out(rule)))


def left_out(rule: AttachRule) -> "QuerySet[CustomerOrganization]":
    """Return the organizations of a rule that somebody took out since it was made."""
    return matching(rule).filter(Exists(_left_out(rule)))


def _left_out(rule: AttachRule) -> "QuerySet[Detachment]":
    return Detachment.objects.filter(
        project=rule.project,
        organization=OuterRef("pk"),
        detached_at__gte=rule.created_at,
    )


def attached_by(rule: AttachRule) -> "QuerySet[CustomerOrganization]":
    """Return the organizations that a rule let in."""
    return CustomerOrganization.objects.filter(project_organizations__rule=rule)


def rules_of(project: ServiceProject) -> list[Row]:
    """Return the rules of a project, the oldest first."""
    places = ProjectOrganization.objects.filter(project=project, rule__isnull=False)
    counted = places.order_by("rule").values_list("rule").annotate(count=Count("pk"))
    numbers = dict(counted)
    return [
        Row(rule, numbers.get(rule.pk, 0))
        for rule in project.attach_rules.order_by("created_at", "pk")
    ]


def attached_count(rule: AttachRule) -> int:
    """Count the organizations that a rule let in."""
    return ProjectOrganization.objects.filter(rule=rule).count()


def preview(project: ServiceProject, match: str, text: str) -> Preview:
    """Say what a rule would be about that is not made yet."""
    rule = AttachRule(
        site_id=project.site_id,
        project=project,
        match=match,
        text="" if match == Match.ALL else fold(text),
        created_at=timezone.now(),
    )
    return preview_of(rule)


def preview_of(rule: AttachRule) -> Preview:
    """Say what a rule is about now, and what applying it would do."""
    places = ProjectOrganization.objects.filter(
        project=rule.project, organization=OuterRef("pk")
    )
    new = would_attach(rule)
    return Preview(
        matching=_number(matching(rule)),
        attached=_number(matching(rule).filter(Exists(places))),
        left_out=_number(left_out(rule)),
        would_attach=_number(new),
        named=list(new.order_by("name_key", "pk")[:NAMED]),
    )


def _number(found: "QuerySet[CustomerOrganization]") -> Number:
    return Number(*capped_count(found, CAP))

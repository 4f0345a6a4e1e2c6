"""Reads of the search over everything that has a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet

from directories import dialect
from directories.folding import fold
from directories.models import Directory, Member, Organization, Site
from provisioning.models import Group
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in
from provisioning.queries.review import provider_directories

M = TypeVar("M", bound=Model)
SHOWN = 10


@dataclass(frozen=True)
class Hits(Generic[M]):
    """The first hits of one kind and whether there are more."""

    rows: Sequence[M]
    more: bool


@dataclass(frozen=True)
class Found:
    """What a search brought."""

    people: Hits[Member]
    groups: Hits[Group]
    directories: Hits[Directory]
    sites: Hits[Site]

    def __bool__(self) -> bool:
        kinds = (self.people, self.groups, self.directories, self.sites)
        return any(hits.rows for hits in kinds)


def find(organization: Organization, text: str) -> Found:
    """Search people, groups, directories and sites for `text`, not empty."""
    people = members_of(organization, MemberFilter(text=text))
    groups = groups_in(organization, GroupFilter(text=text))
    directories = provider_directories(organization)
    return Found(
        people=_hits(people.order_by("name", "pk")),
        groups=_hits(groups.order_by("name_key", "pk")),
        directories=_hits(directories.filter(name_key__contains=fold(text))),
        sites=_hits(
            organization.sites.filter(name__icontains=text).order_by("name", "pk")
        ),
    )


def _hits(rows: QuerySet[M, Any]) -> Hits[M]:
    with dialect.planned_anew():
        found = list(rows[: SHOWN + 1])
    return Hits(rows=found[:SHOWN], more=len(found) > SHOWN)

"""Reads about who has access to apps, for lists by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from directories import dialect
from directories.models import Member, Organization
from provisioning.models import App, AppAccess, AppUse
from provisioning.queries.accounts import walking


@dataclass(frozen=True)
class PeopleFilter:
    """Whom to list of those entitled to use apps; what is empty does not matter."""

    text: str = ""
    role: str = ""
    state: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.role or self.state)


def people_of(
    organization: Organization, apps: Sequence[App], wanted: PeopleFilter
) -> QuerySet[Member]:
    """Return who has access to one of some apps, waits for it or was refused.

    With account and directory; sort it by `name`. Fast when nearly everybody has
    access, and when few have.
    """
    keys = [app.pk for app in apps]
    rows = AppAccess.objects.filter(app__in=keys)
    if wanted.role:
        rows = rows.filter(role=wanted.role)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    members = organization.members.prefetch_related("account", "directory")
    found = walking.among(members, rows, count=count_of(apps, wanted))
    return dialect.search(found, wanted.text)


def count_of(apps: Sequence[App], wanted: PeopleFilter) -> int:
    """Return how many rows of access fit role and state, by the sums.

    Who has several counts several times.
    """
    found = AppUse.objects.filter(app__in=[app.pk for app in apps])
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.state:
        found = found.filter(state=wanted.state)
    return int(found.aggregate(people=Sum("people"))["people"] or 0)

"""Reads about who has access to apps, for lists by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from directories import dialect
from directories.models import Member, Organization
from provisioning.models import App, AppAccess, AppUse

# So few people are read first and listed then; among more, a page of the list by name
# is full soon.
FEW = 5_000


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
    members = organization.members.select_related("account", "directory")
    if count_of(apps, wanted) <= FEW:
        accounts = rows.order_by().values_list("account", flat=True).distinct()
        members = members.filter(account__in=list(accounts))
    else:
        members = members.filter(Exists(rows.filter(account=OuterRef("account"))))
    return dialect.search(members, wanted.text)


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

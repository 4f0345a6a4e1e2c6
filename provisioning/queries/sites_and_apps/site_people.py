"""Reads about the people of an organization as one of its sites sees them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from directories.models import Member, Organization
from provisioning.models import App, AppAccess, AppUse
from provisioning.queries.accounts import walking
from provisioning.queries.accounts.people import MemberFilter, members_of

WITH, WITHOUT = "with", "without"
EXPORT_BATCH = 500


@dataclass(frozen=True)
class SiteUserFilter:
    """Which people to list; what is empty does not matter.

    `access` is WITH or WITHOUT, to the site or to the app of the kind `app` alone.
    """

    text: str = ""
    directory: str = ""
    access: str = ""
    app: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.directory or self.access or self.app)

    @property
    def leaves_out(self) -> bool:
        """Say whether those without access are asked for."""
        return self.access == WITHOUT


def apps_of(apps: Iterable[App], wanted: SiteUserFilter) -> list[int]:
    """Return the keys of the apps that a filter is about."""
    return [app.pk for app in apps if wanted.app in {"", app.kind}]


def people_of(
    organization: Organization, wanted: SiteUserFilter, apps: Sequence[int]
) -> QuerySet[Member]:
    """Return everybody, or those with access to the apps where that is asked for.

    Those without are not picked out here; see `without`.
    """
    base = MemberFilter(text=wanted.text, directory=wanted.directory)
    members = members_of(organization, base)
    if wanted.leaves_out or not (wanted.access or wanted.app):
        return members
    # Without a join of accounts, where all that match are sorted.
    listed = members.select_related(None).prefetch_related("account", "directory")
    return walking.among(listed, _access(apps), count=_count(apps))


def without(apps: Sequence[int]) -> Q:
    """Return the condition that a member has no access to any of the apps."""
    return Q(~Exists(_access(apps).filter(account=OuterRef("account"))))


def opened_by(
    members: Iterable[Member], apps: Sequence[App]
) -> dict[int, list[AppAccess]]:
    """Return what people have in the apps, by the key of their account; one query."""
    by_key = {app.pk: app for app in apps}
    rows = AppAccess.objects.filter(
        account__in=[member.account_id for member in members], app__in=list(by_key)
    )
    found: dict[int, list[AppAccess]] = {}
    for row in rows.order_by("app__kind", "role", "pk"):
        row.app = by_key[row.app_id]
        found.setdefault(row.account_id, []).append(row)
    return found


def in_batches(
    members: Iterator[Member], apps: Sequence[App]
) -> Iterator[tuple[Member, list[AppAccess]]]:
    """Go through many people with what they have in the apps."""
    while batch := list(islice(members, EXPORT_BATCH)):
        opened = opened_by(batch, apps)
        for member in batch:
            yield member, opened.get(member.account_id, [])


def _access(apps: Sequence[int]) -> QuerySet[AppAccess]:
    return AppAccess.objects.filter(app__in=apps, state=AppAccess.State.ACTIVE)


def _count(apps: Sequence[int]) -> int:
    """Return about how many have access; one small query."""
    uses = AppUse.objects.filter(app__in=apps, state=AppAccess.State.ACTIVE)
    return uses.aggregate(people=Sum("people"))["people"] or 0

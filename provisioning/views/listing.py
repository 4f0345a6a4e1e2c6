"""What list pages share: rows, where their neighbours are, how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from directories.paging import Cut, Page, capped_count, cut_page
from directories.permissions import ConsoleRequest
from directories.tables import Neighbours, neighbours

M = TypeVar("M", bound=Model)
COUNT_CAP = 1_000


@dataclass(frozen=True)
class Listing(Generic[M]):
    """One page of a list."""

    rows: Sequence[M]
    links: Neighbours
    summary: str


def list_page(
    request: ConsoleRequest,
    rows: QuerySet[M],
    cut: Cut,
    *,
    total: int | None = None,
    more: bool = False,
) -> Listing[M]:
    """Cut the page that is asked for; without `total` count the rows, capped.

    `more` says that there are more rows than `total`.
    """
    page = cut_page(rows, cut)
    return Listing(
        rows=page.rows,
        links=neighbours(page, request.GET),
        summary=_summary(rows, page, total, more=more),
    )


def turned_round(request: ConsoleRequest, cut: Cut) -> str:
    """Return the address of the same list in the other order, from its start."""
    query = request.GET.copy()
    for name in ("sort", "after", "before"):
        query.pop(name, None)
    if not cut.descending:
        query["sort"] = "-name"
    return f"?{query.urlencode()}"


def short(count: int, cap: int) -> str:
    """Write a count that was made up to `cap` + 1: 10,000+ when it is more."""
    written = number_format(min(count, cap), force_grouping=True)
    return f"{written}+" if count > cap else written


def _summary(rows: QuerySet[M], page: Page[M], total: int | None, *, more: bool) -> str:
    shown = len(page.rows)
    if total is None and not (page.next or page.previous):
        total = shown
    if total is None:
        total, more = capped_count(rows, COUNT_CAP)
    return _("Showing {shown} of {total}").format(
        shown=short(shown, shown), total=short(total + more, total)
    )

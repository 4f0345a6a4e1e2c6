"""Reads list parameters and cuts one page out of a collection."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import models
from rest_framework.request import Request

from directories.models import Directory, GroupRecord, UserRecord
from directories.scim.lookup import Lookup, condition, read_filter
from directories.scim.protocol.errors import InvalidValueError
from directories.scim.protocol.messages import read_paging
from directories.scim.protocol.selection import Selection, read_selection

R = TypeVar("R", UserRecord, GroupRecord)
MAX_PARAMETERS = 100


@dataclass(frozen=True)
class Query:
    """What a request asks for in its query string (RFC 7644 section 3.9, 3.4.2)."""

    filter: str
    start_index: int
    count: int
    selection: Selection


@dataclass(frozen=True)
class ResultPage(Generic[R]):
    """One page of records, and how many there are in all."""

    records: list[R]
    total: int


def read_query(request: Request) -> Query:
    """Return the query of a request; parameter names count in any letter case."""
    given = _parameters(request.META.get("QUERY_STRING", ""))
    paging = read_paging(
        given.get("startindex"),
        given.get("count"),
        default=settings.SCIM_PAGE_SIZE,
        maximum=settings.SCIM_MAX_PAGE_SIZE,
    )
    return Query(
        filter=given.get("filter", "").strip(),
        start_index=paging.start_index,
        count=paging.count,
        selection=read_selection(
            given.get("attributes", ""), given.get("excludedattributes", "")
        ),
    )


def _parameters(query_string: str) -> dict[str, str]:
    """Read a query, which is UTF-8 in whatever charset the body is declared."""
    text = query_string.encode("latin-1").decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        msg = f"The query has more than {MAX_PARAMETERS} parameters; send fewer."
        raise InvalidValueError(msg) from error
    return {name.casefold(): value for name, value in pairs}


def whole_page(
    directory: Directory, collection: models.QuerySet[R], lookup: Lookup, query: Query
) -> ResultPage[R]:
    """Return the page that a query asks for, in the order of creation.

    The page's keys are cut out of an index first, so that skipping many rows
    does not read them. A filter that finds less than a page spares the count.
    """
    found = collection
    if query.filter:
        node = read_filter(query.filter, (lookup,))
        found = collection.filter(condition(node, lookup, directory))
    first = query.start_index - 1
    keys = found.order_by("pk").values_list("pk", flat=True)
    wanted = list(keys[first : first + query.count]) if query.count else []
    records = list(collection.filter(pk__in=wanted).order_by("pk")) if wanted else []
    is_last = len(wanted) < query.count and (first == 0 or bool(wanted))
    total = first + len(wanted) if is_last else found.count()
    return ResultPage(records, total)

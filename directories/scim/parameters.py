"""Reads what a request asks for, from its query or from a search message."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.conf import settings
from rest_framework.request import Request

from directories.scim.modes import offer_of, opened_by
from directories.scim.protocol.errors import (
    InvalidCountError,
    InvalidValueError,
    shown,
)
from directories.scim.protocol.messages import read_paging, read_search
from directories.scim.protocol.selection import Selection, read_selection

MAX_PARAMETERS = 100
_ORDERS = {"": False, "ascending": False, "descending": True}


@dataclass(frozen=True)
class Query:
    """What a request asks for (RFC 7644 sections 3.4.2 and 3.9).

    `cursor` is None for paging by index, "" for the first page by cursor.
    """

    filter: str
    start_index: int
    count: int
    selection: Selection
    sort_by: str = ""
    descending: bool = False
    cursor: str | None = None


def read_query(request: Request) -> Query:
    """Return the query of a request; parameter names count in any letter case.

    What the directory does not offer is ignored (RFC 7644 section 3.4.2.3).
    """
    given = _parameters(request.META.get("QUERY_STRING", ""))
    for name in offer_of(opened_by(request)).ignored:
        given.pop(name, None)
    return _query(given)


def read_search_query(body: object) -> Query:
    """Return the query of a search message (RFC 7644 section 3.4.3)."""
    return _query(read_search(body))


def _query(given: Mapping[str, str]) -> Query:
    cursor = given.get("cursor")
    try:
        paging = read_paging(
            None if cursor is not None else given.get("startindex"),
            given.get("count"),
            default=settings.SCIM_PAGE_SIZE,
            maximum=settings.SCIM_MAX_PAGE_SIZE,
        )
    except InvalidValueError as error:
        if cursor is None:
            raise
        raise InvalidCountError(error.detail) from error
    return Query(
        filter=given.get("filter", "").strip(),
        start_index=paging.start_index,
        count=paging.count,
        selection=read_selection(
            given.get("attributes", ""), given.get("excludedattributes", "")
        ),
        sort_by=given.get("sortby", "").strip(),
        descending=_descending(given.get("sortorder", "")),
        cursor=cursor if cursor is None else cursor.strip(),
    )


def _descending(order: str) -> bool:
    known = _ORDERS.get(order.strip().lower())
    if known is None:
        msg = f"sortOrder is ascending or descending, not {shown(order)}."
        raise InvalidValueError(msg)
    return known


def _parameters(query_string: str) -> dict[str, str]:
    """Read a query, which is UTF-8 in whatever charset the body is declared."""
    text = query_string.encode("latin-1").decode(errors="replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError as error:
        msg = f"The query has more than {MAX_PARAMETERS} parameters; send fewer."
        raise InvalidValueError(msg) from error
    return {name.casefold(): value for name, value in pairs}

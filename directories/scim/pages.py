"""Cuts one page out of a collection, or out of several that are one to the client."""

import uuid
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models
from django.db.models import BooleanField, Value
from django.db.models.expressions import RawSQL

from directories import dialect
from directories.dialect import Sql
from directories.models import Directory, GroupRecord, UserRecord
from directories.scim.collections import EVERY, Collection
from directories.scim.cursors import Cursor, Place, fingerprint, pack, unpack
from directories.scim.lookup import Key, condition, read_filter, sort_keys
from directories.scim.modes import offer_of
from directories.scim.parameters import Query
from directories.scim.protocol.filters import Comparison
from directories.scim.protocol.messages import LIST_SCHEMA, list_response
from directories.scim.streaming import Parts

R = TypeVar("R", UserRecord, GroupRecord)
Rows = models.QuerySet[Any, Any]


@dataclass(frozen=True)
class Source:
    """A collection, and which of its resources are asked for.

    A look-up by one exact value needs no plan of its own; of anything else there
    is no telling how much it finds.
    """

    collection: Collection[Any]
    where: Sql
    is_look_up: bool = False

    def records(self, directory: Directory) -> Rows:
        """Return the resources of a directory that are asked for."""
        rows = self.collection.of(directory)
        if self.where is EVERY:
            return rows
        text, given = self.where
        return rows.filter(RawSQL(text, given, BooleanField()))  # noqa: S611 - every value is a parameter


@dataclass(frozen=True)
class Found:
    """Which resources a page holds: source and key of each, in order."""

    keys: list[tuple[int, int]]
    total: int
    next: str | None = None
    previous: str | None = None

    def of(self, source: int) -> list[int]:
        """Return the keys of one source."""
        return [key for number, key in self.keys if number == source]


@dataclass(frozen=True)
class ResultPage(Generic[R]):
    """One page of records, and where it lies."""

    records: list[R]
    found: Found


def whole_page(
    directory: Directory, collection: Collection[R], query: Query
) -> ResultPage[R]:
    """Return the page of one collection that a query asks for."""
    if query.sort_by or query.cursor is not None:
        found = find(directory, [collection], query)
        return ResultPage(collection.with_keys(found.of(0)), found)
    (source,) = _sources(directory, [collection], query)
    first = query.start_index - 1
    with _planning([source]):
        records = (
            collection.page(directory, source.where, first=first, count=query.count)
            if query.count
            else []
        )
        total = (
            first + len(records)
            if _is_last(len(records), query)
            else collection.count(directory, source.where)
        )
    return ResultPage(records, Found([(0, record.pk) for record in records], total))


def _planning(sources: Sequence[Source]) -> AbstractContextManager[None]:
    if all(each.where is EVERY or each.is_look_up for each in sources):
        return nullcontext()
    return dialect.planned_anew()


def _is_last(count: int, query: Query) -> bool:
    """Say whether a page of that many shows where the end is, and spares a count."""
    return count < query.count and (query.start_index == 1 or count > 0)


def listed(found: Found, query: Query, resources: Sequence[object]) -> Any:
    """Return the list response of a page; in parts where a resource is."""
    response = list_response(found.total, query.start_index, resources)
    if query.cursor is not None:
        cursors = {"nextCursor": found.next, "previousCursor": found.previous}
        response = {
            "schemas": [LIST_SCHEMA],
            "totalResults": found.total,
            "itemsPerPage": len(resources),
            **{name: cursor for name, cursor in cursors.items() if cursor},
            "Resources": resources,
        }
    if any(isinstance(resource, Parts) for resource in resources):
        del response["Resources"]
        return Parts(response, "Resources", ([r] for r in resources))
    return response


def find(
    directory: Directory, collections: Sequence[Collection[Any]], query: Query
) -> Found:
    """Find the page that a query asks for; without sortBy as things were created.

    Raises ScimError for a filter, sortBy or cursor that does not fit.
    """
    sources = _sources(directory, collections, query)
    lookups = [collection.lookup for collection in collections]
    keys = sort_keys(lookups, query.sort_by) if query.sort_by else ()
    order = _Order(directory, sources, keys, bool(keys) and query.descending)
    with _planning(sources):
        if query.cursor is None:
            return _by_index(order, query)
        return _by_cursor(order, query)


def _sources(
    directory: Directory, collections: Sequence[Collection[Any]], query: Query
) -> list[Source]:
    if not query.filter:
        return [Source(collection, EVERY) for collection in collections]
    lookups = [collection.lookup for collection in collections]
    node = read_filter(query.filter, lookups)
    for lookup in lookups:
        offer_of(directory).check_filter(node, lookup.resource_type)
    is_look_up = isinstance(node, Comparison) and node.operator == "eq"
    return [
        Source(collection, condition(node, collection.lookup, directory), is_look_up)
        for collection in collections
    ]


def _by_index(order: "_Order", query: Query) -> Found:
    """Skip to the page; finding less than a page spares the count."""
    first = query.start_index - 1
    rows = order.rows()[first : first + query.count] if query.count else []
    places = [order.place(row) for row in rows]
    total = first + len(places) if _is_last(len(places), query) else order.count()
    return Found([order.key(place) for place in places], total)


def _by_cursor(order: "_Order", query: Query) -> Found:
    name = fingerprint(
        query.filter, query.sort_by, str(query.descending), str(len(order.sources))
    )
    text = query.cursor or ""
    at = unpack(text, name, order.kinds) if text else None
    total = order.count()
    if not query.count:
        return Found([], total)
    back = at is not None and at.back
    taken = order.rows(at)[: query.count + 1]
    places = [order.place(row) for row in taken]
    more, places = len(places) > query.count, places[: query.count]
    if back:
        places.reverse()
    if not places:
        return Found([], total)
    goes_on, goes_back = (True, more) if back else (more, at is not None)
    return Found(
        [order.key(place) for place in places],
        total,
        next=pack(Cursor(places[-1]), name) if goes_on else None,
        previous=pack(Cursor(places[0], back=True), name) if goes_back else None,
    )


@dataclass(frozen=True)
class _Order:
    """The order of one or several collections: sort key, source, key."""

    directory: Directory
    sources: Sequence[Source]
    sort: tuple[Key, ...]
    descending: bool

    @property
    def _names(self) -> list[str]:
        several = ["source"] if len(self.sources) > 1 else []
        return [*(["sort_key"] if self.sort else []), *several, "id"]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return what each part of a place is."""
        sort = (self.sort[0].kind,) if self.sort else ()
        return (*sort, *("integer" for name in self._names if name != "sort_key"))

    def count(self) -> int:
        """Count the resources of all sources."""
        return sum(
            source.collection.count(self.directory, source.where)
            for source in self.sources
        )

    def rows(self, at: Cursor | None = None) -> Rows:
        """Return the places in order, or those beyond a cursor from it on."""
        down = self.descending != (at is not None and at.back)
        first, *others = (
            self._of(number, source, at, down=down)
            for number, source in enumerate(self.sources)
        )
        rows: Rows = first.union(*others, all=True) if others else first
        sign = "-" if down else ""
        return rows.order_by(*(sign + name for name in self._names))

    def _of(
        self, number: int, source: Source, at: Cursor | None, *, down: bool
    ) -> Rows:
        rows = source.records(self.directory).order_by().annotate(source=Value(number))
        if self.sort:
            rows = rows.annotate(sort_key=self.sort[number].expression)
        if at is not None:
            rows = rows.filter(self._beyond(number, source, at.place, down=down))
        found: Rows = rows.values_list(*self._names)
        return found

    def _beyond(
        self, number: int, source: Source, place: Place, *, down: bool
    ) -> RawSQL:
        """Compare whole places, which an index on their first part answers."""
        sort = self.sort[number].sql if self.sort else None
        columns = [
            *([sort.text] if sort else []),
            *([str(number)] if len(self.sources) > 1 else []),
            f"{source.collection.lookup.table}.id",
        ]
        marks = ", ".join("%s" for _ in columns)
        given = (*(sort.parameters if sort else ()), *map(_parameter, place))
        text = f"({', '.join(columns)}) {'<' if down else '>'} ({marks})"
        return RawSQL(text, given, BooleanField())  # noqa: S611 - every value is a parameter

    def place(self, row: Iterable[Any]) -> Place:
        """Return a row as a place."""
        return tuple(row)

    def key(self, place: Place) -> tuple[int, int]:
        """Return the source and the key of a place."""
        return (place[-2] if len(self.sources) > 1 else 0), place[-1]


def _parameter(value: Any) -> Any:
    if isinstance(value, datetime):
        return dialect.datetime_parameter(value)
    return dialect.uuid_parameter(value) if isinstance(value, uuid.UUID) else value

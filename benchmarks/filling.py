"""Fills an organization at its documented limits, by statements on sets.

The rows are those that pushes would have left; services make the frame around them.
PostgreSQL only.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.scim import tell

FIRST_NAMES = [
    *("ada", "bo", "cleo", "dan", "eve", "finn", "greta", "hugo"),
    *("ida", "jon", "kim", "lea", "mo", "nia", "otto", "pia"),
]
LAST_NAMES = [
    *("ash", "berg", "cole", "diaz", "eck", "frey", "gray"),
    *("holm", "ito", "jung", "kent", "lund", "moss", "nash"),
]

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Place:
    """Where the rows belong to: ids as text, and what was there before."""

    organization: str
    directory: str
    domain: str


@dataclass(frozen=True)
class Sizes:
    """How much there is to be.

    `members` are in the first group, `each` in every other one; `held` groups wait
    for local groups of their names. The logs have `events`, `entries`, `requests` and
    `jobs`; each Confluence has `spaces`.
    """

    users: int
    groups: int
    members: int
    each: int
    held: int
    events: int
    entries: int
    requests: int
    jobs: int = 50_000
    spaces: int = 1_000


@dataclass(frozen=True)
class DeskPlace:
    """Where customers belong to: ids as text, of a site and its customer directory."""

    organization: str
    site: str
    directory: str


@dataclass(frozen=True)
class DeskSizes:
    """How many customers there are to be, and what lets them in.

    `members` are in the first organization, `each` in every other one; the largest
    projects let in `attached` organizations, or customers. `told` events of each.
    """

    customers: int
    organizations: int
    members: int
    each: int
    projects: int
    attached: int
    told: int


SPACE_PERMISSIONS = ["view", "add-page", "add-comment"]
SQL = Path(__file__).with_name("filling")
# Groups whose members one statement lays.
STEP = 20_000


def fill(
    address: str,
    place: Place,
    sizes: Sizes,
    *,
    first: int = 0,
    between: Callable[[], None] | None = None,
) -> None:
    """Lay people, groups, members and logs into the tables of a new directory.

    `between` is called when the `first` groups have their members, and what follows
    from them is laid.
    """
    values = {
        **vars(place),
        **vars(sizes),
        "first": FIRST_NAMES,
        "last": LAST_NAMES,
    }
    with _filling(address) as connection:
        _run(connection, "people", values)
        _run(connection, "groups", values)
        if first:
            _run(connection, "members", values | {"start": 1, "end": first})
            _run(connection, "access", values)
            connection.execute("ANALYZE")
        if between is not None:
            between()
        for start in range(first + 1, sizes.groups + 1, STEP):
            spread = {"start": start, "end": start + STEP - 1}
            _run(connection, "members", values | spread)
        _run(connection, "access", values)
        _run(connection, "inside", values | {"permissions": SPACE_PERMISSIONS})
        _run(connection, "logs", values)


def fill_local(address: str, place: Place) -> None:
    """Lay a local group of everybody in the largest one, and permissions in apps."""
    with _filling(address) as connection:
        _run(connection, "local", vars(place))


def fill_desks(address: str, place: DeskPlace, sizes: DeskSizes) -> None:
    """Lay customers, their organizations and projects into the tables of a site."""
    values = {
        **vars(place),
        **vars(sizes),
        "first": FIRST_NAMES,
        "last": LAST_NAMES,
    }
    with _filling(address) as connection:
        for name in ("customers", "organizations", "desks"):
            _run(connection, name, values)


@contextmanager
def _filling(address: str) -> Iterator[Connection]:
    """Yield a connection that fills tables; afterwards they are counted anew."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.cursor_factory = psycopg.ClientCursor
        yield connection
        started = time.monotonic()
        connection.execute("VACUUM ANALYZE")
        tell(f"vacuumed in {time.monotonic() - started:.0f} s")


def _run(connection: Connection, name: str, values: dict[str, Any]) -> None:
    """Run the statements of a file together."""
    started = time.monotonic()
    with connection.transaction():
        for statement in (SQL / f"{name}.sql").read_text().split(";\n"):
            if statement.strip():
                connection.execute(statement, values)
    tell(f"{name} laid in {time.monotonic() - started:.0f} s")

"""Reads people and their groups from a CSV file."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from directories.folding import fold

COMPANY = Path(__file__).with_name("company.csv")
TEXTS = (
    "email",
    "given_name",
    "family_name",
    "display_name",
    "title",
    "department",
    "organization",
    "timezone",
    "language",
)
COLUMNS = ("user_name", *TEXTS, "active", "groups")
BOOLEANS = {
    **dict.fromkeys(("", "true", "yes", "1"), True),
    **dict.fromkeys(("false", "no", "0"), False),
}
SHOWN_FAULTS = 20


class RosterError(Exception):
    """The file cannot be pushed; the text names the lines and what is wrong."""


@dataclass(frozen=True)
class Person:
    """One person as an identity provider knows them; texts may be empty."""

    user_name: str
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""
    title: str = ""
    department: str = ""
    organization: str = ""
    timezone: str = ""
    language: str = ""
    active: bool = True
    groups: tuple[str, ...] = ()


@dataclass
class Roster:
    """People, and for each group the user names of who is in it."""

    people: list[Person] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)


def read_roster(path: Path) -> Roster:
    """Read a CSV file with a header; raise RosterError with all its faults.

    Only `user_name` is needed of COLUMNS, in any order. Groups stand in one
    cell, separated by semicolons. Queries nothing.
    """
    faults: list[str] = []
    roster = Roster()
    spelling: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(path):
        person = _person(line, row, faults)
        key = fold(person.user_name)
        if key in lines:
            faults.append(
                f"Line {line}: {person.user_name} is on line {lines[key]} already."
            )
        lines.setdefault(key, line)
        roster.people.append(person)
        for group in person.groups:
            name = spelling.setdefault(fold(group), group)
            roster.groups.setdefault(name, []).append(person.user_name)
    _refuse(path, faults)
    return roster


def _rows(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield line numbers and cells by column; empty lines are left out."""
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        _check_header(path, header)
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) > len(header):
                msg = (
                    f"{path}: line {reader.line_num} has {len(cells)} cells, the "
                    f"header {len(header)}. Put a cell with a comma in quotes."
                )
                raise RosterError(msg)
            yield reader.line_num, dict(zip(header, cells, strict=False))
    except csv.Error as error:
        msg = f"{path}: line {reader.line_num} is no CSV: {error}."
        raise RosterError(msg) from error


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise RosterError(msg) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        msg = f"{path}: line {line} is not UTF-8. Save the file as UTF-8."
        raise RosterError(msg) from error


def _check_header(path: Path, header: list[str]) -> None:
    if "user_name" not in header:
        msg = f"{path}: line 1 must name the columns, among them user_name."
        raise RosterError(msg)
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or len(set(header)) != len(header):
        known = ", ".join(COLUMNS)
        wrong = ", ".join(unknown) or "a column twice"
        msg = f"{path}: line 1 has {wrong}. The columns are: {known}."
        raise RosterError(msg)


def _person(line: int, row: Mapping[str, str], faults: list[str]) -> Person:
    cells = {name: value.strip() for name, value in row.items()}
    if not cells["user_name"]:
        faults.append(f"Line {line}: user_name is empty.")
    active = cells.get("active", "").casefold()
    if active not in BOOLEANS:
        faults.append(f"Line {line}: active is {active}; write true or false.")
    if cells.get("email") and "@" not in cells["email"]:
        faults.append(f"Line {line}: {cells['email']} is no e-mail address.")
    by_key: dict[str, str] = {}
    for name in cells.get("groups", "").split(";"):
        by_key.setdefault(fold(name), name.strip())
    by_key.pop("", None)
    return Person(
        user_name=cells["user_name"],
        **{name: cells.get(name, "") for name in TEXTS},
        active=BOOLEANS.get(active, True),
        groups=tuple(by_key.values()),
    )


def _refuse(path: Path, faults: list[str]) -> None:
    if not faults:
        return
    more = len(faults) - SHOWN_FAULTS
    shown = faults[:SHOWN_FAULTS] + ([f"... and {more} more."] if more > 0 else [])
    raise RosterError("\n".join([f"{path}:", *shown]))

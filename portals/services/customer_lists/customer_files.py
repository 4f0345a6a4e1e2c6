"""Reads lists of customers as people and programs write them to CSV files."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from typing import IO

from directories.exports import FORMULA_STARTS
from directories.folding import fold
from directories.storable import storable

DELIMITERS = ",;\t"
LONGEST_CELL = 1_024
_COLUMNS = {
    "email": {"email", "emailaddress", "mail", "useremail", "customeremail"},
    "name": {"name", "fullname", "displayname", "customername", "customer"},
    "organizations": {
        "organizations",
        "organisations",
        "organization",
        "organisation",
        "organizationname",
        "organizationnames",
        "customerorganizations",
        "company",
    },
}
_NO_LETTER = re.compile(r"[\W_]+")
_BETWEEN_NAMES = re.compile(r"[|;]")


class UnreadableError(Exception):
    """The file is no list of customers; `kind` says what is wrong with it."""

    NOT_UTF8, NO_EMAIL, EMPTY, BROKEN = "not_utf8", "no_email", "empty", "broken"

    def __init__(self, kind: str, found: str = "") -> None:
        super().__init__(kind)
        self.kind, self.found = kind, found


@dataclass(frozen=True)
class Row:
    """One line of a file; `number` counts the lines below the header from 1."""

    number: int
    email: str
    name: str
    organizations: list[str]


def rows_of(file: IO[bytes]) -> Iterator[Row]:
    """Yield the lines of a CSV file as they are read; raises UnreadableError."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _rows(text)
    except UnicodeDecodeError as error:
        raise UnreadableError(UnreadableError.NOT_UTF8) from error
    except csv.Error as error:
        raise UnreadableError(UnreadableError.BROKEN, str(error)) from error
    finally:
        # The wrapper would close a file that is the request's.
        text.detach()


def _rows(text: TextIOWrapper) -> Iterator[Row]:
    first = _first_line(text)
    delimiter = max(DELIMITERS, key=first.count)
    lines = csv.reader(chain([first], text), delimiter=delimiter, strict=False)
    header = next(lines)
    places = _places(header)
    if "email" not in places:
        raise UnreadableError(UnreadableError.NO_EMAIL, ", ".join(header)[:200])
    number = 0
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        found = {
            name: _cell(cells[place]) if place < len(cells) else ""
            for name, place in places.items()
        }
        yield Row(
            number,
            found["email"][:320],
            found.get("name", ""),
            names_of(found.get("organizations", "")),
        )


def _first_line(text: TextIOWrapper) -> str:
    """Return the line of the titles: spreadsheets write empty rows above it too."""
    while line := text.readline(100_000):
        if line.strip(f'{DELIMITERS}"\r\n '):
            return line
    raise UnreadableError(UnreadableError.EMPTY)


def _places(header: list[str]) -> dict[str, int]:
    """Return which column is which, whatever case, blanks and hyphens it has."""
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        word = _NO_LETTER.sub("", fold(title))
        for name, titles in _COLUMNS.items():
            if word in titles:
                places.setdefault(name, place)
    return places


def _cell(text: str) -> str:
    """Return what a cell says, without the quote that keeps spreadsheets calm."""
    clean = " ".join(storable(text).split())[:LONGEST_CELL]
    calmed = clean.startswith("'") and clean[1:].startswith(FORMULA_STARTS)
    return clean[1:] if calmed else clean


def names_of(text: str) -> list[str]:
    """Return the names of organizations in a cell, each once."""
    names: dict[str, str] = {}
    for part in _BETWEEN_NAMES.split(text):
        if name := part.strip():
            names.setdefault(fold(name), name)
    return list(names.values())

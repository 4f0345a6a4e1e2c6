"""Shortens what was sent to what a log may keep: no secrets, nothing long."""

import re
from itertools import islice
from typing import Any
from urllib.parse import unquote_plus

import orjson
from django.utils.translation import gettext as _

HIDDEN = "•••"
MORE = "…"
# Characters of a body, entries of a list, characters of one text that are kept.
BODY = 16 * 1024
LISTED = 20
TEXT = 512
START = 64
# What every entry costs beside its text: quotes, colon, comma.
MARKS = 4
# An object with more names than this is none that SCIM describes.
NAMES = 64

_SECRET = re.compile(
    r"passw(?:or)?d|passphrase|pwd|secret(?!ar)|token|credential|(?:api|private)_?key",
    re.IGNORECASE,
)
# A filter or a query that an error quotes: the name, and what it is compared with.
_COMPARED = re.compile(
    rf"((?:{_SECRET.pattern})[\w$-]*)(?:\s*[\[=]|\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\s).*\"",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r'"[^"]*"')
_VALUES = re.compile(r'[\s"=]')
# Attributes whose text says what the value beside them is.
_NAMING = {"path", "name", "type", "key"}
_ASKING = {"path", "filter"}


def is_secret(name: str) -> bool:
    """Say whether what goes by this name, path or filter must not be kept.

    Quoted text in it is a value, and people may be called anything.
    """
    return _SECRET.search(_QUOTED.sub("", name)) is not None


def clean_path(path: str) -> str:
    """Return a path with its query, without the query if that holds a secret."""
    place, mark, query = path.partition("?")
    if mark and is_secret(unquote_plus(query)):
        return f"{place}?{HIDDEN}"
    return path


def clean_text(text: str) -> str:
    """Return a sentence without the secrets of what it quotes."""
    return _COMPARED.sub(rf'\1 {HIDDEN}"', text)


def excerpt(sent: object, size: int) -> str:
    """Return the JSON text that is kept of a parsed body of `size` bytes.

    It is JSON itself: of long lists the beginning, of long texts too, and a note
    of what is missing. No more is built than is kept.
    """
    shortener = _Shortener()
    kept = shortener.shortened(sent)
    if shortener.left <= 0 and isinstance(kept, dict):
        kept[MORE] = _("cut, {size} bytes were sent").format(size=f"{size:,}")
    return orjson.dumps(kept).decode()


def unread(size: int) -> str:
    """Return what is kept of a body that is no JSON: nobody knows its secrets."""
    note = _("no JSON; {size} bytes were sent and are not kept")
    return orjson.dumps({MORE: note.format(size=f"{size:,}")}).decode()


class _Shortener:
    """Copies JSON values until there is enough."""

    def __init__(self) -> None:
        self.left = BODY

    def shortened(self, value: Any) -> Any:
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return self._list(value)
        text = self._text(value) if isinstance(value, str) else value
        self.left -= MARKS + (len(text) if isinstance(text, str) else MARKS)
        return text

    def _text(self, text: str) -> str:
        if len(text) <= TEXT:
            return text
        note = _("{start}… ({count} characters)")
        return note.format(start=text[:START], count=f"{len(text):,}")

    def _list(self, values: list[Any]) -> list[Any]:
        kept = []
        for value in islice(values, LISTED):
            if self.left <= 0:
                break
            kept.append(self.shortened(value))
        if len(kept) < len(values):
            kept.append(_more(len(values) - len(kept)))
        return kept

    def _object(self, values: dict[str, Any]) -> dict[str, Any]:
        names_secret = _names_secret(values)
        kept: dict[str, Any] = {}
        for name, value in values.items():
            if self.left <= 0:
                kept[MORE] = _more(len(values) - len(kept))
                break
            short = self._text(name)
            self.left -= len(short) + MARKS
            if is_secret(name) or (names_secret and name.lower() == "value"):
                kept[short] = HIDDEN
            elif name.lower() in _ASKING and isinstance(value, str):
                kept[short] = self.shortened(_without_values(value))
            else:
                kept[short] = self.shortened(value)
        return kept


def _names_secret(values: dict[str, Any]) -> bool:
    return any(
        isinstance(value, str) and name.lower() in _NAMING and is_secret(value)
        for name, value in islice(values.items(), NAMES)
    )


def _without_values(asked: str) -> str:
    if not is_secret(asked):
        return asked
    attribute, *values = _VALUES.split(asked, maxsplit=1)
    return f"{attribute} {HIDDEN}" if values else attribute


def _more(count: int) -> str:
    return _("… {count} more").format(count=f"{count:,}")

"""Bodies in, list responses out, and the paging parameters between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from directories.scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    UnsupportedMediaTypeError,
    shown,
)

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
MEDIA_TYPE = "application/scim+json"
MAX_BODY_DEPTH = 32

_MEDIA_TYPES = {"application/json", MEDIA_TYPE}
_UTF_8 = {"utf-8", "utf8"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_INTEGER = re.compile(r"\s*([+-]?)0*([0-9]+)\s*", re.ASCII)
_MAX_DIGITS = 9


def parse_body(raw: bytes, content_type: str | None, encoding: str = "") -> object:
    """Return the JSON value of a body.

    Raises UnsupportedMediaTypeError for another declared type than JSON in UTF-8
    (none at all will do) and for compressed bodies, InvalidSyntaxError, with the
    place, for anything else.
    """
    check_media_type(content_type)
    if encoding.strip().lower() not in {"", "identity"}:
        msg = (
            f"The body is declared as encoded with {shown(encoding)}; send it as it "
            "is, without Content-Encoding."
        )
        raise UnsupportedMediaTypeError(msg)
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    if not raw.strip():
        raise InvalidSyntaxError("The request has no body; send a JSON object.")
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        msg = (
            f"The body is not valid JSON in UTF-8: {error.msg} at line "
            f"{error.lineno}, column {error.colno}."
        )
        raise InvalidSyntaxError(msg) from error
    _check_depth(raw, value)
    return value


def check_media_type(content_type: str | None) -> None:
    """Refuse a declared type other than the two of RFC 7644 section 8.1."""
    if not content_type or not content_type.strip():
        return
    media_type, *parameters = content_type.lower().split(";")
    charset = next(
        (
            value.strip().strip('"')
            for name, _, value in (each.partition("=") for each in parameters)
            if name.strip() == "charset"
        ),
        "utf-8",
    )
    if media_type.strip() not in _MEDIA_TYPES or charset not in _UTF_8:
        msg = (
            f"The body is declared as {shown(content_type)}; send {MEDIA_TYPE} or "
            "application/json in UTF-8."
        )
        raise UnsupportedMediaTypeError(msg)


def _check_depth(raw: bytes, value: object) -> None:
    """Refuse nesting that later work on the value could not follow."""
    if raw.count(b"{") + raw.count(b"[") <= MAX_BODY_DEPTH:
        return
    level: list[object] = [value]
    for _ in range(MAX_BODY_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)  # type: ignore[attr-defined]  # only containers are kept
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    msg = f"The body is nested more than {MAX_BODY_DEPTH} levels deep."
    raise InvalidSyntaxError(msg)


def list_response(
    total: int, start_index: int, resources: Sequence[object]
) -> dict[str, Any]:
    """Build a list response (RFC 7644 section 3.4.2)."""
    return {
        "schemas": [LIST_SCHEMA],
        "totalResults": total,
        "startIndex": start_index,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def read_search(body: object) -> dict[str, str]:
    """Return a search message as the parameters of a query, in lower case.

    Raises InvalidSyntaxError and InvalidValueError (RFC 7644 section 3.4.3).
    """
    if not isinstance(body, dict):
        raise InvalidSyntaxError("The body must be a JSON object: a SearchRequest.")
    given = {str(name).lower(): value for name, value in body.items()}
    return {
        name: _parameter(name, value)
        for name, value in given.items()
        if value is not None and name in _PARAMETERS
    }


_PARAMETERS: dict[str, tuple[type, ...]] = {
    "attributes": (list, str),
    "excludedattributes": (list, str),
    "filter": (str,),
    "sortby": (str,),
    "sortorder": (str,),
    "startindex": (int, str),
    "count": (int, str),
    "cursor": (str,),
}


def _parameter(name: str, value: object) -> str:
    if not isinstance(value, _PARAMETERS[name]) or isinstance(value, bool):
        kinds = {list: "a list of names", str: "a string", int: "a whole number"}
        msg = f"{name} must be {kinds[_PARAMETERS[name][0]]}."
        raise InvalidValueError(msg)
    if not isinstance(value, list):
        return str(value)
    if not all(isinstance(each, str) for each in value):
        msg = f"{name} must be a list of names."
        raise InvalidValueError(msg)
    return ",".join(value)


@dataclass(frozen=True, slots=True)
class Paging:
    """The wished page: its 1-based start, and how many resources at most."""

    start_index: int
    count: int

    @property
    def offset(self) -> int:
        """Return how many resources come before the page."""
        return self.start_index - 1


def read_paging(
    start_index: str | None, count: str | None, default: int, maximum: int
) -> Paging:
    """Read the index paging parameters (RFC 7644 section 3.4.2.4).

    What is below the lowest value counts as the lowest, a count over `maximum`
    as `maximum`; InvalidValueError for what is no whole number.
    """
    start = _whole_number("startIndex", start_index, 1)
    wanted = _whole_number("count", count, default)
    return Paging(max(start, 1), min(max(wanted, 0), maximum))


def _whole_number(name: str, text: str | None, default: int) -> int:
    if text is None or not text.strip():
        return default
    found = _INTEGER.fullmatch(text)
    if found is None:
        msg = f"{name} must be a whole number, not {shown(text)}."
        raise InvalidValueError(msg)
    digits = found[2]
    number = int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS
    return -number if found[1] == "-" else number

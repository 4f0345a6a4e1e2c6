"""Says logged requests in words: where, what for, how it went, how to repeat it."""

import re
import shlex
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal
from urllib.parse import unquote_plus

import orjson
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from directories.models import RequestEntry
from directories.queries.requests import NOT_OFFERED
from directories.redaction import HIDDEN, MORE

_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{22}\b", re.IGNORECASE)
MS = 1_000
SECOND = 1_000_000

Tone = Literal["success", "default", "warning", "danger"]


@dataclass(frozen=True)
class Told:
    """A request with the words for it.

    `place` is the endpoint with ids cut short, `asked` the query decoded.
    """

    entry: RequestEntry
    place: str
    asked: str
    short_id: str
    took: str
    outcome: str
    tone: Tone


def told(entry: RequestEntry) -> Told:
    """Return a request with the words for it."""
    place, _mark, query = entry.path.partition("?")
    outcome, tone = _outcome(entry.status)
    return Told(
        entry=entry,
        place=shortened(place.strip("/")) or "/",
        asked=unquote_plus(query).replace("&", " & "),
        short_id=shortened(entry.resource_id),
        took=duration(entry.duration_us),
        outcome=outcome,
        tone=tone,
    )


def shortened(text: str) -> str:
    """Return a text with no more of each id than tells them apart."""
    return _ID.sub(r"\1…", text)


def _outcome(status: int) -> tuple[str, Tone]:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != NOT_OFFERED:
        return _("Failed"), "danger"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _("Slowed down"), "warning"
    if status >= HTTPStatus.BAD_REQUEST:
        return _("Refused"), "warning"
    if status == HTTPStatus.NOT_MODIFIED:
        return _("Not modified"), "default"
    return "", "success"


def phrase(status: int) -> str:
    """Return what the standard calls a status, "" for one that it does not know."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def duration(microseconds: int) -> str:
    """Return a duration with two digits that matter."""
    if microseconds >= SECOND:
        return _("{number} s").format(
            number=number_format(microseconds / SECOND, decimal_pos=1)
        )
    places = 1 if microseconds < 10 * MS else 0
    return _("{number} ms").format(
        number=number_format(microseconds / MS, decimal_pos=places)
    )


def pretty(body: str) -> str:
    """Return a kept body with a line for each value."""
    try:
        return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return body


def is_shortened(body: str) -> bool:
    """Say whether something is missing in a kept body."""
    return HIDDEN in body or MORE in body


def as_curl(entry: RequestEntry, base_url: str) -> str:
    """Return the command that sends a request again; the key is left to fill in."""
    words = [
        "curl",
        "-X",
        shlex.quote(entry.method),
        shlex.quote(f"{base_url}{entry.path}"),
    ]
    words += ["-H", '"Authorization: Bearer $API_KEY"']
    if entry.body:
        words += ["-H", "'Content-Type: application/scim+json'"]
        words += ["-d", shlex.quote(entry.body)]
    return " ".join(words)

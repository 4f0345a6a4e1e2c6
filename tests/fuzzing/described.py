"""Requests that schemathesis makes from the OpenAPI description, right and wrong."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.fuzzing.bodies import Values
from tests.fuzzing.sending import Sent

_NOWHERE = "http://127.0.0.1"
# What our own client adds, or what would keep every request out.
_LEFT_OUT = {"authorization", "content-length", "connection", "accept-encoding"}


def operations(document: dict[str, Any]) -> Iterator[Values]:
    """Yield the requests to each operation, those that fit and those that do not."""
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]  # else it fails, as it should
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            cases = operation.as_strategy(generation_mode=mode)
            yield st.builds(_sent, cases, st.integers(0, 9))


def _sent(case: Any, number: int) -> Sent:
    """Return a case as a request, mostly to a resource that is there."""
    given = case.as_transport_kwargs(base_url=_NOWHERE)
    prepared = requests.Request(
        given["method"],
        given["url"],
        headers=given.get("headers"),
        params=given.get("params"),
        data=given.get("data"),
        json=given.get("json"),
    ).prepare()
    url = urlsplit(str(prepared.url))
    path = url.path
    if case.path.endswith("/{id}") and number:
        kind = case.path.split("/")[1]
        path = f"/{kind}/~{kind[:-1].lower()}{number}~"
    content: Any = prepared.body or b""
    return Sent(
        case.method,
        f"{path}?{url.query}" if url.query else path,
        content.encode() if isinstance(content, str) else content,
        {
            name: value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in prepared.headers.items()
            if name.lower() not in _LEFT_OUT and not name.startswith("X-")
        },
    )

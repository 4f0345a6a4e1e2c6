"""Requests as they are sent, and answers as they come back."""

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson

# Whoever waits longer for an answer to one request takes the service for dead.
LONGEST_S = 10
WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@dataclass(frozen=True)
class Sent:
    """One request below the base URL; `str` of it is what a failure shows.

    A header that is None is left out.
    """

    method: str
    path: str
    content: bytes = b""
    headers: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        """Say whether the request could change what the directory holds."""
        return self.method in WRITES and not self._place.endswith("/.search")

    @property
    def is_bulk(self) -> bool:
        """Say whether the request could change many resources."""
        return self.method == "POST" and self._place == "/Bulk"

    @property
    def _place(self) -> str:
        return self.path.partition("?")[0].rstrip("/")


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return orjson.loads(self.content)


Send = Callable[[Sent], Answer]


class Server:
    """A server that runs; sends what it is given as it is, over one connection."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url, self.token = base_url.rstrip("/"), token
        self.base = urlsplit(self.base_url)
        self._connection = self._connected()

    def _reconnect(self) -> None:
        self._connection.close()
        self._connection = self._connected()

    def _connected(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.base.netloc, timeout=LONGEST_S)

    def description(self) -> Any:
        """Return the OpenAPI description that the server publishes."""
        self._connection.request("GET", "/scim/openapi.json")
        return orjson.loads(self._connection.getresponse().read())

    def __call__(self, sent: Sent) -> Answer:
        """Send a request and read its answer; OSError when none came in time."""
        try:
            return self._exchange(sent)
        except (ConnectionError, http.client.CannotSendRequest):
            # Whoever answers before the body was read may close the connection.
            self._reconnect()
        try:
            return self._exchange(sent)
        except (http.client.HTTPException, OSError):
            self._reconnect()
            raise

    def patiently(self, sent: Sent) -> Answer:
        """Send a request as often as it takes to be within the limits."""
        while (answer := self(sent)).status == HTTPStatus.TOO_MANY_REQUESTS:
            time.sleep(int(answer.headers["retry-after"]))
        return answer

    def _exchange(self, sent: Sent) -> Answer:
        connection = self._connection
        connection.putrequest(
            sent.method, f"{self.base.path}{sent.path}", skip_accept_encoding=True
        )
        given = {
            "Authorization": f"Bearer {self.token}",
            "Content-Length": str(len(sent.content)),
            **sent.headers,
        }
        for name, value in given.items():
            if value is not None:
                connection.putheader(name, value.encode("utf-8"))
        connection.endheaders(sent.content)
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())

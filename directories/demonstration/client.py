"""A SCIM client that behaves as identity providers do: patient and exact."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx

Document = dict[str, Any]
T = TypeVar("T")
R = TypeVar("R")

CONNECTIONS = 4
TIMEOUT_S = 60.0
TRIES = 5
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
PAGE = 100
MEDIA_TYPE = "application/scim+json"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class PushError(Exception):
    """The push cannot go on; the text says why and what to do."""


class AwayError(PushError):
    """Nothing answers at the address."""


class RefusedError(Exception):
    """The server refused one request; the text is its reason."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(f"{status}: {detail}" if detail else str(status))
        self.status = status


class ScimClient:
    """Speaks to one SCIM base URL over a few connections that stay open.

    Busy and failing servers are asked again, with growing pauses. `host` is the
    name to ask for when it is not the one in the URL.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        host: str = "",
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep
        headers = {
            "Authorization": f"Bearer {key}",
            "Accept": MEDIA_TYPE,
            "User-Agent": "rollcall-push",
        }
        self._http = httpx.Client(
            headers=headers | ({"Host": host} if host else {}),
            timeout=TIMEOUT_S,
            limits=httpx.Limits(max_connections=CONNECTIONS),
            # A proxy of the machine does not lead to the machine itself.
            trust_env=urlsplit(base_url).hostname not in LOOPBACK,
            transport=transport,
        )

    def __enter__(self) -> Self:
        """Keep the connections open inside the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def request(
        self,
        method: str,
        path: str,
        body: Document | None = None,
        query: dict[str, str] | None = None,
    ) -> Document:
        """Return the answer's document, {} when it has none.

        Raises RefusedError for what concerns this request alone, PushError when
        no other request would fare better.
        """
        response = self._patiently(method, path, body, query)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            msg = f"The server does not accept the key: {_detail(response)}"
            raise PushError(msg)
        if not response.is_success:
            raise RefusedError(response.status_code, _detail(response))
        if not response.content:
            return {}
        return _document(response)

    def _patiently(
        self,
        method: str,
        path: str,
        body: Document | None,
        query: dict[str, str] | None,
    ) -> httpx.Response:
        content = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": MEDIA_TYPE}
        reason = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(FIRST_WAIT_S * 2.0 ** (attempt - 1))
            try:
                response = self._http.request(
                    method,
                    self._base_url + path,
                    content=content,
                    headers=headers,
                    params=query,
                )
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = str(error) or type(error).__name__
                continue
            if not _is_passing(response.status_code):
                return response
            reason = f"{response.status_code} {_detail(response)}".strip()
            self._sleep(_asked_to_wait(response))
        msg = f"{self._base_url} did not answer after {TRIES} tries: {reason}"
        raise AwayError(msg)

    def test_connection(self) -> None:
        """Ask for one user; raises PushError when that is refused.

        Identity providers do so before they push anything.
        """
        try:
            self.request("GET", "/Users", query={"startIndex": "1", "count": "1"})
        except RefusedError as error:
            msg = f"{self._base_url} refuses to list users, {error}"
            raise PushError(msg) from error

    def find(
        self, collection: str, attribute: str, value: str, **query: str
    ) -> Document | None:
        """Look one resource up by an attribute; None when there is none."""
        text = json.dumps(value, ensure_ascii=False)
        query = {"filter": f"{attribute} eq {text}", "startIndex": "1", **query}
        found = self.request("GET", f"/{collection}", query={**query, "count": "2"})
        resources: list[Document] = found.get("Resources", [])
        return resources[0] if resources else None

    def pages(
        self, collection: str, *, at_most: int, **query: str
    ) -> Iterator[Document]:
        """Yield the first `at_most` resources of a collection, page by page."""
        start = 1
        while start <= at_most:
            paging = {"startIndex": str(start), "count": str(PAGE)}
            page = self.request("GET", f"/{collection}", query=query | paging)
            resources: list[Document] = page.get("Resources", [])
            yield from resources[: at_most - start + 1]
            start += len(resources)
            if not resources or start > int(page.get("totalResults", 0)):
                return


def at_once(work: Callable[[T], R], items: list[T]) -> Iterator[R]:
    """Yield what `work` returns for each item, in order, a few at a time."""
    pool = ThreadPoolExecutor(CONNECTIONS)
    try:
        yield from pool.map(work, items)
    finally:
        # After Ctrl-C or an error what has not begun is not begun any more.
        pool.shutdown(cancel_futures=True)


def _is_passing(status: int) -> bool:
    too_many = status == HTTPStatus.TOO_MANY_REQUESTS
    return too_many or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _asked_to_wait(response: httpx.Response) -> float:
    """Return the seconds of Retry-After, 0 when it names a date or nothing."""
    text = response.headers.get("Retry-After", "")
    return min(float(text), LONGEST_WAIT_S) if text.isdigit() else 0.0


def _detail(response: httpx.Response) -> str:
    """Return the reason in an error answer, as far as there is one."""
    try:
        return str(_document(response).get("detail", ""))
    except PushError:
        return response.reason_phrase


def _document(response: httpx.Response) -> Document:
    try:
        document = response.json()
    except ValueError:
        document = None
    if not isinstance(document, dict):
        msg = f"{response.url} answered no SCIM. Check the SCIM base URL."
        raise PushError(msg)
    return document

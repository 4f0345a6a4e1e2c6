"""Fetches what strangers host: HTTPS only, public addresses only, small and soon.

The name is looked up first, and the connection goes to an address that was
found fit, so that no second look-up can lead elsewhere. Nothing of the
environment counts: no proxies, no credentials, no cookies.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore
import idna
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from directories.naming import Deadline, NamingError, addresses_of

PORT = 443
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = [
    ("User-Agent", "Rollcall"),
    ("Accept", "*/*"),
    ("Accept-Encoding", "identity"),
]
LONGEST_URL = 2_000
# Ways to write an address inside of another, and the one public address that a
# cloud answers its own machines at.
UNFIT = tuple(
    ip_network(network)
    for network in (
        "168.63.129.16/32",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)


class Failure(TextChoices):
    """Why something could not be fetched."""

    BAD_URL = "bad_url", _("The address is no plain HTTPS address of a host name.")
    NO_ADDRESS = "no_address", _("The DNS knows no such host.")
    NAMES = "name_servers", _("The DNS did not tell the address of the host.")
    FORBIDDEN = (
        "forbidden_address",
        _("The host has an address that is not on the public internet."),
    )
    NO_CONNECTION = "no_connection", _("The host could not be reached.")
    CERTIFICATE = (
        "bad_certificate",
        _("The certificate of the host is not valid for its name."),
    )
    TIMED_OUT = "timed_out", _("The host did not answer in time.")
    BAD_ANSWER = "bad_answer", _("The answer of the host was no proper HTTP.")
    TOO_LARGE = "too_large", _("The answer was larger than allowed.")
    REDIRECTED = "redirected", _("The host leads to another address.")


class FetchError(Exception):
    """Something could not be fetched; `found` says what was met, "" for nothing."""

    def __init__(self, failure: Failure, found: str = "") -> None:
        super().__init__(f"{failure.value}: {found}")
        self.failure = failure
        self.found = found


@dataclass(frozen=True)
class Bounds:
    """How long everything together may take, and how much an answer may hold."""

    seconds: float = 8.0
    most_bytes: int = 512 * 1024


@dataclass(frozen=True)
class Answer:
    """What a host said in the end, at `url`."""

    url: str
    status: int
    content_type: str
    body: bytes


# May `target` be followed, where `url` led to it after so many others?
Follow = Callable[[str, str, int], bool]


def never(_url: str, _target: str, _hops: int) -> bool:
    """Follow no redirect."""
    return False


def fetch(
    url: str, *, method: str = "GET", bounds: Bounds, follow: Follow = never
) -> Answer:
    """Return what a host answers; any status is an answer.

    Raises FetchError.
    """
    deadline = Deadline(bounds.seconds)
    hops = 0
    while True:
        answer, target = _ask(url, method, bounds, deadline)
        if answer.status not in REDIRECTS:
            return answer
        target = _joined(url, target)
        if not follow(url, target, hops):
            raise FetchError(Failure.REDIRECTED, target)
        url, hops = target, hops + 1


def is_fit(address: str) -> bool:
    """Say whether an address may be connected to: public, or allowed by a setting."""
    parsed: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if _within(parsed, map(ip_network, settings.FETCH_ALLOWED_NETWORKS)):
        return True
    return (
        parsed.is_global
        and not parsed.is_multicast
        and not parsed.is_reserved
        and not _within(parsed, UNFIT)
    )


def _within(address: IPv4Address | IPv6Address, networks: Iterable[Any]) -> bool:
    return any(address in network for network in networks)


def _ask(
    url: str, method: str, bounds: Bounds, deadline: Deadline
) -> tuple[Answer, str]:
    """Return one answer and the Location it names."""
    target = _request_url(url)
    with (
        _explained(),
        httpcore.ConnectionPool(
            ssl_context=_trust(settings.FETCH_CA_FILE),
            network_backend=_Backend(deadline),
        ) as pool,
        pool.stream(method, target, headers=HEADERS) as response,
    ):
        headers = {key.lower(): value for key, value in response.headers}
        body = b"" if method == "HEAD" else _read(response, bounds.most_bytes)
    answer = Answer(
        url=url,
        status=response.status,
        content_type=_text(headers, b"content-type").partition(";")[0].strip().lower(),
        body=body,
    )
    return answer, _text(headers, b"location")


def _joined(url: str, target: str) -> str:
    """Return where a redirect leads, which may be no address at all."""
    try:
        return urljoin(url, target)
    except ValueError as error:
        raise FetchError(Failure.BAD_URL, target[:LONGEST_URL]) from error


def _text(headers: dict[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1")


def _read(response: httpcore.Response, most_bytes: int) -> bytes:
    if response.status in REDIRECTS:
        return b""
    body = b""
    for part in response.iter_stream():
        body += part
        if len(body) > most_bytes:
            raise FetchError(Failure.TOO_LARGE, f"{most_bytes:,}")
    return body


def _request_url(url: str) -> str:
    """Return a URL as it is asked for; raises FetchError for any but plain HTTPS."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise FetchError(Failure.BAD_URL, url[:LONGEST_URL]) from error
    plain = parts.scheme == "https" and port in {None, PORT} and "@" not in parts.netloc
    if not plain or len(url) > LONGEST_URL:
        raise FetchError(Failure.BAD_URL, url[:LONGEST_URL])
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]")
    query = quote(parts.query, safe="/%:=&~+!$,;'@()*[]?")
    return f"https://{_host(parts.hostname or '')}{path}{'?' if query else ''}{query}"


def _host(name: str) -> str:
    try:
        ip_address(name)
    except ValueError:
        pass
    else:
        raise FetchError(Failure.BAD_URL, name)
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        raise FetchError(Failure.BAD_URL, name) from error


@cache
def _trust(extra_file: str) -> ssl.SSLContext:
    """Return whom we believe: the machine's store, and what the setting adds."""
    context = ssl.create_default_context()
    if extra_file:
        context.load_verify_locations(extra_file)
    return context


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the connection raises into a FetchError that says why."""
    try:
        yield
    except NamingError as error:
        unknown = error.failure == error.failure.UNKNOWN
        failure = Failure.NO_ADDRESS if unknown else Failure.NAMES
        raise FetchError(failure) from error
    except httpcore.TimeoutException as error:
        raise FetchError(Failure.TIMED_OUT) from error
    except httpcore.NetworkError as error:
        # The library hands on what it met as the text of its own error.
        if isinstance(
            met := next(iter(error.args), None), ssl.SSLCertVerificationError
        ):
            found = met.verify_message
            raise FetchError(Failure.CERTIFICATE, found) from error
        raise FetchError(Failure.NO_CONNECTION) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise FetchError(Failure.BAD_ANSWER) from error


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that are fit, until the deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers; all must be fit."""
        addresses = addresses_of(host, deadline=self._deadline)
        if not addresses:
            raise FetchError(Failure.NO_ADDRESS, host)
        for address in addresses:
            if not is_fit(address):
                raise FetchError(Failure.FORBIDDEN, f"{host}: {address}")
        for address in addresses[:-1]:
            try:
                return self._connect(address, len(addresses))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(addresses[-1], 1)

    def _connect(self, address: str, left: int) -> httpcore.NetworkStream:
        stream = self._plain.connect_tcp(
            address, settings.FETCH_PORT, timeout=self._deadline.left_s() / left
        )
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    """A connection on which a slow host gets no more time by sending a little."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what has come, until the deadline."""
        return self._stream.read(max_bytes, self._left_s(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, until the deadline."""
        self._stream.write(buffer, self._left_s(httpcore.WriteTimeout))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """Check that the host is who the name says."""
        left_s = self._left_s(httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left_s)
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection knows of itself."""
        return self._stream.get_extra_info(info)

    def _left_s(self, error: type[httpcore.TimeoutException]) -> float:
        if self._deadline.passed:
            raise error
        return self._deadline.left_s()

"""A name server and a web server on loopback that tests really talk to."""

import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import trustme

LOOPBACK = "127.0.0.1"
TTL = 60


class NameServer:
    """Answers by UDP and TCP from `records`: {(name, kind): [text, ...]}.

    A name without any record does not exist; one in `failing` has a failing server,
    one in `silent` none that answers; answers of `large` come by TCP only.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.failing: set[str] = set()
        self.silent: set[str] = set()
        self.large: set[str] = set()
        self.asked_by_tcp = 0

    def add(self, name: str, kind: str, *texts: str) -> None:
        """Let a name have records of a kind."""
        self.records.setdefault((name, kind), []).extend(texts)

    def answer(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """Return the answer to a message, None for silence."""
        asked = dns.message.from_wire(wire)
        question = asked.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = question.rdtype.name
        self.asked_by_tcp += tcp
        if name in self.silent:
            return None
        answer = dns.message.make_response(asked)
        answer.flags |= dns.flags.RA
        if name in self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif all(known != name for known, _kind in self.records):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif name in self.large and not tcp:
            answer.flags |= dns.flags.TC
        elif texts := self.records.get((name, kind)):
            answer.answer.append(
                dns.rrset.from_text(question.name, TTL, "IN", kind, *texts)
            )
        return answer.to_wire()


@contextmanager
def name_server() -> Iterator[tuple[NameServer, int]]:
    """Run a name server; hand it out with its port."""
    server = NameServer()

    class Datagrams(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, reply = self.request
            if answer := server.answer(wire, tcp=False):
                reply.sendto(answer, self.client_address)

    class Streams(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.rfile.read(2))
            if answer := server.answer(self.rfile.read(length), tcp=True):
                self.wfile.write(struct.pack("!H", len(answer)) + answer)

    with ExitStack() as stack:
        udp, tcp = _at_one_port(stack, Datagrams, Streams)
        port = udp.server_address[1]
        stack.enter_context(_serving(udp))
        stack.enter_context(_serving(tcp))
        yield server, port


def _at_one_port(
    stack: ExitStack,
    datagrams: type[socketserver.BaseRequestHandler],
    streams: type[socketserver.BaseRequestHandler],
) -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
    """Return servers of both kinds at a port that neither kind was taken at."""
    while True:
        udp = socketserver.ThreadingUDPServer((LOOPBACK, 0), datagrams)
        stack.enter_context(udp)
        # What runs beside may have a connection of its own at this number.
        with suppress(OSError):
            tcp = socketserver.ThreadingTCPServer(
                (LOOPBACK, udp.server_address[1]), streams
            )
            return udp, stack.enter_context(tcp)


Page = Callable[[BaseHTTPRequestHandler], None]


class WebServer:
    """Serves `pages` by (host, path) over TLS, and remembers what was asked."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], Page] = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []

    def add(
        self,
        host: str,
        path: str,
        body: bytes = b"",
        *,
        status: int = 200,
        kind: str = "text/html",
        **headers: str,
    ) -> None:
        """Serve a page."""

        def page(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.end_headers()
            if handler.command != "HEAD":
                handler.wfile.write(body)

        self.pages[host, path] = page

    def add_slow(self, host: str, path: str) -> None:
        """Serve a page of which a byte comes now and then, for ever."""

        def page(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(200)
            handler.end_headers()
            for _second in range(100):
                handler.wfile.write(b".")
                handler.wfile.flush()
                time.sleep(0.1)

        self.pages[host, path] = page


@contextmanager
def web_server(names: list[str], folder: Path) -> Iterator[tuple[WebServer, int, str]]:
    """Run a web server with a certificate for `names`.

    Hands it out with its port and the file of the authority to trust.
    """
    server = WebServer()
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    trusted = folder / "authority.pem"
    authority.cert_pem.write_to_path(trusted)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"]
            server.asked.append((self.command, f"{host}{self.path}"))
            server.headers.append(dict(self.headers))
            page = server.pages.get((host, self.path))
            if page is None:
                self.send_error(404)
            else:
                with _hung_up():
                    page(self)

        do_HEAD = do_GET  # noqa: N815 - the name that the library looks for

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def finish_request(self, request: Any, client_address: Any) -> None:
            with _hung_up(), context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, client_address)

    with Server((LOOPBACK, 0), Handler) as http, _serving(http):
        yield server, http.server_address[1], str(trusted)


@contextmanager
def _hung_up() -> Iterator[None]:
    with suppress(OSError):
        yield


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def names(settings: Any) -> Iterator[NameServer]:
    """Return the name server that is asked in this test."""
    with name_server() as (server, port):
        settings.DNS_RESOLVERS = [f"{LOOPBACK}:{port}"]
        yield server


@pytest.fixture
def web(settings: Any, tmp_path: Path, names: NameServer) -> Iterator[WebServer]:
    """Return the web server of acme.example, www. and others, which may be asked."""
    hosts = ["acme.example", "www.acme.example", "cdn.example", "big.example"]
    for host in [*hosts, "other.example"]:
        names.add(host, "A", LOOPBACK)
    with web_server(hosts, tmp_path) as (server, port, trusted):
        settings.FETCH_PORT = port
        settings.FETCH_CA_FILE = trusted
        settings.FETCH_ALLOWED_NETWORKS = ["127.0.0.1/32"]
        yield server


def free_port() -> int:
    """Return a port that nothing listens at."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])

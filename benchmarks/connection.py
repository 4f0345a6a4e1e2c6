"""One kept-alive HTTP/1.1 connection: little work of its own, so little noise."""

import asyncio
import ipaddress
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

MEDIA_TYPE = "application/scim+json"
TIMEOUT_S = 120.0
LONGEST_LINE = 2**16
WITHOUT_BODY = {204, 304}


class NotLoopbackError(Exception):
    """The address is not of this machine; others are never loaded."""


@dataclass(frozen=True)
class Target:
    """A SCIM base URL on this machine, and a key for it."""

    host: str
    port: int
    path: str
    key: str


def read_target(base_url: str, key: str) -> Target:
    """Return the target of a URL; raise NotLoopbackError for other machines."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if host != "localhost" and not _is_loopback(host):
        raise NotLoopbackError(host)
    return Target(host, parts.port or 80, parts.path.rstrip("/"), key)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True)
class Answer:
    """Status and body of a response; status 0 when none came."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """Return the body's object, {} when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Connection:
    """Asks one thing after the other; opens anew when the server has closed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def close(self) -> None:
        """Close the connection if it is open."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def call(self, method: str, path: str, body: object = None) -> Answer:
        """Return the answer to a request."""
        data = b"" if body is None else json.dumps(body).encode()
        was_open = self._writer is not None
        try:
            return await asyncio.wait_for(self._once(method, path, data), TIMEOUT_S)
        except TimeoutError:
            await self.close()
            return Answer(0, b"")
        except (OSError, EOFError):
            await self.close()
            if not was_open:
                return Answer(0, b"")
        # A server may close what was idle: then the first use of it fails.
        return await self.call(method, path, body)

    async def _once(self, method: str, path: str, data: bytes) -> Answer:
        reader, writer = await self._open()
        target = self._target
        head = [
            f"{method} {target.path}{path} HTTP/1.1",
            f"Host: {target.host}:{target.port}",
            f"Authorization: Bearer {target.key}",
            f"Accept: {MEDIA_TYPE}",
            "User-Agent: rollcall-benchmark",
        ]
        if data or method in {"POST", "PUT", "PATCH"}:
            head += [f"Content-Type: {MEDIA_TYPE}", f"Content-Length: {len(data)}"]
        writer.write("\r\n".join([*head, "", ""]).encode() + data)
        await writer.drain()
        return await self._read(reader)

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._target.host, self._target.port, limit=LONGEST_LINE
            )
        return self._reader, self._writer

    async def _read(self, reader: asyncio.StreamReader) -> Answer:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        status = int(head[0].split(" ", 2)[1])
        pairs = (line.partition(":") for line in head[1:])
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        is_last = headers.get("connection", "").lower() == "close"
        if status in WITHOUT_BODY:
            body = b""
        elif headers.get("transfer-encoding", "").lower() == "chunked":
            body = await _read_chunks(reader)
        elif is_last and "content-length" not in headers:
            body = await reader.read()
        else:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        if is_last:
            await self.close()
        return Answer(status, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    chunks = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        chunks.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(chunks)

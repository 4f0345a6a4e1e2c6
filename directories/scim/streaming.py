"""Writes JSON whose longest list is produced while it is sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True)
class Parts:
    """A JSON object with one more member: a list that comes in parts.

    What is listed may itself be Parts.
    """

    document: dict[str, Any]
    name: str
    parts: Iterable[list[Any]]

    def __iter__(self) -> Iterator[bytes]:
        """Yield the object piece by piece."""
        head = orjson.dumps(self.document)
        opening = b"" if head == b"{}" else head[1:-1] + b","
        yield b"{" + opening + orjson.dumps(self.name) + b":["
        separator = b""
        for part in self.parts:
            for piece in _pieces(part, separator):
                yield piece
                separator = b","
        yield b"]}"


def _pieces(part: list[Any], separator: bytes) -> Iterator[bytes]:
    if not any(isinstance(item, Parts) for item in part):
        if part:
            yield separator + orjson.dumps(part)[1:-1]
        return
    for item in part:
        yield separator
        yield from item if isinstance(item, Parts) else (orjson.dumps(item),)
        separator = b","

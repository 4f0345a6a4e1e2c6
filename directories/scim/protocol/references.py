"""References of a bulk request to what it creates itself (RFC 7644 section 3.7.2)."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from directories.scim.protocol.errors import BrokenReferenceError, shown

PREFIX = "bulkid:"

# Other attributes name no resource: a title may well be "bulkId:1".
_REFERRING = re.compile(r"(?:^|[:.])(?:members|manager)(?:$|[.\[])", re.IGNORECASE)
# A whole value, or one that a path selects: members[value eq "bulkId:1"].
_REFERENCE = re.compile(
    r'\AbulkId:(.+)\Z|(?<=")bulkId:([^"]+)(?=")', re.IGNORECASE | re.DOTALL
)


def references(data: object) -> set[str]:
    """Return the bulkIds that the data of an operation refers to."""
    found: set[str] = set()

    def note(match: re.Match[str]) -> str:
        found.add(match[1] or match[2])
        return match[0]

    _rewritten(data, note)
    return found


def resolved(data: object, ids: Mapping[str, str]) -> Any:
    """Return the data with ids in place of references.

    Raises BrokenReferenceError for a bulkId that `ids` does not have.
    """
    return _rewritten(data, lambda match: resolve(match[1] or match[2], ids))


def resolve(bulk_id: str, ids: Mapping[str, str]) -> str:
    """Return the id that a bulkId became; raises BrokenReferenceError."""
    if bulk_id not in ids:
        msg = (
            f"The operation refers to the bulkId {shown(bulk_id)}, which was not "
            "created. Repeat it together with that one."
        )
        raise BrokenReferenceError(msg)
    return ids[bulk_id]


def _rewritten(value: object, swap: Any, *, refers: bool = False) -> object:
    if isinstance(value, str):
        # Most members are plain ids, and there may be many.
        return _REFERENCE.sub(swap, value) if refers and ":" in value else value
    if isinstance(value, list):
        return [_rewritten(each, swap, refers=refers) for each in value]
    if isinstance(value, dict):
        refers = refers or _has_referring_path(value)
        return {
            name: _rewritten(each, swap, refers=refers or bool(_REFERRING.search(name)))
            for name, each in value.items()
        }
    return value


def _has_referring_path(operation: Mapping[str, object]) -> bool:
    """Say whether this is an operation of a PATCH on what refers to resources."""
    return any(
        name.lower() == "path"
        and isinstance(path, str)
        and bool(_REFERRING.search(path.strip()))
        for name, path in operation.items()
    )


def parted(
    data: Mapping[str, Any], waiting: Collection[str]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a resource into what can be said now and what refers to `waiting`.

    Lists are parted value by value, other attributes stay whole.
    """
    now: dict[str, Any] = {}
    later: dict[str, Any] = {}

    def waits(name: str, value: object) -> bool:
        return not references({name: value}).isdisjoint(waiting)

    for name, value in data.items():
        if isinstance(value, list):
            behind = [waits(name, each) for each in value]
            now[name] = [v for v, wait in zip(value, behind, strict=True) if not wait]
            if any(behind):
                later[name] = [v for v, wait in zip(value, behind, strict=True) if wait]
        else:
            (later if waits(name, value) else now)[name] = value
    return now, later


def in_order(needs: Sequence[Collection[int]]) -> Iterator[list[int]]:
    """Yield all positions, each after those that it needs, else in their order.

    Positions that need each other come together, in one list.
    """
    search = _Search(needs)
    for position in range(len(needs)):
        yield from search.components(position)


@dataclass
class _Search:
    """A walk in depth that finds circles, by Gabow's algorithm.

    Without recursion, as a chain may be as long as the request.
    """

    needs: Sequence[Collection[int]]
    entered: dict[int, int] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    # Entered and not settled; and those of them that may be the first of a circle.
    unsettled: list[int] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)

    def components(self, start: int) -> Iterator[list[int]]:
        """Yield what is reached from here and was not before."""
        if start in self.entered:
            return
        trail = [(start, self._enter(start))]
        while trail:
            position, waiting = trail[-1]
            deeper = self._next(waiting)
            if deeper is not None:
                trail.append((deeper, self._enter(deeper)))
                continue
            trail.pop()
            if self.heads[-1] == position:
                yield self._settle(position)

    def _enter(self, position: int) -> Iterator[int]:
        self.entered[position] = len(self.entered)
        self.unsettled.append(position)
        self.heads.append(position)
        return iter(sorted(self.needs[position]))

    def _next(self, waiting: Iterator[int]) -> int | None:
        """Return the next position to enter; close circles on the way to it."""
        for need in waiting:
            if need not in self.entered:
                return need
            if need not in self.settled:
                while self.entered[self.heads[-1]] > self.entered[need]:
                    self.heads.pop()
        return None

    def _settle(self, head: int) -> list[int]:
        self.heads.pop()
        found: list[int] = []
        while not found or found[-1] != head:
            found.append(self.unsettled.pop())
        self.settled.update(found)
        return sorted(found)

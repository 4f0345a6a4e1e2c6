"""What somebody chose in a list: ticked rows, or all that match its filters."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

F = TypeVar("F")


@dataclass(frozen=True, kw_only=True)
class Choice(Generic[F]):
    """Rows by their ids, or `all` of a list as it was filtered by `wanted`.

    `until` is the key of the newest row when all were chosen: what came later is not
    meant. 0 where that does not matter.
    """

    wanted: F
    ids: Sequence[str] = ()
    all: bool = False
    until: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the choice as a job keeps it."""
        return asdict(self) | {"ids": list(self.ids)}

    @classmethod
    def from_json(cls, content: dict[str, Any], filters: type[F]) -> "Choice[F]":
        """Return the choice that a job keeps; `filters` is the class of `wanted`."""
        return cls(**{**content, "wanted": filters(**content["wanted"])})

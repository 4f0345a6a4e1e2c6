"""Makes texts from outside fit for every database."""

from typing import Any


def storable(text: str) -> str:
    """Return a text without what PostgreSQL or UTF-8 has no place for."""
    if text.isascii():
        return text.replace("\0", "")
    return text.encode(errors="replace").decode().replace("\0", "")


def storable_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return a flat document with its texts made storable."""
    return {
        name: storable(value) if isinstance(value, str) else value
        for name, value in values.items()
    }

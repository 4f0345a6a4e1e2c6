"""Which values of any shape a database and a client can hold."""

from collections.abc import Iterable

from directories.scim.protocol.characters import is_storable

CROWDED = 200
"""What has more names than this has too many that no schema declares.

Nothing of it will be kept, so nobody need look for one more name in it.
"""

_MAX_DEPTH = 4
_MAX_TEXT = 4096
_MAX_NAME = 255
# The largest number that every reader of JSON takes for what it is.
_MAX_NUMBER = 2**53


def is_simple(value: object) -> bool:
    """Say whether a value may stand in a complex attribute that is known."""
    return not isinstance(value, dict | list) and is_keepable(value)


def is_keepable(value: object, depth: int = _MAX_DEPTH) -> bool:
    """Say whether a database and a client can hold a value of any shape."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return (
            depth > 0
            and (isinstance(value, list) or all(map(is_name, value)))
            and all(is_keepable(each, depth - 1) for each in inner)
        )
    if isinstance(value, str):
        return len(value) <= _MAX_TEXT and is_storable(value)
    if isinstance(value, int | float):
        return -_MAX_NUMBER < value < _MAX_NUMBER
    return value is None


def spelled(names: Iterable[str], name: str) -> str:
    """Return a name as it is spelled among `names`, where it is there."""
    lowered = name.lower()
    return next((known for known in names if known.lower() == lowered), name)


def is_name(name: str) -> bool:
    """Say whether a text may name an attribute in a document."""
    return 0 < len(name) <= _MAX_NAME and is_storable(name)

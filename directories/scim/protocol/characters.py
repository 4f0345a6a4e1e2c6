"""Characters that neither a database nor a JSON document can hold."""

import re

from directories.scim.protocol.errors import ScimError

_SURROGATE = re.compile("[\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Say whether a text has no NUL characters and no halves of surrogate pairs."""
    return "\x00" not in text and (text.isascii() or not _SURROGATE.search(text))


def check_characters(text: str, error: type[ScimError], where: str) -> None:
    """Raise `error` for NUL characters and lone halves of surrogate pairs."""
    if "\x00" in text:
        msg = f"{where} holds a NUL character; leave it out."
        raise error(msg)
    if not text.isascii() and _SURROGATE.search(text):
        msg = f"{where} holds half of a surrogate pair; send whole characters."
        raise error(msg)

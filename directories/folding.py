"""Folds keys that compare without letter case, the same for every database."""

import hashlib
import unicodedata

INDEXED = 255


def fold(text: str) -> str:
    """Return the key under which `text` is compared: NFC, case folded, trimmed."""
    return unicodedata.normalize("NFC", text.strip().casefold())


def index_key(text: str) -> str:
    """Return the folded key of a text of any length, short enough for an index.

    What is longer keeps its beginning; a digest of the whole tells it apart.
    """
    key = fold(text)
    if len(key) <= INDEXED:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: INDEXED - len(digest)]}{digest}"


def domain_of(email: str) -> str:
    """Return the folded domain of an e-mail address, "" when it has none."""
    return fold(email).rpartition("@")[2] if "@" in email else ""

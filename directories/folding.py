"""Folds keys that compare without letter case, the same for every database."""

import hashlib
import unicodedata

import idna

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
    """Return the folded domain of an e-mail address, "" when it has none.

    A name in another script is returned as the DNS writes it.
    """
    return dns_name(fold(email).rpartition("@")[2]) if "@" in email else ""


def dns_name(name: str) -> str:
    """Return a folded domain name as the DNS writes it, or as it is if none can."""
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return name

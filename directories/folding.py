"""Folds keys that compare without letter case, the same for every database."""

import unicodedata


def fold(text: str) -> str:
    """Return the key under which `text` is compared: NFC, case folded, trimmed."""
    return unicodedata.normalize("NFC", text.strip().casefold())


def domain_of(email: str) -> str:
    """Return the folded domain of an e-mail address, "" when it has none."""
    return fold(email).rpartition("@")[2] if "@" in email else ""

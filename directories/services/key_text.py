"""The text of a key: made once, shown once, known by its digest from then on."""

import hashlib
import hmac
import secrets
from typing import Protocol

# What a text begins with tells which door it opens.
DIRECTORY = "rck"
ORGANIZATION = "rco"


class Kept(Protocol):
    """What is kept of a key."""

    digest: str


def new_text(mark: str) -> tuple[str, str]:
    """Return the prefix and the text of a new key."""
    prefix = secrets.token_hex(6)
    return prefix, f"{mark}_{prefix}_{secrets.token_urlsafe(32)}"


def digest_of(text: str) -> str:
    """Return what is kept of a text.

    A plain hash is enough: the text holds 256 random bits, no dictionary.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def prefix_of(text: str) -> str:
    """Return the prefix in a text that somebody sent, "" when there is none."""
    _mark, _underscore, rest = text.partition("_")
    return rest.partition("_")[0]


def is_of_organization(text: str) -> bool:
    """Say whether a text looks like an organization's key."""
    return text.startswith(f"{ORGANIZATION}_")


def is_text_of(key: Kept | None, text: str) -> bool:
    """Say whether a text is that of a key, in a time that tells nothing."""
    return hmac.compare_digest(key.digest if key else "", digest_of(text))

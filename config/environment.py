"""What the settings need of the machine: variables, folders, a kept secret."""

import os
import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def read_dotenv(path: Path) -> None:
    """Take variables from a file where it exists; what is set already wins."""
    if path.exists():
        environ.Env.read_env(path)


def require(*names: str) -> None:
    """Stop the start with the names of the variables that are missing or empty."""
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise ImproperlyConfigured(
            "Set these environment variables: " + ", ".join(missing)
        )


def private_folder(path: Path) -> Path:
    """Make a folder only its owner can read, with its parents, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def kept_secret(path: Path) -> str:
    """Read the secret in a file that only its owner can read; make it at first."""
    private_folder(path.parent)
    try:
        # Exclusive, so that of two processes that start together one decides.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        secret = secrets.token_urlsafe(50)
        file.write(secret)
    return secret

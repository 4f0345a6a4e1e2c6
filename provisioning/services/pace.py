"""How background work shares the database with requests."""

import time

from directories import dialect

BATCH = 5_000
# SQLite has one writer and no queue for its lock: smaller steps, and a breath
# between them, let requests through.
SMALL_BATCH = 1_000
BREATH_S = 0.05


def batch_size() -> int:
    """Return how many rows one transaction of background work touches."""
    return BATCH if dialect.is_postgresql() else SMALL_BATCH


def breathe() -> None:
    """Let requests through between two transactions of background work."""
    if not dialect.is_postgresql():
        time.sleep(BREATH_S)

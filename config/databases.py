"""Connection settings of the two databases, from one URL."""

from pathlib import Path
from typing import Any

import environ

from config.environment import private_folder

# Seconds that a writer waits for SQLite's only lock before it gives up.
SQLITE_TIMEOUT_S = 20
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=NORMAL;"
    "PRAGMA cache_size=-65536;"
    "PRAGMA mmap_size=268435456;"
)
# Threads keep their connection; faster than a pool, whose threads come and go.
CONNECTION_AGE_S = 600


def database(
    url: str,
    *,
    statement_timeout_s: int,
    lock_timeout_s: int,
    idle_timeout_s: int,
    prepare_after: int,
) -> dict[str, Any]:
    """Turn a database URL into Django's settings for it.

    A timeout of 0 means none; SQLite knows none. The one for being idle ends the
    connection of a process that hangs inside of a transaction. A statement is prepared
    when a connection sends it for the `prepare_after`th time, never when that is 0.
    """
    config = dict(environ.Env.db_url_config(url))
    # Not checked before each request: that costs a fifth of the throughput. After
    # a restart of the database each thread fails once, then connects anew.
    config |= {"CONN_MAX_AGE": CONNECTION_AGE_S, "CONN_HEALTH_CHECKS": False}
    given = config.get("OPTIONS", {})
    if is_sqlite(config):
        return config | {"OPTIONS": sqlite_options(config["NAME"]) | given}
    timeouts = (
        f"-c statement_timeout={statement_timeout_s}s -c lock_timeout={lock_timeout_s}s"
        f" -c idle_in_transaction_session_timeout={idle_timeout_s}s"
    )
    # Planned once a connection, which halves the database's own work. An outside
    # pooler that hands connections on between transactions wants 0 prepared.
    prepared = {"server_side_binding": True, "prepare_threshold": prepare_after or None}
    return config | {"OPTIONS": {"options": timeouts} | prepared | given}


def is_sqlite(config: dict[str, Any]) -> bool:
    """Tell whether these settings name the embedded database."""
    return str(config["ENGINE"]).endswith("sqlite3")


def sqlite_options(name: str) -> dict[str, Any]:
    """Return what lets web and worker write to one SQLite file; make its folder.

    IMMEDIATE, because a transaction that reads first and writes later fails at
    once in the default mode, whatever the timeout.
    """
    if name != ":memory:":
        private_folder(Path(name).resolve().parent)
    return {
        "transaction_mode": "IMMEDIATE",
        "timeout": SQLITE_TIMEOUT_S,
        "init_command": SQLITE_PRAGMAS,
    }

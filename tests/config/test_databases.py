"""Connection settings from a URL."""

import sqlite3

import pytest
from django.db import connection

from config.databases import database, is_sqlite


def settings_of(url):
    return database(
        url,
        statement_timeout_s=30,
        lock_timeout_s=10,
        idle_timeout_s=60,
        prepare_after=3,
    )


def test_sqlite_takes_the_write_lock_at_the_start(tmp_path):
    config = settings_of(f"sqlite:///{tmp_path}/new/rollcall.sqlite3")

    assert is_sqlite(config)
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_postgresql_socket_and_timeouts():
    config = settings_of("postgres://rollcall@//run/postgresql/rollcall")

    assert (config["HOST"], config["NAME"]) == ("/run/postgresql", "rollcall")
    assert "statement_timeout=30s" in config["OPTIONS"]["options"]
    assert "lock_timeout=10s" in config["OPTIONS"]["options"]
    idle = "idle_in_transaction_session_timeout=60s"
    assert idle in config["OPTIONS"]["options"]
    assert config["OPTIONS"]["server_side_binding"] is True
    assert config["OPTIONS"]["prepare_threshold"] == 3


def test_a_pooler_outside_gets_no_prepared_statements():
    config = database(
        "postgres://rollcall@pooler/rollcall",
        statement_timeout_s=0,
        lock_timeout_s=0,
        idle_timeout_s=0,
        prepare_after=0,
    )

    assert config["OPTIONS"]["prepare_threshold"] is None


@pytest.mark.django_db(transaction=True)
def test_the_embedded_database_writes_ahead_and_checks_foreign_keys():
    if connection.vendor != "sqlite":
        pytest.skip("PRAGMAs are SQLite's own; PostgreSQL has none of them")

    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "synchronous")
        }

    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1}
    assert sqlite3.sqlite_version_info >= (3, 35)

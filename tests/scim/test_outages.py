"""A database that cannot work: the provider is told to come back, admins are told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import DataError, Error, OperationalError, connection, transaction
from psycopg.errors import (
    AdminShutdown,
    DiskFull,
    LockNotAvailable,
    NumericValueOutOfRange,
)

from directories import dialect
from directories.models import TroubleshootingEntry, UserRecord
from tests.scim.client import ScimClient, add_client, add_organization

pytestmark = pytest.mark.django_db
PERSON = {"userName": "a@example.com", "emails": [{"value": "a@example.com"}]}


def failure(cause: Exception, kind: type[Exception] = OperationalError) -> Exception:
    error = kind(str(cause))
    error.__cause__ = cause
    return error


@contextmanager
def failing(error: Exception, *, only: str = "") -> Iterator[None]:
    """Let every statement fail, or only those that begin with some words."""

    def fail(execute: Any, sql: str, *more: Any) -> Any:
        if sql.startswith(only):
            raise error
        return execute(sql, *more)

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def scim() -> ScimClient:
    return add_client(add_organization("Acme", "example.com"), "Okta of Acme")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (failure(DiskFull("could not extend file")), "full"),
        (failure(AdminShutdown("terminating connection")), "does not answer"),
        (failure(psycopg.OperationalError("connection failed")), "does not answer"),
        (OperationalError("the connection is closed"), "does not answer"),
        (OperationalError("database or disk is full"), "full"),
        (OperationalError("disk I/O error"), "does not answer"),
        (failure(NumericValueOutOfRange("out of range"), DataError), ""),
        (OperationalError("database is locked"), ""),
        (ValueError("the connection is closed"), ""),
    ],
)
def test_an_outage_is_told_from_a_wrong_statement(error, reason):
    said = dialect.outage(error)

    assert (reason in said) if reason else not said


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_hangs_is_taken_back_and_its_process_told():
    if not dialect.is_postgresql():
        pytest.skip("SQLite does not notice who hangs with its lock")
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)

    @transaction.atomic
    def hang():
        dialect.rows("SET idle_in_transaction_session_timeout = '50ms'", [])
        time.sleep(0.2)
        dialect.rows("SELECT 1", [])

    try:
        with pytest.raises(Error) as error:
            hang()
    finally:
        connection.close()

    assert dialect.outage(error.value)


def test_a_provider_is_asked_to_send_again(scim):
    with failing(OperationalError("database or disk is full")):
        answer = scim.post("/Users", PERSON)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "disk of the database is full" in answer.json()["detail"]
    assert scim.post("/Users", PERSON).status_code == 201
    assert UserRecord.objects.count() == 1


def test_a_lock_that_is_not_had_in_time_is_no_failure_of_ours(scim):
    waited = failure(LockNotAvailable("canceling statement due to lock timeout"))

    with failing(waited, only="INSERT INTO"):
        answer = scim.post("/Users", PERSON)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert "The database is busy." in answer.json()["detail"]


def test_what_cannot_be_told_yet_is_told_later(scim):
    full = OperationalError("database or disk is full")
    scim.get("/Users")
    with failing(full):
        scim.post("/Users", PERSON)

    with failing(full, only="INSERT INTO"):
        answer = scim.get("/Users")
    scim.get("/Users")

    # Reading goes on while nothing can be written.
    assert answer.status_code == 200
    assert TroubleshootingEntry.objects.filter(kind="unavailable").count() == 1


def test_admins_are_told_when_the_database_is_back(scim):
    with failing(OperationalError("database or disk is full")):
        scim.post("/Users", PERSON)
        scim.get("/Users")

    scim.get("/Users")
    scim.get("/Users")

    entry = TroubleshootingEntry.objects.get(kind="unavailable")
    assert entry.kind == "unavailable"
    assert "full. 2 requests were answered with 503" in entry.reason
    assert entry.times == 1

"""Answers for whoever watches the process."""

import pytest
from django.db import DatabaseError

from config import health


def test_healthz_needs_no_database(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_readyz_is_right_after_the_migrations(client):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_readyz_tells_of_an_unreachable_database(client, monkeypatch):
    def refuse(_connection):
        raise DatabaseError

    monkeypatch.setattr(health, "MigrationExecutor", refuse)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.content) == (503, b"database unreachable\n")

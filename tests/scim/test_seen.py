"""When a record was last asked for or written, to the day."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from directories.models import GroupRecord, UserRecord
from directories.services import seen
from tests.scim.client import values

LONG = timedelta(days=40)


@pytest.fixture
def user(scim):
    return scim.user()


def age(model=UserRecord):
    """Make every record one that was not seen for long."""
    model.objects.update(seen_at=timezone.now() - LONG)
    seen.buffer.clear()


def is_fresh(model=UserRecord):
    seen.buffer.flush()
    return model.objects.get().seen_at > timezone.now() - timedelta(minutes=1)


def test_a_new_record_was_seen(user):
    assert is_fresh()


@pytest.mark.parametrize(
    "path",
    [
        "/Users/{id}",
        '/Users?filter=userName eq "ada@example.com"',
        "/Users/{id}?attributes=userName",
    ],
)
def test_looking_a_person_up_is_seeing_them(scim, user, path):
    age()

    scim.get(path.format(**user))

    assert is_fresh()


def test_writing_is_seeing(scim, user):
    age()

    scim.patch(f"/Users/{user['id']}", [{"op": "replace", "value": {"title": "x"}}])

    assert is_fresh()


def test_groups_are_seen_too(scim, user):
    group = scim.group("Crew", user["id"])
    age(GroupRecord)

    add = {"op": "add", "path": "members", "value": values(user["id"])}
    scim.patch(f"/Groups/{group['id']}", [add])

    assert is_fresh(GroupRecord)


def test_a_directory_without_a_request_log_sees_too(scim, user):
    scim.directory.request_log_days = 0
    scim.directory.save()
    age()

    scim.get(f"/Users/{user['id']}")

    assert is_fresh()


@pytest.mark.parametrize("path", ["/Users/nobody", "/Users", "/ServiceProviderConfig"])
def test_what_is_about_nobody_sees_nobody(scim, user, path):
    scim.user("bo@example.com")
    age()

    scim.get(path)
    seen.buffer.flush()

    recent = UserRecord.objects.filter(seen_at__gt=timezone.now() - LONG / 2)
    assert not recent.exists()


def test_another_directory_sees_nobody_here(scim, user, stranger):
    age()

    stranger.get(f"/Users/{user['id']}")

    assert not is_fresh()


def test_who_was_seen_today_costs_no_write(scim, user):
    seen.buffer.clear()
    for _ in range(3):
        scim.get(f"/Users/{user['id']}")

    with CaptureQueriesContext(connection) as queries:
        seen.buffer.flush()

    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]

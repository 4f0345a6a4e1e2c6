"""How much one key may ask for in a minute."""

import time_machine
from django.core.cache import cache

from directories.models import ApiKey, Directory, RequestEntry
from directories.services import api_keys, request_log
from directories.services.audit import SYSTEM
from tests.scim.client import refusal
from tests.scim.test_keys import now

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def bound(scim, **rates):
    Directory.objects.filter(pk=scim.directory.pk).update(**rates)


def told(answer):
    """Return the headers that tell a client where it stands."""
    return [int(answer[name]) for name in HEADERS]


def test_what_is_over_the_limit_is_refused_until_the_minute_is_over(
    scim, nothing_written
):
    bound(scim, writes_per_minute=2)
    with time_machine.travel("2026-03-01T12:00:15Z", tick=False) as clock:
        scim.user("ada@example.com")
        scim.user("bob@example.com")
        with nothing_written():
            refused = scim.post("/Users", {"userName": "cid@example.com"})
        clock.shift(45)
        scim.user("cid@example.com")

    assert "writes a minute: 2" in refusal(refused, 429)
    assert refused["Retry-After"] == "45"
    assert told(refused) == [2, 0, 45]


def test_every_answer_of_a_bounded_key_tells_what_is_left(scim):
    bound(scim, writes_per_minute=10)
    with time_machine.travel("2026-03-01T12:00:20Z", tick=False):
        first = scim.post("/Users", {"userName": "ada@example.com"})
        second = scim.post("/Users", {"userName": ""})

    assert told(first) == [10, 9, 40]
    assert told(second) == [10, 8, 40]
    assert second["RateLimit-Policy"] == '"writes";q=10;w=60'
    assert second["RateLimit"] == '"writes";r=8;t=40'
    assert "Retry-After" not in second.headers


def test_reads_and_writes_are_counted_apart(scim):
    bound(scim, reads_per_minute=1, writes_per_minute=1)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        scim.user()
        assert scim.get("/Users").status_code == 200
        assert refusal(scim.get("/Users"), 429)


def test_a_search_by_post_is_a_read(scim):
    bound(scim, writes_per_minute=1)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        answers = [scim.post("/Users/.search", {}).status_code for _ in range(3)]

    assert answers == [200] * 3


def test_reads_have_no_bound_unless_somebody_sets_one(scim, settings):
    assert "X-RateLimit-Limit" not in scim.get("/Users").headers

    settings.SCIM_READS_PER_MINUTE = 7
    assert told(scim.get("/Users"))[0] == 7

    bound(scim, reads_per_minute=0)
    assert "X-RateLimit-Limit" not in scim.get("/Users").headers


def test_writes_are_bounded_by_the_settings_unless_the_directory_says_else(
    scim, settings
):
    assert settings.SCIM_WRITES_PER_MINUTE == 12_000
    assert told(scim.delete("/Users/x"))[0] == 12_000

    bound(scim, writes_per_minute=0)
    assert "X-RateLimit-Limit" not in scim.delete("/Users/x").headers


def test_each_key_has_its_own_allowance(scim):
    bound(scim, writes_per_minute=1)
    _key, other = api_keys.create_api_key(
        directory=scim.directory, by=SYSTEM, now=now()
    )
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        scim.user("ada@example.com")
        answer = scim.delete("/Users/x", authorization=f"Bearer {other}")

    assert answer.status_code == 404


def test_operations_of_a_bulk_request_count_each(scim):
    bound(scim, writes_per_minute=3)
    create = {"method": "POST", "path": "/Users"}
    operations = [
        {**create, "bulkId": str(n), "data": {"userName": f"u{n}@example.com"}}
        for n in range(5)
    ]
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        bulk = scim.post("/Bulk", {"Operations": operations})
        after = scim.post("/Users", {"userName": "late@example.com"})

    assert bulk.status_code == 200
    assert told(bulk)[:2] == [3, 0]
    assert "Retry-After" not in bulk.headers
    refusal(after, 429)


def test_without_the_cache_all_are_served(scim, settings):
    bound(scim, writes_per_minute=1)
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1",
    }
    settings.CACHES = {**settings.CACHES, "default": away}

    for name in ("ada", "bob"):
        scim.user(f"{name}@example.com")


def test_a_wrong_key_uses_up_nothing(scim):
    bound(scim, writes_per_minute=1)
    for _ in range(3):
        scim.delete("/Users/x", authorization=f"Bearer {scim.key}x")

    refusal(scim.delete("/Users/x"), 404)


def test_admins_are_told_once_an_hour(scim):
    bound(scim, writes_per_minute=1)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        for _ in range(4):
            scim.delete("/Users/x")
        throttled = scim.log().get(kind="throttled")
        assert throttled.times == 1
        # What an hour does; Redis has a clock of its own.
        cache.delete(f"throttled:{ApiKey.objects.get().pk}")
        clock.shift(3600)
        for _ in range(2):
            scim.delete("/Users/x")

    throttled.refresh_from_db()
    assert throttled.times == 2
    assert "settings of the directory" in throttled.advice


def test_refusals_cost_no_statement_of_their_own(scim):
    bound(scim, writes_per_minute=1)
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        for _ in range(4):
            scim.delete("/Users/x")

    assert RequestEntry.objects.count() == 1
    request_log.buffer.flush()
    statuses = RequestEntry.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [404, 429, 429, 429]

"""Where messages go, with Redis and without."""

from pathlib import Path

import pytest
from kombu import Connection

from config.broker import broker, cache


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("redis://127.0.0.1:6379/1", "redis://127.0.0.1:6379/1"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        (
            "unix:///run/redis.sock?db=2",
            "redis+socket:///run/redis.sock?virtual_host=2",
        ),
    ],
)
def test_redis_url_is_told_in_celerys_words(tmp_path, given, expected):
    url, options = broker(given, tmp_path / "queue")

    assert (url, options) == (expected, {})
    assert not (tmp_path / "queue").exists()


def test_without_redis_each_process_has_a_cache_of_its_own():
    assert "locmem" in cache("")["BACKEND"]
    assert "redis" in cache("redis://127.0.0.1")["BACKEND"]


@pytest.fixture
def queue(tmp_path):
    url, options = broker("", tmp_path)
    with Connection(url, transport_options=options) as connection:
        # The library remembers names of queues, not in which folder they were.
        simple = connection.SimpleQueue(tmp_path.name)
        yield simple
        simple.close()


def test_message_in_a_file_arrives(queue):
    queue.put({"job": 1})

    message = queue.get(timeout=5)

    assert message.payload == {"job": 1}


def test_unreadable_message_is_dropped(queue, tmp_path: Path):
    (tmp_path / "messages" / f"0_broken.{tmp_path.name}.msg").touch()
    queue.put({"job": 2})

    message = queue.get(timeout=5)

    assert message.payload == {"job": 2}
    assert not list((tmp_path / "messages").iterdir())


def test_message_half_written_is_not_looked_at(queue, tmp_path: Path):
    (tmp_path / "messages" / f"0_new.{tmp_path.name}.msg.part").write_text("{")

    with pytest.raises(queue.Empty):
        queue.get(block=False)

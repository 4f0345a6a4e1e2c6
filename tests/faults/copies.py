"""The same message again: copies of what lies in the queue."""

import shutil
import time
import uuid
from pathlib import Path

import orjson

from tests.faults.places import Place

LOOK_EVERY_S = 0.01
# Where Celery's Redis transport keeps what waits, and what a worker has taken.
WAITING, TAKEN = "celery", "unacked"


class Copies:
    """Copies of messages, kept until they are delivered anew."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._kept = place.folder / "copies"
        self._seen: set[bytes] = set()
        self._kept.mkdir(exist_ok=True)

    def gather(self, seconds: float) -> None:
        """Copy what comes along for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._place.is_postgresql:
                self._look_in_redis()
            else:
                self._look_in_folder()
            time.sleep(LOOK_EVERY_S)

    def _look_in_redis(self) -> None:
        queue = self._place.redis
        self._seen.update(map(_bytes, queue.lrange(WAITING, 0, -1)))
        for taken in queue.hvals(TAKEN):
            # [message, exchange, routing key], of which the message is the first.
            self._seen.add(_first(_bytes(taken)))

    def _look_in_folder(self) -> None:
        for message in self._messages().glob("*.celery.msg"):
            if not (self._kept / message.name).exists():
                try:
                    shutil.copy(message, self._kept)
                except FileNotFoundError:
                    continue

    def _messages(self) -> Path:
        return self._place.folder / "data" / "queue" / "messages"

    def deliver(self, *, times: int) -> int:
        """Put every copy into the queue so many times; return how many were put."""
        count = 0
        for _ in range(times):
            for message in self._seen:
                self._place.redis.lpush(WAITING, message)
                count += 1
            for kept in self._kept.glob("*.msg"):
                stamp = kept.name.partition("_")[0]
                shutil.copy(
                    kept, self._messages() / f"{stamp}_{uuid.uuid4()}.celery.msg"
                )
                count += 1
        return count


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _first(taken: bytes) -> bytes:
    return orjson.dumps(orjson.loads(taken)[0])

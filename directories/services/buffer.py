"""Collects what may wait a second, and writes it in batches."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.util import Finalize
from typing import Generic, TypeVar

import structlog
from django.conf import settings
from django.db import close_old_connections

logger = structlog.get_logger(__name__)

T = TypeVar("T")
# Half a dozen seconds of reads, should the database be away for that long.
MOST = 10_000


class Buffer(Generic[T]):
    """A queue of one process with a thread that empties it.

    Written within BUFFER_DELAY_S and when the process ends; what a killed
    process held is lost, and what does not fit is dropped and counted. Without
    a delay (None) nothing is written until somebody flushes.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], None],
        *,
        name: str,
        batch: int,
        most: int = MOST,
    ) -> None:
        self._write = write
        self._name = name
        self._batch = batch
        self._most = most
        self._items: deque[T] = deque()
        self._dropped = 0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self._writing = threading.Lock()
        self._filled = threading.Event()

    def add(self, item: T) -> None:
        """Take an item; when there is no room it is dropped."""
        if len(self._items) >= self._most:
            self._dropped += 1
            return
        self._items.append(item)
        if not self._filled.is_set():
            self._filled.set()
            self._see_to_thread()

    def flush(self) -> None:
        """Write what is held, in the calling thread."""
        with self._writing:
            while self._items:
                self._write(self._take())
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            logger.warning("buffer_overflowed", of=self._name, dropped=dropped)

    def clear(self) -> None:
        """Forget what is held."""
        self._items.clear()
        self._filled.clear()

    def _take(self) -> list[T]:
        count = min(self._batch, len(self._items))
        return [self._items.popleft() for _ in range(count)]

    def _see_to_thread(self) -> None:
        if settings.BUFFER_DELAY_S is None or self._is_running():
            return
        with self._starting:
            if not self._is_running():
                # Unlike atexit it also runs in processes that the web server forks.
                Finalize(None, self.flush, exitpriority=1)
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()

    def _is_running(self) -> bool:
        # A process forked from one that had a thread has none.
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._filled.wait()
            time.sleep(settings.BUFFER_DELAY_S or 0)
            self._filled.clear()
            # No request ends here, so nobody else lets go of a broken connection.
            try:
                close_old_connections()
                self.flush()
            except Exception as exc:
                logger.exception("buffer_failed", of=self._name, exc_info=exc)

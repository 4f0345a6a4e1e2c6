"""Celery's scheduler for a clock that may be put right while it runs."""

import time
from datetime import timedelta
from logging import getLogger
from typing import Any

from celery import beat

log = getLogger(__name__)
# Seconds between the wall clock and the steady one that are no jump yet.
JUMP_S = 5.0


class Scheduler(beat.Scheduler):
    """Counts from now on when the clock was put back.

    Celery's own waits until the clock is again where it was: an hour for a clock that
    was an hour ahead, in which nobody would look for lost jobs. What was due in the
    time that a clock put forward leaves out is due at once.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._ahead = _ahead()
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do what is due; return the seconds until something is."""
        jumped = _ahead() - self._ahead
        if abs(jumped) > JUMP_S:
            self._ahead += jumped
            log.warning("The clock jumped by %.0f s; schedules begin anew.", jumped)
            self._begin_anew(timedelta(seconds=jumped))
        wait: float = super().tick(*args, **kwargs)
        return wait

    def _begin_anew(self, jumped: timedelta) -> None:
        for entry in self.schedule.values():
            if entry.last_run_at is not None:
                entry.last_run_at += min(jumped, timedelta(0))
        # Made from the entries at the next look.
        self._heap = None


def _ahead() -> float:
    """Return how far the wall clock is from the one that never jumps."""
    return time.time() - time.monotonic()

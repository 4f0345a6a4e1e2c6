"""The scheduler goes on when somebody puts the clock right."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from celery.beat import ScheduleEntry
from celery.schedules import crontab, schedule

from config.celery import app
from config.scheduler import Scheduler

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY = timedelta(seconds=5)


def scheduler_of(when: Any) -> Any:
    """Return a scheduler of one entry that has looked once, and runs nothing."""
    scheduler: Any = Scheduler(app, schedule={}, lazy=True)
    entry = ScheduleEntry("rescue", "rescue", schedule=when, app=app)
    scheduler.data = {"rescue": entry}
    scheduler.apply_entry = Mock()
    scheduler.tick()
    return scheduler


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_put_right_stops_nothing(hours):
    with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
        scheduler = scheduler_of(schedule(EVERY))

    with time_machine.travel(NOW, tick=False):
        wait = scheduler.tick()

    assert 0 <= wait <= EVERY.total_seconds()


def test_what_is_due_in_the_hour_left_out_is_done():
    with time_machine.travel(NOW - timedelta(minutes=30), tick=False):
        scheduler = scheduler_of(crontab(hour="11", minute="45"))

    with time_machine.travel(NOW + timedelta(minutes=30), tick=False):
        scheduler.tick()

    assert scheduler.apply_entry.call_count == 1


def test_what_was_done_before_the_clock_went_back_is_done_again_at_its_time():
    with time_machine.travel(NOW - timedelta(minutes=50), tick=False):
        scheduler = scheduler_of(crontab(minute="20"))
    with time_machine.travel(NOW, tick=False):
        # Time went by: that is no jump.
        scheduler._ahead += 50 * 60
        scheduler.tick()
    assert scheduler.apply_entry.call_count == 1

    with time_machine.travel(NOW - timedelta(hours=1), tick=False):
        scheduler.tick()
    with time_machine.travel(NOW - timedelta(minutes=39), tick=False):
        scheduler._ahead += 21 * 60
        scheduler.tick()

    assert scheduler.apply_entry.call_count == 2

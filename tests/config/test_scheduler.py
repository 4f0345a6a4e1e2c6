"""The scheduler goes on when somebody puts the clock right."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import Mock

import pytest
import time_machine
from celery.beat import ScheduleEntry
from celery.schedules import schedule

from config.celery import app
from config.scheduler import Scheduler

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERY = timedelta(seconds=5)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_is_put_right_stops_nothing(hours):
    wrong = NOW + timedelta(hours=hours)
    with time_machine.travel(wrong, tick=False):
        scheduler: Any = Scheduler(app, schedule={}, lazy=True)
        every = schedule(EVERY)
        entry = ScheduleEntry("rescue", "rescue", schedule=every, app=app)
        scheduler.data = {"rescue": entry}
        scheduler.apply_entry = Mock()
        scheduler.tick()

    with time_machine.travel(NOW, tick=False):
        wait = scheduler.tick()

    assert 0 <= wait <= EVERY.total_seconds()

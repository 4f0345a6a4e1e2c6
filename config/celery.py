"""The Celery application; tasks are found in each app's tasks module."""

import logging.config
import os
import warnings

from celery import Celery
from celery.apps.worker import Worker
from celery.beat import EmbeddedService
from celery.exceptions import SecurityWarning
from celery.signals import setup_logging, worker_ready
from django.conf import settings

from config.scheduler import Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
# Messages are JSON only, so a worker that runs as root is no way in.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("rollcall")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def use_our_logging(**_kwargs: object) -> None:
    """Keep the project's log lines instead of Celery's own."""
    logging.config.dictConfig(settings.LOGGING)


@worker_ready.connect
def take_up_work(sender: Worker, **_kwargs: object) -> None:
    """Rescue lost jobs at once; be the scheduler too where asked.

    The scheduler is a thread: as a process of its own it would outlive a
    worker that is killed.
    """
    sender.app.send_task("directories.tasks.rescue")
    if settings.BEAT_THREAD:
        scheduler = EmbeddedService(sender.app, thread=True, scheduler_cls=Scheduler)
        scheduler.start()  # type: ignore[union-attr]  # a thread, which has it

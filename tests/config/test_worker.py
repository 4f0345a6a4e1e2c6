"""A real worker process on the test's own database and queue."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from directories.models import Job, Organization

pytestmark = pytest.mark.slow
PATIENCE_S = 60


def test_worker_takes_up_a_job_whose_message_was_lost(real_worker):
    long_ago = timezone.now() - timedelta(hours=1)
    organization = Organization.objects.create(name="Lost", created_at=long_ago)
    job = Job.objects.create(
        organization=organization,
        kind="unknown",
        target="nothing",
        label="A job that nobody told a worker of",
        created_at=long_ago,
        beat_at=long_ago,
    )

    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not job.run:
        time.sleep(0.1)
        job.refresh_from_db()

    assert job.run == 1

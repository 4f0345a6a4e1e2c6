"""A short run of the faults: real processes, killed while a company is pushed."""

import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(280)]
COMMAND = [sys.executable, "-m", "tests.faults", "--kills-only"]
POSTGRESQL = ["--database", "postgresql", "--members", "600", "--groups", "30"]
SQLITE = ["--database", "sqlite", "--members", "150", "--groups", "10"]


def run(*arguments: str) -> None:
    """Run it beside this process, on servers of its own; show what it said."""
    done = subprocess.run(
        [*COMMAND, "--in-request", "20", *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    sys.stdout.write(done.stdout + done.stderr)
    assert done.returncode == 0
    assert "nothing lost, nothing twice" in done.stdout


@pytest.mark.skipif(settings.EMBEDDED, reason="runs where PostgreSQL and Redis are")
def test_nothing_is_lost_when_worker_web_redis_and_postgresql_are_killed():
    run(*POSTGRESQL, "--moments", "4", "--seed", "1")


@pytest.mark.skipif(not settings.EMBEDDED, reason="runs on the embedded default")
def test_nothing_is_lost_on_the_embedded_default():
    run(*SQLITE, "--moments", "2", "--seed", "3")

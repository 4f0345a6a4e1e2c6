"""Real processes, kept alive as systemd keeps units: ended ones start anew."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.measure import descendants, resident_kib
from directories.management.processes import die_with_parent

# As in the units that docs/operations.md describes.
RESTART_S = 1.0
LOOK_EVERY_S = 0.05
MIB = 1024


@dataclass
class Unit:
    """One program: how it is started, what it wrote, how often it was started."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] = lambda: True
    folder: str | None = None
    starts: int = 0
    peak_mib: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it writes is added to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - between fork and exec
            )
        self.starts += 1

    @property
    def pids(self) -> list[int]:
        """Return the process and all below it."""
        if self.process is None or self.process.poll() is not None:
            return []
        return list(descendants(self.process.pid))

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of it."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End all of it at once, as `kill -9` does."""
        self.send(signal.SIGKILL)

    def kill_child(self, choose: Callable[[Sequence[int]], int]) -> bool:
        """Kill one of the processes below the first; say whether there was one."""
        below = self.pids[1:]
        if not below:
            return False
        with suppress(ProcessLookupError):
            os.kill(choose(below), signal.SIGKILL)
        return True

    def is_ready(self) -> bool:
        """Tell whether it runs and answers."""
        running = self.process is not None and self.process.poll() is None
        return running and self.ready()

    def sample(self) -> None:
        """Remember how large its largest process ever was."""
        sizes = [resident_kib(pid) // MIB for pid in self.pids]
        self.peak_mib = max([self.peak_mib, *sizes])


class Supervisor(threading.Thread):
    """Starts units, and again when they end."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.units: dict[str, Unit] = {}
        self._ended: dict[str, float] = {}
        self._over = threading.Event()

    def add(self, unit: Unit, *, within_s: float = 60.0) -> Unit:
        """Start a unit and wait until it answers."""
        unit.start()
        self.units[unit.name] = unit
        wait_until(unit.is_ready, within_s, f"{unit.name} to answer")
        return unit

    def run(self) -> None:
        """Watch until told to stop."""
        looks = 0
        while not self._over.wait(LOOK_EVERY_S):
            looks += 1
            for unit in list(self.units.values()):
                if unit.process is not None and unit.process.poll() is not None:
                    self._start_again(unit)
                elif looks % 40 == 0:
                    unit.sample()

    def _start_again(self, unit: Unit) -> None:
        ended = self._ended.setdefault(unit.name, time.monotonic())
        if time.monotonic() - ended >= RESTART_S:
            # What the first process left behind would be in the way.
            del self._ended[unit.name]
            unit.start()

    def stop(self) -> None:
        """End everything, the last first; nothing is left running."""
        self._over.set()
        if self.is_alive():
            self.join()
        for unit in reversed(list(self.units.values())):
            pids = unit.pids
            unit.send(signal.SIGCONT)
            if unit.process is not None:
                unit.process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    unit.process.wait(3)
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if unit.process is not None:
                unit.process.wait()


def wait_until(
    true: Callable[[], bool], within_s: float, what: str, *, every_s: float = 0.05
) -> float:
    """Return the seconds until something is true; raise TimeoutError."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > within_s:
            msg = f"Waited {within_s:.0f} s for {what}."
            raise TimeoutError(msg)
        time.sleep(every_s)
    return time.monotonic() - start

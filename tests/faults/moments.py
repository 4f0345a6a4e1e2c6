"""Breaks things at the moments that a seed names, and waits until they work again."""

import random
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.connection import Target
from directories.models import Directory
from tests.faults import inside
from tests.faults.clock import HOUR_S, set_clock
from tests.faults.copies import Copies
from tests.faults.places import WORKERS, Place
from tests.faults.processes import wait_until
from tests.faults.provider import Provider

PATIENCE_S = 120.0
# Longer than a worker may be silent before another takes its job.
STOPPED_S = 25.0
FULL_S = 12.0
KILLS = (
    "worker",
    "postgresql",
    "redis",
    "web process",
    "both workers",
    "web",
    "several",
    "postgresql",
    "worker",
    "scheduler",
)
EMBEDDED_KILLS = ("worker", "web", "several")
OTHERS = ("disk full", "clock", "same message", "two workers on one job")
EMBEDDED_OTHERS = ("disk full", "clock", "same message")


@dataclass
class Moment:
    """One fault: when, what it did, and when it was over."""

    what: str
    at_step: int
    at_s: float = 0.0
    broke: float = 0.0
    recovered: float = 0.0
    answers: dict[str, int] = field(default_factory=dict)
    slowest_s: float = 0.0
    facts: dict[str, object] = field(default_factory=dict)


@dataclass
class Chaos:
    """Everything that is broken in one run."""

    place: Place
    provider: Provider
    directory: Directory
    target: Target
    random: random.Random
    start: float = field(default_factory=time.monotonic)
    moments: list[Moment] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def plan(self, kills: int, *, others: bool) -> list[Moment]:
        """Return the faults of a run at random steps, every kind among them."""
        embedded = not self.place.is_postgresql
        known = EMBEDDED_KILLS if embedded else KILLS
        chosen = [known[each % len(known)] for each in range(kills)]
        if others:
            chosen += EMBEDDED_OTHERS if embedded else OTHERS
        self.random.shuffle(chosen)
        last = self.provider.total
        steps = sorted(self.random.sample(range(last // 20, last), len(chosen)))
        return [Moment(w, s) for w, s in zip(chosen, steps, strict=True)]

    def run(self, planned: Sequence[Moment], say: Callable[[str], None]) -> None:
        """Carry out each fault when the provider has come so far."""
        for moment in planned:
            while self.provider.done < moment.at_step and self.provider.is_alive():
                time.sleep(0.01)
            # Not always between two requests.
            time.sleep(self.random.random() * 0.3)
            self._carry_out(moment)
            self.moments.append(moment)
            say(describe(moment))

    def _carry_out(self, moment: Moment) -> None:
        start = time.monotonic()
        moment.at_s = start - self.start
        held = inside.running_jobs()
        moment.broke = time.monotonic()
        try:
            self._break(moment)
            self._wait_for_parts(moment)
            if held:
                seconds = wait_until(
                    lambda: inside.are_taken_over(held),
                    PATIENCE_S,
                    "the jobs under way to go on",
                    every_s=0.25,
                )
                moment.facts["jobs under way"] = len(held)
                moment.facts["jobs went on after s"] = round(seconds, 1)
        except TimeoutError as error:
            self.wrong.append(f"{moment.what} at step {moment.at_step}: {error}")
        end = time.monotonic()
        told = self.provider.told
        moment.answers = dict(told.between(start, end))
        moment.slowest_s = told.slowest(start, end)

    def _wait_for_parts(self, moment: Moment) -> None:
        """Wait until everything runs and a request is answered well again."""
        units = self.place.supervisor.units.values()
        wait_until(
            lambda: all(unit.is_ready() for unit in units),
            PATIENCE_S,
            "every part to answer",
        )
        moment.recovered = time.monotonic() - moment.broke
        if self.provider.is_alive() and self.provider.done < self.provider.total:
            with suppress(TimeoutError):
                self._wait_for_success(moment)

    def _wait_for_success(self, moment: Moment) -> None:
        def succeeded() -> bool:
            told, over = self.provider.told, not self.provider.is_alive()
            return over or told.first_success(moment.broke + 0.05) is not None

        wait_until(succeeded, PATIENCE_S, "a request to succeed")
        first = self.provider.told.first_success(moment.broke + 0.05)
        if first is not None:
            moment.facts["first success after s"] = round(first - moment.broke, 1)

    def _break(self, moment: Moment) -> None:
        others = {
            "disk full": self._fill_disk,
            "clock": self._jump,
            "same message": self._repeat_messages,
            "two workers on one job": self._stop_worker,
        }
        if moment.what in others:
            others[moment.what](moment)
        elif moment.what == "web process":
            self.place.unit("web").kill_child(self.random.choice)
        else:
            chosen = self._chosen(moment.what)
            moment.facts["killed"] = ", ".join(chosen)
            for name in chosen:
                self.place.unit(name).kill()

    def _chosen(self, what: str) -> list[str]:
        """Return the parts that a kill is about."""
        names = list(self.place.supervisor.units)
        workers = [each for each in WORKERS if each in names]
        match what:
            case "worker":
                return [self.random.choice(workers)]
            case "both workers":
                return workers
            case "several":
                return self.random.sample(names, min(3, len(names)))
            case _:
                return [what]

    def _fill_disk(self, moment: Moment) -> None:
        """Leave the database no byte for a while."""
        disk = self.place.disk
        moment.facts["disk"] = disk.kind or "no disk of its own could be had: not tried"
        if not disk.kind:
            return
        try:
            moment.facts["filled MiB"] = disk.fill()
            time.sleep(FULL_S)
        finally:
            disk.free()
        moment.facts["full for s"] = FULL_S

    def _jump(self, moment: Moment) -> None:
        """Put one clock an hour ahead and another one back, then both right."""
        names = [n for n in (*WORKERS, "scheduler") if n in self.place.supervisor.units]
        if self.place.library is None:
            moment.facts["clocks"] = "no C compiler here: not tried"
            return
        clocks = [self.place.folder / f"{name}.clock" for name in names]
        # The scheduler last, and ahead at the end: put right, it has to go back.
        for wrong in (HOUR_S, -HOUR_S):
            for number, clock in enumerate(clocks):
                set_clock(clock, (wrong, -wrong, -wrong)[number])
            time.sleep(8)
        for clock in clocks:
            set_clock(clock, 0)

    def _repeat_messages(self, moment: Moment) -> None:
        """Deliver messages again that are under way or long done."""
        copies = Copies(self.place)
        inside.queue_comparison(self.directory)
        copies.gather(5.0)
        moment.facts["messages delivered again"] = copies.deliver(times=3)

    def _stop_worker(self, moment: Moment) -> None:
        """Stop a worker so long that another one takes its jobs, then wake it."""
        names = list(WORKERS)
        self.random.shuffle(names)
        for attempt, name in enumerate((*names, *names), start=1):
            inside.queue_comparison(self.directory)
            with suppress(TimeoutError):
                wait_until(lambda: bool(inside.running_jobs()), 20, "a running job")
            taken = self._stop_one(name)
            moment.facts["stopped"] = f"{name}, for {STOPPED_S:.0f} s"
            moment.facts["runs that another worker began meanwhile"] = taken
            moment.facts["tries"] = attempt
            if taken:
                return

    def _stop_one(self, name: str) -> int:
        """Stop one worker; return how many jobs of its another has taken over."""
        units = [self.place.unit(each) for each in WORKERS]
        try:
            for unit in units:
                unit.send(signal.SIGSTOP)
            held = inside.running_jobs()
            for unit in units:
                if unit.name != name:
                    unit.send(signal.SIGCONT)
            time.sleep(STOPPED_S)
            after = {job.pk: job.run for job in inside.again(held)}
            return sum(after.get(job.pk, 0) > job.run for job in held)
        finally:
            for unit in units:
                unit.send(signal.SIGCONT)


def describe(moment: Moment) -> str:
    """Return one line about a fault."""
    answers = ", ".join(f"{n} x {s}" for s, n in sorted(moment.answers.items()))
    facts = ", ".join(f"{name}: {value}" for name, value in moment.facts.items())
    return (
        f"{moment.at_s:7.1f} s  step {moment.at_step:6}  {moment.what:23}"
        f" all parts back after {moment.recovered:.1f} s;"
        f" answers meanwhile: {answers or 'none'}"
        f" (slowest {moment.slowest_s:.1f} s){'; ' + facts if facts else ''}"
    )

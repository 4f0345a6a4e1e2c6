"""One run from an empty database to the verdict."""

import argparse
import random
import sys
import time
from uuid import UUID

from django.core.management import call_command

from benchmarks.connection import Target
from directories.models import Directory, Job
from provisioning.models import Group
from tests.faults import inside, logs, poison, scim_reads, truth
from tests.faults.company import Planner
from tests.faults.moments import Chaos
from tests.faults.places import HOST, Place
from tests.faults.processes import wait_until
from tests.faults.provider import Provider
from tests.faults.truth import Findings

IDLE_S = 900.0
# Idle is what is idle for so long: a job may lead to another.
QUIET_S = 2.0


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Run:
    """A seed, a place, and what comes of both."""

    def __init__(
        self, place: Place, chosen: argparse.Namespace, dice: random.Random
    ) -> None:
        self._place, self._chosen, self._dice = place, chosen, dice
        self._findings = Findings()
        self._poisoned: set[UUID] = set()

    def run(self) -> int:
        """Do everything; return the exit status."""
        chosen = self._chosen
        say(
            f"seed {chosen.seed}: {chosen.members:,} people, {chosen.groups} groups,"
            f" {chosen.moments} kills, {chosen.database},"
            f" disk: {self._place.disk.kind or 'a folder'}"
        )
        call_command("migrate", verbosity=0, interactive=False)
        directory, key = inside.found(limit=chosen.members // 4)
        self._place.start_rollcall()
        company = Planner(chosen.seed, chosen.members, chosen.groups).plan()
        target = Target(HOST, self._place.port, f"/scim/directory/{directory.pk}", key)
        provider = Provider(target, company, inside.grant)
        provider.start()
        chaos = Chaos(self._place, provider, directory, target, self._dice)
        chaos.run(chaos.plan(chosen.moments, others=not chosen.kills_only), say)
        self._finish(provider, chaos)
        self._check_access()
        if not chosen.kills_only:
            self._lose_message(directory)
            self._poison(provider, directory)
        self._judge(provider, directory, target)
        return self._report(chaos)

    def _finish(self, provider: Provider, chaos: Chaos) -> None:
        while provider.is_alive():
            provider.join(5)
        if provider.error is not None:
            raise provider.error
        told = provider.told
        say(
            f"{time.monotonic() - chaos.start:7.1f} s  the provider is done:"
            f" {len(told.answers):,} requests, {told.repeated} of them repeated"
        )
        self._findings.wrong += chaos.wrong
        self._wait_idle()
        say(f"{time.monotonic() - chaos.start:7.1f} s  no job is left")

    def _wait_idle(self) -> None:
        def is_idle() -> bool:
            if inside.open_jobs():
                return False
            time.sleep(QUIET_S)
            return not inside.open_jobs()

        try:
            wait_until(is_idle, IDLE_S, "the last job", every_s=0.5)
        except TimeoutError as error:
            self._findings.wrong.append(str(error))

    def _check_access(self) -> None:
        """Let the nightly check look; it should have nothing to mend."""
        check = inside.nightly_check()
        if check.finished_at is None or check.missing or check.surplus:
            self._findings.wrong.append(
                f"the nightly check of access: finished {check.finished_at},"
                f" {check.missing} missing, {check.surplus} too many"
            )
        say(
            f"the nightly check of access compared {check.compared:,}:"
            f" {check.missing} missing, {check.surplus} too many"
        )

    def _lose_message(self, directory: Directory) -> None:
        """Queue a job whose message is lost; the scheduler has to find it."""
        job = inside.queue_comparison(directory, tells=False)

        def is_done() -> bool:
            job.refresh_from_db()
            return job.state == Job.State.DONE

        try:
            took = wait_until(is_done, 120, "a job without a message", every_s=0.25)
            say(f"a job whose message was lost was done after {took:.1f} s")
        except TimeoutError as error:
            self._findings.wrong.append(str(error))

    def _poison(self, provider: Provider, directory: Directory) -> None:
        """Damage a record; a comparison does all else and says what it cannot."""
        told = poison.try_poison(provider, directory, self._findings)
        self._poisoned = told.jobs
        say(told.line)

    def _judge(self, provider: Provider, directory: Directory, target: Target) -> None:
        findings, company = self._findings, provider.company
        truth.compare_records(findings, company, provider, directory)
        truth.compare_groups(findings, directory)
        truth.compare_access(findings, company, provider, inside.sites_and_apps())
        truth.compare_lines(findings)
        truth.compare_history(findings, company, provider, directory)
        truth.compare_jobs(findings, self._poisoned)
        truth.compare_refusals(findings, provider, directory)
        scim_reads.compare_reads(findings, target, company, provider)
        said = logs.compare_logs(findings, self._place)
        lines = (f"{n} x {event}" for event, n in said.most_common(12))
        say(f"the log: {', '.join(lines)}")

    def _report(self, chaos: Chaos) -> int:
        findings = self._findings
        say(
            "compared: " + ", ".join(f"{n:,} {w}" for w, n in findings.compared.items())
        )
        units = self._place.supervisor.units.values()
        say(
            "parts: "
            + ", ".join(
                f"{unit.name} started {unit.starts} times, {unit.peak_mib} MiB at most"
                for unit in units
            )
        )
        kinds = ", ".join(
            f"{Job.objects.filter(kind=kind).count()} {kind}"
            for kind in sorted({*Job.objects.values_list("kind", flat=True)})
        )
        say(f"jobs: {kinds}; groups: {Group.objects.count()}")
        for each in findings.wrong:
            say(f"WRONG  {each}")
        say(
            f"verdict: {'failed' if findings.wrong else 'nothing lost, nothing twice'}"
            f" (seed {self._chosen.seed}, {len(chaos.moments)} faults)"
        )
        return 1 if findings.wrong else 0

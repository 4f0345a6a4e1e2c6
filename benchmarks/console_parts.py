"""The organization whose console is measured, its addresses and its long work.

Imported when Django is set up.
"""

import time
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from benchmarks.samples import CONFIRMATIONS, DOMAIN, Samples
from directories.models import Account, Directory, Job, Organization
from directories.services import directories, organizations
from directories.services.audit import SYSTEM, Actor, person
from directories.tasks import run_job
from provisioning.models import App, DryRun
from provisioning.queries.name_conflicts.conflicts import ConflictFilter
from provisioning.services.forecast import dry_runs
from provisioning.services.name_conflicts import conflict_runs
from provisioning.services.sites_and_apps import apps
from provisioning.services.syncing import sync

SITES = ("main", "north", "south", "east", "west")
APPS = ("directories", "provisioning")


@dataclass
class Console:
    """A signed-in admin and the things whose pages are asked for."""

    client: Client
    organization: Organization
    directory: Directory
    admin: Account

    @classmethod
    def make(cls) -> "Console":
        """Make an organization with an admin, a directory and five sites."""
        now = datetime.now(UTC)
        organization = organizations.create_organization(name="Limits", now=now)
        organizations.add_domain(organization, name=DOMAIN, verified=True, now=now)
        admin = organizations.add_admin(
            organization,
            email="root@rollcall.example",
            name="Root",
            password=uuid.uuid4().hex,
            now=now,
        )
        for name in SITES:
            site = organizations.add_site(organization, name=name, now=now)
            apps.add_apps(site, App.Kind)
        directory = directories.add_directory(
            organization=organization,
            provider=Directory.Provider.OKTA,
            name="Benchmark",
            by=SYSTEM,
            now=now,
        )
        directories.set_up_provisioning(directory=directory, by=SYSTEM, now=now)
        client = Client(raise_request_exception=False)
        client.force_login(admin)
        return cls(client, organization, directory, admin)

    @property
    def place(self) -> dict[str, str]:
        """Return where rows are to be laid."""
        return {
            "organization": str(self.organization.pk),
            "directory": str(self.directory.pk),
            "domain": DOMAIN,
        }

    def settle(self) -> None:
        """Take the directory as it is now."""
        self.directory.refresh_from_db()

    def get(self, url: str) -> int:
        """Ask for a page, read it to its end, return the status."""
        return _read(self.client.get(url))

    def post(self, url: str, form: dict[str, str]) -> int:
        """Post a form that is not confirmed yet, return the status."""
        return _read(self.client.post(url, form))

    def asks(self) -> Iterator[tuple[str, Callable[[], int]]]:
        """Return every page by name, and what asks for it."""
        for name, url in self.pages():
            yield name, partial(self.get, url)
        for name, forms in CONFIRMATIONS.items():
            for form in forms:
                told = " ".join(f"{key}={value}" for key, value in form.items())
                yield f"{name} POST {told}", partial(self.post, reverse(name), form)

    def pages(self) -> Iterator[tuple[str, str]]:
        """Return every page of the console that answers to GET, by name."""
        samples = Samples(self.directory)
        for name, given in url_names(APPS):
            asked = set[str]()
            for sample, known in samples.arguments(name):
                if not given <= known.keys():
                    continue
                url = reverse(name, kwargs={key: known[key] for key in given})
                if url in asked or self.client.get(url).status_code in {404, 405}:
                    continue
                asked.add(url)
                label = f"{name} ({sample})" if sample else name
                yield label, url
                for query in samples.queries(name):
                    yield f"{label} {query}", url + query

    def long_work(self) -> dict[str, float]:
        """Do what takes long, in this process, and return how many seconds it took."""
        by, now = person(self.admin), datetime.now(UTC)
        return {
            "dry run of a whole sync": self._dry_run(by),
            "compare a whole directory": _timed(
                lambda: sync.queue_reconcile(self.directory, now)
            ),
            "sync all groups that wait": self._sync_all(by),
        }

    def _dry_run(self, by: Actor) -> float:
        return _timed(
            lambda: dry_runs.request_dry_run(
                directory=self.directory,
                kind=DryRun.Kind.SYNC,
                by=by,
                now=datetime.now(UTC),
            )
        )

    def _sync_all(self, by: Actor) -> float:
        return _timed(
            lambda: conflict_runs.sync_all(
                self.organization, ConflictFilter(), by=by, now=datetime.now(UTC)
            )
        )


def _read(answer: Any) -> int:
    if answer.streaming:
        b"".join(answer)
    return int(answer.status_code)


def _timed(queue: Any) -> float:
    """Queue a job, do it here, return how many seconds that took."""
    started = time.monotonic()
    queued = queue()
    jobs = [queued] if isinstance(queued, Job) else [queued.job]
    for job in jobs:
        run_job(job_id=str(job.pk))
        job.refresh_from_db()
        if job.state != Job.State.DONE:
            msg = f"{job.kind}: {job.state} {job.error}"
            raise RuntimeError(msg)
    return round(time.monotonic() - started, 1)


def url_names(apps: Collection[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """Return the names of all addresses of some apps and what they are given."""
    seen = set()
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.app_name in apps:
            for pattern in resolver.url_patterns:
                if isinstance(pattern, URLPattern) and pattern.name:
                    name = f"{resolver.app_name}:{pattern.name}"
                    if name not in seen:
                        seen.add(name)
                        yield name, frozenset(pattern.pattern.converters)

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

from directories.models import (
    Account,
    Directory,
    Job,
    Organization,
    RequestEntry,
    UserRecord,
)
from directories.services import directories, organizations
from directories.services.audit import SYSTEM, Actor, person
from directories.tasks import run_job
from provisioning.models import App, AppGrant, DryRun, Group
from provisioning.queries.conflicts import ConflictFilter
from provisioning.services import apps, conflict_runs, dry_runs, sync

DOMAIN = "limits.example"
SITES = ("main", "north", "south", "east", "west")
APPS = ("directories", "provisioning")
# What lists are asked for beside their first page: common words, rare ones, none.
QUERIES = {
    "provisioning:user-list": [
        "?q=ada",
        "?q=person123456",
        "?q=nobody-at-all",
        "?status=deactivated",
        "?sort=-name",
        "?directory=local",
        "?role=admin",
    ],
    "provisioning:managed-account-list": [
        "?q=person123456",
        "?q=nobody-at-all",
        "?status=deactivated",
        "?status=deletion",
        f"?domain={DOMAIN}",
        "?directory=local",
        "?sort=-name",
    ],
    "provisioning:group-list": ["?q=team", "?q=team 123456", "?q=zzzz", "?kind=local"],
    "provisioning:group-detail": ["?q=ada", "?tab=details", "?tab=history"],
    "provisioning:user-detail": ["?show=problems"],
    "provisioning:review-list": ["?tab=groups", "?tab=not-linked"],
    "provisioning:report-list": [
        f"?tab={tab}" for tab in ("no-longer-pushed", "not-seen", "no-access")
    ],
    "provisioning:app-access-add": ["?q=team", "?q=zzzz"],
    "provisioning:search": ["?q=ada", "?q=person299999", "?q=team", "?q=zzzz"],
    "directories:audit-log": [
        "?q=person123456",
        "?q=nobody",
        "?action=account_created",
        "?from=2026-01-01&to=2026-12-31",
    ],
    "directories:troubleshooting-log": [
        "?q=person123456",
        "?q=nobody",
        "?level=error",
        "?type=user&from=2026-01-01",
    ],
    "directories:request-log": ["?q=person123456", "?q=nobody", "?status=refused"],
}


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
        answer: Any = self.client.get(url)
        if answer.streaming:
            b"".join(answer)
        return int(answer.status_code)

    def asks(self) -> Iterator[tuple[str, Callable[[], int]]]:
        """Return every page by name, and what asks for it."""
        for name, url in self.pages():
            yield name, partial(self.get, url)

    def pages(self) -> Iterator[tuple[str, str]]:
        """Return every page of the console that answers to GET, by name."""
        for name, given in url_names(APPS):
            for kwargs in self._arguments(name, given):
                url = reverse(name, kwargs=kwargs)
                if self.client.get(url).status_code in {404, 405}:
                    continue
                yield name, url
                for query in QUERIES.get(name, []):
                    yield f"{name} {query}", url + query

    def _arguments(self, name: str, given: frozenset[str]) -> list[dict[str, Any]]:
        known = self._samples(name)
        if not given <= known.keys():
            return []
        return [{key: known[key] for key in given}]

    def _samples(self, name: str) -> dict[str, Any]:
        record = UserRecord.objects.filter(directory=self.directory)
        person = record.filter(account__isnull=False).order_by("-pk")[0]
        account = Account.objects.get(records=person)
        group = Group.objects.filter(name__endswith="team 1", kind="synced").get()
        is_group = "group" in name
        grant = AppGrant.objects.get(group=group, app__kind=App.Kind.JIRA)
        held = self.directory.grouprecords.filter(link_state="held").first()
        return {
            "directory_id": self.directory.pk,
            "public_id": group.public_id if is_group else account.public_id,
            "scim_id": held.scim_id if is_group and held else person.scim_id,
            "provider": "okta",
            "entry_id": RequestEntry.objects.order_by("-pk").values_list("pk")[0][0],
            "domain_id": self.organization.domains.get().pk,
            "key_id": self.directory.api_keys.get().pk,
            "site_id": grant.app.site_id,
            "kind": grant.app.kind,
            "grant_id": grant.pk,
        }

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

"""The help desk whose pages are measured: its site, customers and projects.

Imported when Django is set up.
"""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.test import Client
from django.urls import reverse

from benchmarks.console_parts import Console, url_names
from directories.models import Directory, RoleAssignment, Site, UserRecord
from directories.services import admins, api_keys
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from portals.demonstration.sources import customer_directory
from portals.models import (
    Customer,
    CustomerDirectory,
    CustomerOrganization,
    ServiceProject,
)
from portals.queries.access import Visitor, may_open, portals_of
from provisioning.models import App

Ask = tuple[str, Callable[[], int]]
# A place behind every row: what is before it is the last page.
END = base64.urlsafe_b64encode(json.dumps(["\uffff", 2**62]).encode()).decode()
LAST = f"?before={END.rstrip('=')}"
# Common words, rare ones, none; filters and orders.
SEARCHES = ["?q=ada", "?q=client123456", "?q=firm 123456", "?q=nobody-at-all", LAST]
CUSTOMERS = ["?status=revoked", "?source=synced", "?source=invited", "?sort=-name"]
ORGANIZATIONS = ["?q=firm", "?source=synced", "?source=manual", "?sort=-name"]
QUERIES = {
    "customer-list": [
        *CUSTOMERS,
        *("?sort=-active", "?sort=active", "?sort=-added", "?sort=-email"),
        *("?mark=never_active", "?mark=no_password", "?mark=employees"),
        *("?organization=firm 1", "?status=revoked&source=synced", "?q=firm"),
        *("?q=firm 12345", "?q=an", "?mark=never_active&status=revoked"),
    ],
    "organization-list": [*ORGANIZATIONS, "?sort=-customers", "?sort=customers"],
    "project-customers": CUSTOMERS,
    "project-organizations": ORGANIZATIONS,
}
FOUND = ["?name=firm", "?name=firm 123456", "?name=nobody-at-all"]
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass
class Desk:
    """A site with a customer directory, and who asks for its pages."""

    console: Console
    site: Site
    directory: Directory
    key: str
    provider: Client

    @classmethod
    def make(cls, console: Console) -> "Desk":
        """Give the organization's site a customer directory and a Jira admin."""
        now = datetime.now(UTC)
        site = console.organization.sites.get(name="main")
        change = Change(organization=console.organization, by=SYSTEM, at=now)
        for app in (App.Kind.JIRA, App.Kind.SERVICE_MANAGEMENT):
            admins.grant_role(
                console.admin,
                RoleAssignment.Role.APP_ADMIN,
                change=change,
                site=site,
                app=app.value,
            )
        directory = customer_directory(
            site,
            Directory.Provider.OTHER,
            name="Benchmark of customers",
            policy=CustomerDirectory.GroupPolicy.SYNC,
            now=now,
        )
        Directory.objects.filter(pk=directory.pk).update(
            state=Directory.State.ACTIVE, reads_per_minute=0, writes_per_minute=0
        )
        _, key = api_keys.create_api_key(directory=directory, by=SYSTEM, now=now)
        return cls(console, site, directory, key, Client(raise_request_exception=False))

    @property
    def place(self) -> dict[str, str]:
        """Return where rows are to be laid."""
        return {
            "organization": str(self.console.organization.pk),
            "site": str(self.site.pk),
            "directory": str(self.directory.pk),
        }

    def asks(self) -> Iterator[Ask]:
        """Return every page, decision and change by name, and what asks for it."""
        yield from self._pages()
        yield from self._decisions()
        yield from self._changes()

    @property
    def largest(self) -> CustomerOrganization:
        """Return the organization with most customers."""
        return self.site.customer_organizations.order_by("-member_count")[0]

    def _pages(self) -> Iterator[Ask]:
        samples = self._samples()
        for full, given in url_names(("portals",)):
            name = full.removeprefix("portals:")
            for kwargs in _arguments(name, given, samples):
                url = reverse(full, kwargs=kwargs)
                if self.console.client.get(url).status_code in {302, 403, 404, 405}:
                    continue
                about = " ".join(str(each) for each in kwargs.values() if each)
                short = about.replace(str(self.site.pk), "").strip()
                for query in ("", *_queries(name)):
                    title = f"portals:{name} {short} {query}"
                    yield title, partial(self.console.get, url + query)

    def _samples(self) -> dict[str, list[Any]]:
        projects = ServiceProject.objects.filter(site=self.site).order_by("pk")
        first, second = projects[:2]
        customer = Customer.objects.filter(site=self.site).order_by("-pk")[0]
        member = self._member()
        plain = self.site.customer_organizations.filter(source="manual")[0]
        return {
            "site_id": [self.site.pk],
            "key": [first.key, second.key],
            "project_id": [first.pk],
            "customer": [customer.public_id, member.public_id],
            "organization": [self.largest.public_id, plain.public_id],
            "directory_id": [self.directory.pk],
            "provider": ["okta"],
        }

    def _member(self) -> Customer:
        return self.largest.members.order_by("-pk")[0]

    def _decisions(self) -> Iterator[Ask]:
        projects = list(ServiceProject.objects.filter(site=self.site).order_by("pk"))
        outside = Customer.objects.filter(site=self.site).order_by("-pk")[0]
        for who, customer in (("member", self._member()), ("other", outside)):
            visitor = Visitor(customer=customer)
            for number in (0, 1, 5):
                name = f"portal decision: {who}, {projects[number].name}"
                yield name, partial(_decide, visitor, projects[number])
            yield f"portals of {who}", partial(_list, visitor, self.site)

    def _changes(self) -> Iterator[Ask]:
        """Let one more person in or out each time."""
        group = self.largest.record
        if group is None:
            return
        path = f"/scim/directory/{self.directory.pk}/Groups/{group.scim_id}"
        records = UserRecord.objects.filter(directory=self.directory).order_by("-pk")
        inside = self.largest.organization_members.values("customer__record")
        others = records.exclude(scim_id__in=inside)
        for name, people, operation in (
            ("add", others, _adding),
            ("remove", records.filter(scim_id__in=inside), _removing),
        ):
            ids = iter(
                [str(each) for each in people.values_list("scim_id", flat=True)[:9]]
            )
            title = f"{name} a member of the largest organization by SCIM"
            yield title, partial(self._patch, path, ids, operation)

    def _patch(
        self, path: str, ids: Iterator[str], operation: Callable[[str], dict[str, Any]]
    ) -> int:
        body = {"schemas": [PATCH], "Operations": [operation(next(ids))]}
        answer = self.provider.patch(
            path,
            data=json.dumps(body),
            content_type="application/scim+json",
            headers={"Authorization": f"Bearer {self.key}"},
        )
        return int(answer.status_code)


def _adding(person: str) -> dict[str, Any]:
    return {"op": "add", "path": "members", "value": [{"value": person}]}


def _removing(person: str) -> dict[str, Any]:
    return {"op": "remove", "path": f'members[value eq "{person}"]'}


def _arguments(
    name: str, given: frozenset[str], samples: dict[str, list[Any]]
) -> Iterator[dict[str, Any]]:
    """Yield what an address is about, once for each sample."""
    kind = "customer" if name.startswith("customer") else "organization"
    known = samples | {"public_id": samples[kind]}
    if not given <= known.keys():
        return
    most = max((len(known[each]) for each in given), default=1)
    for number in range(most):
        yield {each: known[each][min(number, len(known[each]) - 1)] for each in given}


def _queries(name: str) -> list[str]:
    more = QUERIES.get(name, [])
    lists = name.endswith(("-list", "-customers", "-organizations", "-detail"))
    drop_downs = FOUND if name.endswith("-find") else []
    return [*more, *drop_downs, *(SEARCHES if lists else [])]


def _decide(visitor: Visitor, project: ServiceProject) -> int:
    may_open(visitor, project)
    return 200


def _list(visitor: Visitor, site: Site) -> int:
    list(portals_of(visitor, site))
    return 200

"""A SCIM client of one directory, and what its answers must look like."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.test import Client, TestCase

from directories.models import Directory, Organization, TroubleshootingEntry
from directories.services import api_keys, directories, organizations
from directories.services.audit import SYSTEM

SCIM_JSON = "application/scim+json"
ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"
PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True)
class Answer:
    """What came back, read to its end."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes

    def __getitem__(self, header: str) -> str:
        """Return a header."""
        return self.headers[header]

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.content)


class ScimClient:
    """Speaks to one directory as its identity provider would."""

    def __init__(self, directory: Directory, key: str) -> None:
        self.directory = directory
        self.key = key
        self.base = f"/scim/directory/{directory.pk}"
        self.http = Client()

    def send(
        self, method: str, path: str, content: bytes = b"", **headers: str | None
    ) -> Answer:
        """Send bytes as they are; a header that is None is left out."""
        given = {"Authorization": f"Bearer {self.key}"} | headers
        names = {k.replace("_", "-").title(): v for k, v in given.items()}
        sent = {name: value for name, value in names.items() if value is not None}
        with TestCase.captureOnCommitCallbacks(execute=True):
            answer: Any = self.http.generic(
                method,
                f"{self.base}{path}",
                content,
                content_type="",
                headers={"Content-Length": str(len(content)), **sent},
            )
            # What is written while it is sent reads the database until its end.
            content = b"".join(answer) if answer.streaming else answer.content
        return Answer(answer.status_code, answer.headers, content)

    def request(
        self, method: str, path: str, body: object = None, **headers: str | None
    ) -> Answer:
        """Send a JSON body, or bytes as they are, in the SCIM media type."""
        if body is None:
            return self.send(method, path, b"", **headers)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers.setdefault("content_type", SCIM_JSON)
        return self.send(method, path, content, **headers)

    def get(self, path: str, **headers: str | None) -> Answer:
        """Read what a path shows."""
        return self.request("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str | None) -> Answer:
        """Create a resource."""
        return self.request("POST", path, body, **headers)

    def put(self, path: str, body: object = None, **headers: str | None) -> Answer:
        """Replace a resource."""
        return self.request("PUT", path, body, **headers)

    def patch(self, path: str, body: object = None, **headers: str | None) -> Answer:
        """Change a resource; a list of operations is put into its message."""
        if isinstance(body, list):
            body = {"schemas": [PATCH_SCHEMA], "Operations": body}
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str | None) -> Answer:
        """Delete a resource."""
        return self.request("DELETE", path, **headers)

    def user(self, user_name: str = "ada@example.com", /, **attributes: object) -> Any:
        """Create a user and return the resource."""
        answer = self.post("/Users", {"userName": user_name, **attributes})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def group(self, name: str = "Crew", *members: str, **attributes: object) -> Any:
        """Create a group of these ids and return the resource."""
        body = {"displayName": name, "members": values(*members), **attributes}
        answer = self.post("/Groups", body)
        assert answer.status_code == 201, answer.content
        return answer.json()

    def members(self, group: str) -> set[str]:
        """Return the ids of a group's members."""
        members = self.get(f"/Groups/{group}").json()["members"]
        return {member["value"] for member in members}

    def log(self) -> "QuerySet[TroubleshootingEntry]":
        """Return the entries of the troubleshooting log but the greeting."""
        entries = TroubleshootingEntry.objects.filter(directory=self.directory)
        return entries.exclude(kind="first_request").order_by("pk")


def values(*ids: str) -> list[dict[str, str]]:
    """Return ids as a SCIM list of members."""
    return [{"value": each} for each in ids]


def add_client(organization: Organization, name: str) -> ScimClient:
    """Add a directory to an organization, set it up, return its client."""
    now = datetime.now(UTC)
    directory = directories.add_directory(
        organization=organization, provider="okta", name=name, by=SYSTEM, now=now
    )
    _key, text = directories.set_up_provisioning(
        directory=directory, by=SYSTEM, now=now
    )
    return ScimClient(directory, text)


def customer_client(directory: Directory) -> ScimClient:
    """Return the client of a customer directory that is there."""
    _key, text = api_keys.create_api_key(
        directory=directory, by=SYSTEM, now=datetime.now(UTC)
    )
    return ScimClient(directory, text)


def add_organization(name: str, *domains: str) -> Organization:
    """Make an organization that has verified these domains."""
    now = datetime.now(UTC)
    organization = organizations.create_organization(name=name, now=now)
    for domain in domains:
        organizations.add_domain(organization, name=domain, verified=True, now=now)
    return organization


def refusal(answer: Answer, status: int, scim_type: str = "") -> str:
    """Check that an answer is the SCIM error with that status; return its detail."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == SCIM_JSON
    body = answer.json()
    expected = {"schemas": [ERROR_SCHEMA], "status": str(status)}
    if scim_type:
        expected["scimType"] = scim_type
    detail = body.pop("detail")
    assert body == expected
    assert len(detail) > 10
    return str(detail)

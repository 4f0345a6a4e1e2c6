"""An organization with a key, an identity provider, and a client of its calls."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, TestCase
from django.utils import timezone

from directories.models import Organization
from directories.services import organization_api_keys
from directories.services.audit import SYSTEM
from tests.provisioning.conftest import Provider, idp, organization, provider_of

__all__ = ["Calls", "Provider", "idp", "organization", "provider_of"]


class Calls:
    """Calls about one organization, with one of its keys."""

    def __init__(self, organization: Organization, **life: float) -> None:
        self.organization = organization
        now = timezone.now()
        self.key, self.text = organization_api_keys.create_key(
            organization,
            name="Nightly report",
            expires_at=now + timedelta(days=30),
            by=SYSTEM,
            now=now,
        )
        self.client = Client()

    def send(
        self, method: str, path: str, body: Any = None, *, text: str | None = None
    ) -> Any:
        """Send a call below the organization; `text` in place of its key."""
        header = f"Bearer {self.text if text is None else text}"
        with TestCase.captureOnCommitCallbacks(execute=True):
            return self.client.generic(
                method,
                f"/admin/user-provisioning/v1/org/{self.organization.pk}/{path}",
                "" if body is None else json.dumps(body),
                content_type="application/json",
                headers={"authorization": header} if header != "Bearer " else {},
            )

    def links_of(self, email: str) -> list[dict[str, Any]]:
        """Return the links of an address."""
        answer = self.send("POST", "get-scim-links-for-email", {"email": email})
        assert answer.status_code == 200, answer.content
        links: list[dict[str, Any]] = answer.json()["scimLinks"]
        return links

    def of_user(self, link: dict[str, Any], what: str, body: Any = None) -> Any:
        """Send a call about the user of a link."""
        place = f"scimDirectoryId/{link['directoryId']}/scimUserId/{link['scimUserId']}"
        return self.send("PATCH", f"{place}/{what}", body)


@pytest.fixture
def calls(organization: Organization) -> Calls:
    return Calls(organization)


def error_of(answer: Any, status: int) -> str:
    """Check that an answer is an error in the shape of these calls."""
    assert answer.status_code == status, answer.content
    body = answer.json()
    assert set(body) == {"error", "traceId"}
    assert len(body["traceId"]) == 32
    error: str = body["error"]
    assert error
    return error

"""What programs are told of the demonstration: the contract of demo.json."""

from typing import Any

from django.conf import settings

from directories.queries.providers import scim_base_url
from provisioning.demonstration.organization import Demonstration


def document(
    parts: Demonstration, *, password: str, api_key: str, organization_key: str
) -> dict[str, Any]:
    """Return the object of demo.json.

    Every key is always there; what does not exist (yet) is an empty string.
    """
    return {
        "base_url": settings.BASE_URL,
        "organization": {
            "id": str(parts.organization.pk),
            "name": parts.organization.name,
            "api_key": organization_key,
        },
        "admin": {"email": parts.admin.email, "password": password},
        "jira_admin": {"email": "", "password": ""},
        "site": {
            "id": str(parts.site.pk),
            "name": parts.site.name,
            "api_email": "",
            "api_token": "",
        },
        "directories": {
            "organization": {
                "id": str(parts.empty.pk),
                "scim_base_url": scim_base_url(parts.empty),
                "scim_api_key": api_key,
            },
            "customers": {"id": "", "scim_base_url": "", "scim_api_key": ""},
        },
    }

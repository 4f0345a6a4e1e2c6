"""What programs are told of the demonstration: the contract of demo.json."""

from typing import Any

from django.conf import settings

from directories.models import Directory
from directories.queries.providers import scim_base_url
from portals.demonstration.desks import Desks
from portals.demonstration.kept import Secrets
from provisioning.demonstration.organization import Demonstration


def document(parts: Demonstration, desks: Desks, opens: Secrets) -> dict[str, Any]:
    """Return the object of demo.json.

    Every key is always there; what does not exist (yet) is an empty string.
    """
    return {
        "base_url": settings.BASE_URL,
        "organization": {
            "id": str(parts.organization.pk),
            "name": parts.organization.name,
            "api_key": opens.organization_key,
        },
        "admin": {"email": parts.admin.email, "password": opens.admin_password},
        "jira_admin": {
            "email": desks.jira_admin.email,
            "password": opens.jira_admin_password,
        },
        "site": {
            "id": str(parts.site.pk),
            "name": parts.site.name,
            "api_email": "",
            "api_token": "",
        },
        "directories": {
            "organization": _directory(parts.empty, opens.api_key),
            "customers": _directory(desks.empty, opens.customers_key),
        },
    }


def _directory(directory: Directory, key: str) -> dict[str, str]:
    return {
        "id": str(directory.pk),
        "scim_base_url": scim_base_url(directory),
        "scim_api_key": key,
    }

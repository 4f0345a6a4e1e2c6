"""Bulk requests: operations to send, and what is told of them."""

from typing import Any

from django.db.models import QuerySet

from directories.models import TroubleshootingEntry
from directories.scim.protocol.bulk import BULK_REQUEST_SCHEMA, BULK_RESPONSE_SCHEMA
from tests.scim.client import PATCH_SCHEMA, ScimClient, values

Written = dict[str, Any]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def send(scim: ScimClient, *operations: object, **message: object) -> list[Written]:
    """Send operations, check the answer as a whole, return the results."""
    body = {"schemas": [BULK_REQUEST_SCHEMA], "Operations": list(operations)}
    answer = scim.post("/Bulk", body | message)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/scim+json"
    document = answer.json()
    assert document.keys() == {"schemas", "Operations"}
    assert document["schemas"] == [BULK_RESPONSE_SCHEMA]
    results: list[Written] = document["Operations"]
    return results


def statuses(results: list[Written]) -> list[str]:
    """Return the status of each result."""
    return [result["status"] for result in results]


def operation(method: str, path: str, data: object = None, **more: object) -> Written:
    """Write an operation."""
    found: Written = {"method": method, "path": path, **more}
    return found if data is None else {**found, "data": data}


def user(bulk_id: str, name: str, **attributes: object) -> Written:
    """Write an operation that creates a user."""
    return operation("POST", "/Users", {"userName": name, **attributes}, bulkId=bulk_id)


def group(bulk_id: str, name: str, *members: str) -> Written:
    """Write an operation that creates a group."""
    data = {"displayName": name, "members": values(*members)}
    return operation("POST", "/Groups", data, bulkId=bulk_id)


def patch(path: str, *operations: object, **more: object) -> Written:
    """Write an operation that changes a resource."""
    data = {"schemas": [PATCH_SCHEMA], "Operations": list(operations)}
    return operation("PATCH", path, data, **more)


def managed_by(manager: str) -> Written:
    """Return the attributes of a user with this manager."""
    return {ENTERPRISE: {"manager": {"value": manager}}}


def refusals(scim: ScimClient) -> QuerySet[TroubleshootingEntry]:
    """Return what the log says of refusals; not of people without an address."""
    return scim.log().filter(level="error")


def path_of(scim: ScimClient, result: Written) -> str:
    """Return the path of the resource that a result is about."""
    before, base, path = result["location"].partition(scim.base)
    assert (before, base) == ("http://testserver", scim.base)
    return str(path)


def id_of(result: Written) -> str:
    """Return the id of the resource that a result is about."""
    return str(result["location"].rpartition("/")[2])


def user_names(scim: ScimClient) -> set[str]:
    """Return the names of all users."""
    resources = scim.get("/Users?attributes=userName").json()["Resources"]
    return {each["userName"] for each in resources}

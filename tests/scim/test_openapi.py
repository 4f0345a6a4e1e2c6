"""The description of the surface says what there is, in valid OpenAPI."""

from io import StringIO

import pytest
from django.core.management import call_command
from drf_spectacular.validation import validate_schema

from directories.scim import urls
from directories.scim.openapi.generator import ScimGenerator
from directories.scim.protocol.schemas import GROUP, USER, each

FRAMEWORK_METHODS = {"head", "options", "trace"}


@pytest.fixture(scope="module")
def document():
    return ScimGenerator().get_schema(public=True)


def routes() -> list[tuple[str, set[str]]]:
    """List an example path of each endpoint, and its methods."""
    found = []
    for pattern in urls.urlpatterns:
        if pattern.name != "nothing":
            view = pattern.callback.cls  # type: ignore[attr-defined]  # as_view sets it
            methods = {name for name in view.http_method_names if hasattr(view, name)}
            found.append((pattern.pattern.regex.pattern, methods - FRAMEWORK_METHODS))
    return found


def test_description_is_valid(document):
    validate_schema(document)


def test_every_reference_leads_somewhere(document):
    waiting, seen = [document["paths"], document["components"]], set()
    while waiting:
        node = waiting.pop()
        inner = list(node.values()) if isinstance(node, dict) else node
        waiting += [each for each in inner if isinstance(each, dict | list)]
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            seen.add(node["$ref"])

    names = {
        f"#/components/schemas/{name}" for name in document["components"]["schemas"]
    }
    assert seen
    assert seen <= names


def test_every_route_and_method_is_described(document):
    described = {
        (path.replace("{id}", "x").replace("{name}", "x"), frozenset(operations))
        for path, operations in document["paths"].items()
    }
    there = set()
    for regex, methods in routes():
        path = regex.removeprefix("^(?P<directory_id>[^/]+)").removesuffix(r"/?\Z")
        path = path.removeprefix("/?")
        for name in ("scim_id", "name"):
            path = path.replace(f"(?P<{name}>[^/]+)", "x")
        there.add((path.replace("\\.", ".") or "/", frozenset(methods)))

    assert described == there


@pytest.mark.parametrize("kind", [USER, GROUP], ids=lambda kind: kind.name)
def test_bodies_hold_what_clients_may_set(document, kind):
    body = document["components"]["schemas"][f"{kind.name}Body"]

    changeable = {a.name for a in each(kind.attributes) if a.mutability != "readOnly"}
    extensions = {extension.urn for extension in kind.extensions}
    assert changeable < body["properties"].keys()
    assert body["properties"].keys() - changeable - extensions == {"schemas"}


def test_password_is_in_bodies_only(document):
    schemas = document["components"]["schemas"]

    assert "password" in schemas["UserBody"]["properties"]
    assert "password" not in schemas["User"]["properties"]


def test_description_is_served_to_anybody(client, settings):
    settings.BASE_URL = "https://rollcall.example"

    answer = client.get("/scim/openapi.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "public, max-age=3600"
    (server,) = answer.json()["servers"]
    assert server["url"] == "https://rollcall.example/scim/directory/{directoryId}"


def test_description_is_only_read(client):
    assert client.post("/scim/openapi.json").status_code == 405


def test_description_is_printed_by_a_command():
    printed = StringIO()

    call_command("spectacular", "--validate", "--fail-on-warn", stdout=printed)

    assert "operationId: createUser" in printed.getvalue()

"""The discovery documents over HTTP."""

import pytest

from tests.scim.client import refusal

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATHS = ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"]
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def test_service_provider_config_tells_the_limits(scim, settings):
    config = scim.get("/ServiceProviderConfig").json()

    assert config["filter"]["maxResults"] == settings.SCIM_MAX_PAGE_SIZE
    assert config["bulk"] == {
        "supported": True,
        "maxOperations": settings.SCIM_BULK_MAX_OPERATIONS,
        "maxPayloadSize": settings.SCIM_MAX_BODY_BYTES,
    }
    assert config["pagination"]["defaultPageSize"] == settings.SCIM_PAGE_SIZE
    assert [s["type"] for s in config["authenticationSchemes"]] == ["oauthbearertoken"]


def test_resource_types_and_schemas_are_lists(scim):
    types, schemas = scim.get("/ResourceTypes").json(), scim.get("/Schemas").json()

    assert types["schemas"] == schemas["schemas"] == [LIST]
    assert [each["id"] for each in types["Resources"]] == ["User", "Group"]
    assert types["totalResults"] == types["itemsPerPage"] == 2
    assert schemas["totalResults"] == len(schemas["Resources"]) == 5


@pytest.mark.parametrize("path", ["/ResourceTypes", "/Schemas"])
def test_each_is_found_at_its_location(scim, path):
    for each in scim.get(path).json()["Resources"]:
        answer = scim.get(f"{path}/{each['id']}")

        assert answer.json() == each
        assert each["meta"]["location"].endswith(f"{scim.base}{path}/{each['id']}")


@pytest.mark.parametrize("path", ["/ResourceTypes/Robot", "/Schemas/urn:example:no"])
def test_an_unknown_one_is_not_found(scim, path):
    refusal(scim.get(path), 404)


@pytest.mark.parametrize(
    "query", ['filter=name eq "x"', "sortBy=name", "count=0", "startIndex=x", "%%%"]
)
def test_query_parameters_are_ignored(scim, query):
    for path in PATHS:
        assert scim.get(f"{path}?{query}").json() == scim.get(path).json()


def test_schemas_tell_nothing_of_a_password(scim):
    names = {each["name"] for each in scim.get(f"/Schemas/{USER}").json()["attributes"]}

    assert "userName" in names
    assert "password" not in names


def test_discovery_needs_the_key(scim):
    for path in PATHS:
        refusal(scim.get(path, authorization=None), 401)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_discovery_documents_cannot_be_written(scim, method):
    for path in [*PATHS, "/ResourceTypes/User", f"/Schemas/{USER}"]:
        answer = scim.request(method, path, {})
        refusal(answer, 405)
        assert "GET" in answer["Allow"]
        assert method not in answer["Allow"]

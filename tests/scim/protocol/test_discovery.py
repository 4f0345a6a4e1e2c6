"""The discovery documents say what works, and nothing else."""

import pytest

from directories.scim.protocol import discovery
from directories.scim.protocol.errors import NotFoundError
from directories.scim.protocol.schemas import (
    ACCOUNT_SCHEMA,
    CUSTOM_SCHEMA,
    ENTERPRISE_SCHEMA,
    GROUP_SCHEMA,
    USER_SCHEMA,
)

BASE = "https://example.com/scim"


def attributes(urn: str) -> dict[str, dict[str, object]]:
    found = discovery.schema(BASE, urn)["attributes"]
    return {each["name"]: each for each in found}


def test_the_configuration_names_every_feature():
    config = discovery.service_provider_config(
        f"{BASE}/x", max_results=200, page_size=50
    )

    assert config["patch"] == {"supported": True}
    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["bulk"] == {
        "supported": False,
        "maxOperations": 0,
        "maxPayloadSize": 0,
    }
    assert config["changePassword"] == {"supported": False}
    for feature in ("patch", "etag", "sort"):
        assert config[feature] == {"supported": True}
    assert config["authenticationSchemes"][0]["type"] == "oauthbearertoken"
    assert config["meta"]["location"] == f"{BASE}/x"


def test_there_are_two_resource_types():
    user, group = discovery.resource_types(BASE)

    assert (user["endpoint"], group["endpoint"]) == ("/Users", "/Groups")
    assert user["schema"] == USER_SCHEMA
    assert [each["schema"] for each in user["schemaExtensions"]] == [
        ENTERPRISE_SCHEMA,
        CUSTOM_SCHEMA,
    ]
    assert group["meta"]["location"] == f"{BASE}/ResourceTypes/Group"
    assert discovery.resource_type(BASE, "user") == user


def test_all_schemas_are_listed_with_their_place():
    urns = [each["id"] for each in discovery.schemas(BASE)]

    assert urns == [
        USER_SCHEMA,
        ENTERPRISE_SCHEMA,
        ACCOUNT_SCHEMA,
        CUSTOM_SCHEMA,
        GROUP_SCHEMA,
    ]
    for each in discovery.schemas(BASE):
        assert each["meta"]["location"] == f"{BASE}/Schemas/{each['id']}"


def test_user_attributes_are_told_truthfully():
    user = attributes(USER_SCHEMA)

    assert user["userName"]["uniqueness"] == "server"
    assert user["userName"]["required"] is True
    assert user["userName"]["caseExact"] is False
    assert user["emails"]["multiValued"] is True
    assert user["groups"]["mutability"] == "readOnly"
    assert {"department", "organization", "timezone"} <= user.keys()
    assert "password" not in user
    account = attributes(ACCOUNT_SCHEMA)["atlassianAccountId"]
    assert account["mutability"] == "readOnly"


def test_group_attributes_are_told_truthfully():
    group = attributes(GROUP_SCHEMA)

    assert group["displayName"]["mutability"] == "readWrite"
    assert group["displayName"]["uniqueness"] == "server"
    assert group["displayName"]["caseExact"] is False
    subs = group["members"]["subAttributes"]
    assert isinstance(subs, list)
    assert [s["name"] for s in subs] == ["value", "$ref", "type", "display"]


@pytest.mark.parametrize("urn", ["urn:example:no:such:Schema", "User", ""])
def test_an_unknown_schema_is_not_found(urn):
    with pytest.raises(NotFoundError):
        discovery.schema(BASE, urn)


def test_an_unknown_resource_type_is_not_found():
    with pytest.raises(NotFoundError):
        discovery.resource_type(BASE, "Shoe")

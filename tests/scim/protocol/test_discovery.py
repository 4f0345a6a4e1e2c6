"""The discovery documents say what works, and nothing else."""

from typing import Any

import pytest

from directories.scim.protocol import discovery
from directories.scim.protocol.errors import NotFoundError
from directories.scim.protocol.offers import EVERYTHING, ORIGINAL, Offer
from directories.scim.protocol.schemas import (
    ACCOUNT_SCHEMA,
    CUSTOM_SCHEMA,
    ENTERPRISE_SCHEMA,
    GROUP_SCHEMA,
    USER_SCHEMA,
)

BASE = "https://example.com/scim"
LIMITS = discovery.Limits(
    page_size=50, max_results=200, max_operations=10, max_payload=4096
)


def configuration(offer: Offer) -> dict[str, Any]:
    return discovery.service_provider_config(f"{BASE}/x", offer, LIMITS)


def attributes(urn: str, offer: Offer = EVERYTHING) -> dict[str, dict[str, Any]]:
    found = discovery.schema(BASE, offer, urn)["attributes"]
    return {each["name"]: each for each in found}


def test_the_configuration_names_every_feature():
    config = configuration(EVERYTHING)

    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["bulk"] == {
        "supported": True,
        "maxOperations": 10,
        "maxPayloadSize": 4096,
    }
    assert config["changePassword"] == {"supported": False}
    for feature in ("patch", "etag", "sort"):
        assert config[feature] == {"supported": True}
    assert config["pagination"] == {
        "cursor": True,
        "index": True,
        "defaultPaginationMethod": "index",
        "defaultPageSize": 50,
        "maxPageSize": 200,
    }
    (scheme,) = config["authenticationSchemes"]
    assert scheme["type"] == "oauthbearertoken"
    assert config["meta"]["location"] == f"{BASE}/x"


def test_strict_tells_what_the_original_tells():
    config = configuration(ORIGINAL)

    assert config["patch"] == {"supported": True}
    assert config["filter"] == {"supported": True, "maxResults": 200}
    assert config["bulk"] == {
        "supported": False,
        "maxOperations": 0,
        "maxPayloadSize": 0,
    }
    for feature in ("changePassword", "etag", "sort"):
        assert config[feature] == {"supported": False}
    assert "pagination" not in config
    (scheme,) = config["authenticationSchemes"]
    assert scheme["type"] == "oauthbearertoken"
    assert scheme["name"] == "OAuth Bearer Token"


def test_there_are_two_resource_types():
    user, group = discovery.resource_types(BASE, EVERYTHING)

    assert (user["endpoint"], group["endpoint"]) == ("/Users", "/Groups")
    assert user["schema"] == USER_SCHEMA
    assert [each["schema"] for each in user["schemaExtensions"]] == [
        ENTERPRISE_SCHEMA,
        CUSTOM_SCHEMA,
    ]
    assert group["meta"]["location"] == f"{BASE}/ResourceTypes/Group"
    assert discovery.resource_type(BASE, EVERYTHING, "user") == user


def test_strict_names_one_extension():
    user, group = discovery.resource_types(BASE, ORIGINAL)

    assert [each["schema"] for each in user["schemaExtensions"]] == [ENTERPRISE_SCHEMA]
    assert group["schemaExtensions"] == []


def test_no_resource_type_leads_to_a_urn_that_clients_cannot_read():
    for kind in discovery.resource_types(BASE, EVERYTHING):
        for extension in kind["schemaExtensions"]:
            assert not extension["schema"].rpartition(":")[2][0].isdigit()


@pytest.mark.parametrize(
    ("offer", "urns"),
    [
        (
            EVERYTHING,
            [USER_SCHEMA, ENTERPRISE_SCHEMA, CUSTOM_SCHEMA, ACCOUNT_SCHEMA,
             GROUP_SCHEMA],
        ),
        (ORIGINAL, [USER_SCHEMA, ENTERPRISE_SCHEMA, GROUP_SCHEMA]),
    ],
)  # fmt: skip
def test_all_schemas_are_listed_with_their_place(offer, urns):
    found = discovery.schemas(BASE, offer)

    assert [each["id"] for each in found] == urns
    for each in found:
        assert each["meta"]["location"] == f"{BASE}/Schemas/{each['id']}"
        assert each["attributes"]


def test_user_attributes_are_told_truthfully():
    user = attributes(USER_SCHEMA)

    assert user["userName"]["uniqueness"] == "server"
    assert user["userName"]["required"] is True
    assert user["userName"]["caseExact"] is False
    assert user["emails"]["multiValued"] is True
    assert user["emails"]["required"] is False
    assert user["groups"]["mutability"] == "readOnly"
    assert {"department", "organization", "timezone"} <= user.keys()
    assert "password" not in user
    account = attributes(ACCOUNT_SCHEMA)["atlassianAccountId"]
    assert account["mutability"] == "readOnly"


def test_strict_declares_the_attributes_of_the_original():
    user = attributes(USER_SCHEMA, ORIGINAL)

    assert user.keys() == {
        "userName", "name", "displayName", "nickName", "title", "preferredLanguage",
        "timezone", "active", "emails", "phoneNumbers", "groups",
    }  # fmt: skip
    assert [name for name, each in user.items() if each["required"]] == [
        "userName",
        "emails",
    ]
    assert attributes(ENTERPRISE_SCHEMA, ORIGINAL).keys() == {
        "organization",
        "department",
    }


@pytest.mark.parametrize(
    ("offer", "mutability", "kinds"),
    [(EVERYTHING, "readWrite", ["User", "Group"]), (ORIGINAL, "immutable", ["User"])],
)
def test_group_attributes_are_told_truthfully(offer, mutability, kinds):
    group = attributes(GROUP_SCHEMA, offer)

    assert group["displayName"]["mutability"] == mutability
    assert group["displayName"]["uniqueness"] == "server"
    assert group["displayName"]["caseExact"] is False
    subs = {each["name"]: each for each in group["members"]["subAttributes"]}
    assert subs.keys() == {"value", "$ref", "type", "display"}
    assert subs["type"]["canonicalValues"] == subs["$ref"]["referenceTypes"] == kinds
    assert subs["value"]["mutability"] == subs["$ref"]["mutability"] == "immutable"
    assert subs["display"]["mutability"] == "readOnly"


@pytest.mark.parametrize("urn", ["urn:example:no:such:Schema", "User", ""])
def test_an_unknown_schema_is_not_found(urn):
    with pytest.raises(NotFoundError):
        discovery.schema(BASE, EVERYTHING, urn)


@pytest.mark.parametrize("urn", [ACCOUNT_SCHEMA, CUSTOM_SCHEMA])
def test_strict_has_no_schemas_of_the_vendor(urn):
    with pytest.raises(NotFoundError):
        discovery.schema(BASE, ORIGINAL, urn)


def test_an_unknown_resource_type_is_not_found():
    with pytest.raises(NotFoundError):
        discovery.resource_type(BASE, EVERYTHING, "Shoe")

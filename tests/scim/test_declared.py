"""Every attribute that the discovery documents declare is as they declare it."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.scim.client import refusal, values
from tests.scim.declared import (
    created,
    kind_of,
    people,
    person,
    put_in,
    sample,
    value_in,
)

CUSTOM = "urn:scim:schemas:extension:atlassian-custom:1.0:Attributes"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
# The original uses these for profiles, and yet does not declare them.
TAKEN = {"photos", "department", "organization"}


@pytest.fixture(params=["compatible", "strict"])
def scim(scim, request):
    """Return the client of a directory in each of the modes."""
    scim.directory.mode = request.param
    scim.directory.save()
    return scim


@pytest.mark.parametrize("name", ["User", "Group"])
def test_every_resource_type_has_its_endpoint_and_its_schemas(scim, name):
    kind = scim.get(f"/ResourceTypes/{name}").json()
    listed = {each["id"] for each in scim.get("/Schemas").json()["Resources"]}

    assert scim.get(kind["endpoint"]).status_code == 200
    assert kind["schema"] in listed
    assert {each["schema"] for each in kind["schemaExtensions"]} <= listed


def bare(kind, mark="one"):
    """Return the least that can be sent."""
    body: dict[str, Any] = {}
    for attribute in kind.attributes:
        if attribute["required"]:
            body = put_in(body, attribute, sample(attribute, mark))
    return body


def writable(kind):
    """List what clients may set; members are no free text."""
    return [
        attribute
        for attribute in kind.attributes
        if attribute["mutability"] != "readOnly" and attribute.path != "members"
    ]


@pytest.mark.parametrize("name", ["User", "Group"])
def test_what_can_be_written_is_read_back(scim, name):
    kind = kind_of(scim, name)
    body: dict[str, Any] = {}
    for attribute in writable(kind):
        body = put_in(body, attribute, sample(attribute))

    user = created(scim, kind.endpoint, body)

    read = scim.get(f"{kind.endpoint}/{user['id']}").json()
    assert {each: read.get(each) for each in body} == body
    assert {attribute.urn for attribute in writable(kind)} - {""} <= set(
        read["schemas"]
    )
    again = scim.put(f"{kind.endpoint}/{user['id']}", body).json()
    assert {each: again.get(each) for each in body} == body


@pytest.mark.parametrize("name", ["User", "Group"])
def test_each_can_be_set_and_cleared_by_patch(scim, name):
    kind = kind_of(scim, name)
    body = bare(kind)
    path = f"{kind.endpoint}/{created(scim, kind.endpoint, body)['id']}"

    for attribute in writable(kind):
        value = sample(attribute, "two")
        setting = {"op": "replace", "path": attribute.path, "value": value}
        answer = scim.patch(path, [setting])
        if attribute["mutability"] == "immutable":
            refusal(answer, 400, "mutability")
            continue
        assert value_in(answer.json(), attribute) == value, attribute.path
        answer = scim.patch(path, [{"op": "remove", "path": attribute.path}])
        if attribute["required"]:
            refusal(answer, 400, "mutability")
        else:
            assert value_in(answer.json(), attribute) is None, attribute.path


def test_each_part_of_members_is_as_declared(scim):
    kind = kind_of(scim, "Group")
    (ada,) = people(scim, "ada")
    group = {"displayName": "Crew", "members": values(ada)}
    created(scim, "/Groups", group)

    (shown,) = scim.get("/Groups").json()["Resources"]
    (member,) = shown["members"]

    declared = {part["name"]: part for part in kind.named("members").parts}
    assert member.keys() <= declared.keys()
    assert member["type"] in declared["type"]["canonicalValues"]
    assert member["value"] == ada
    kinds = declared["$ref"]["referenceTypes"]
    assert member["$ref"].rpartition("/")[0].endswith(tuple(f"/{k}s" for k in kinds))


@pytest.mark.parametrize("name", ["User", "Group"])
def test_what_is_read_only_is_ignored(scim, name):
    kind = kind_of(scim, name)
    body = bare(kind)
    fixed = [each for each in kind.attributes if each["mutability"] == "readOnly"]
    for attribute in fixed:
        odd = {part["name"]: "odd" for part in attribute.parts}
        body = put_in(body, attribute, [odd] if attribute["multiValued"] else odd)

    resource = created(scim, kind.endpoint, {**body, "id": "odd", "meta": {"x": "odd"}})
    path = f"{kind.endpoint}/{resource['id']}"
    assert "odd" not in str(resource)
    assert "odd" not in str(scim.put(path, {**body, "id": "odd"}).json())
    for attribute in fixed:
        operation = {"op": "add", "path": attribute.path, "value": "odd"}
        refusal(scim.patch(path, [operation]), 400, "mutability")


@pytest.mark.parametrize("name", ["User", "Group"])
def test_what_is_required_must_be_there(scim, name):
    kind = kind_of(scim, name)
    whole = bare(kind)
    path = f"{kind.endpoint}/{created(scim, kind.endpoint, whole)['id']}"

    for attribute in whole:
        body = {**bare(kind, "two"), attribute: None}
        refusal(scim.post(kind.endpoint, body), 400, "invalidValue")
        refusal(scim.put(path, body), 400, "invalidValue")


@pytest.mark.parametrize("name", ["User", "Group"])
def test_nothing_else_is_required(scim, name):
    kind = kind_of(scim, name)

    created(scim, kind.endpoint, bare(kind))


@pytest.mark.parametrize("name", ["User", "Group"])
def test_what_is_unique_is_refused_twice_and_nothing_else(scim, name):
    kind = kind_of(scim, name)
    first: dict[str, Any] = {}
    second: dict[str, Any] = {}
    for attribute in writable(kind):
        first = put_in(first, attribute, sample(attribute))
        # Addresses are unique beyond the schema: one names one account.
        other = attribute["uniqueness"] == "server" or attribute.path == "emails"
        second = put_in(second, attribute, sample(attribute, "two" if other else "one"))

    created(scim, kind.endpoint, first)
    created(scim, kind.endpoint, second)
    unique = [each for each in kind.attributes if each["uniqueness"] == "server"]
    assert unique
    for attribute in unique:
        body = put_in(bare(kind, "three"), attribute, sample(attribute).swapcase())
        refusal(scim.post(kind.endpoint, body), 409, "uniqueness")


def test_canonical_values_are_a_proposal(scim):
    kind = kind_of(scim, "User")
    lists = [
        attribute
        for attribute in writable(kind)
        if any(part["canonicalValues"] for part in attribute.parts)
    ]
    assert lists

    for attribute in lists:
        (value,) = sample(attribute, attribute["name"])
        body = put_in(
            person(attribute["name"].lower()),
            attribute,
            [{**value, "type": "an odd one"}],
        )
        user = created(scim, "/Users", body)
        (shown,) = value_in(user, attribute)
        assert shown["type"] == "an odd one"


@pytest.mark.parametrize("name", ["User", "Group"])
def test_everything_declared_is_returned_unless_asked_otherwise(scim, name):
    for attribute in kind_of(scim, name).attributes:
        assert attribute["returned"] in {"default", "always"}


@pytest.mark.parametrize("name", ["User", "Group"])
def test_letter_case_counts_in_filters_where_it_is_declared(scim, name):
    kind = kind_of(scim, name)
    body = {"externalId": "One externalId"}
    for attribute in writable(kind):
        body = put_in(body, attribute, sample(attribute))
    created(scim, kind.endpoint, body)

    def found(path, text):
        query = quote(f'{path} eq "{text}"')
        return scim.get(f"{kind.endpoint}?filter={query}")

    offered = {"User": {"userName", "externalId"}, "Group": {"displayName"}}[name]
    for leaf in kind.leaves:
        if leaf["mutability"] == "readOnly" or leaf["type"] == "boolean":
            continue
        if leaf.path.startswith("members"):
            continue
        text = sample(leaf)
        answer = found(leaf.path, text)
        if scim.directory.mode == "strict" and leaf.path not in offered:
            refusal(answer, 400, "invalidFilter")
            continue
        assert answer.json()["totalResults"] == 1, leaf.path
        other = found(leaf.path, text.swapcase()).json()["totalResults"]
        assert other == (0 if leaf["caseExact"] else 1), leaf.path
    if "externalId" in offered:
        assert found("externalId", "One externalId").json()["totalResults"] == 1
        assert found("externalId", "ONE externalId").json()["totalResults"] == 0


def test_what_strict_does_not_declare_is_left_out(scim, second):
    everything = kind_of(second, "User")
    declared = {each.path for each in kind_of(scim, "User").attributes}
    body = person()
    for attribute in writable(everything):
        if attribute.path not in {"userName", "emails"}:
            body = put_in(body, attribute, sample(attribute))

    user = created(scim, "/Users", body)

    shown = {a.path for a in writable(everything) if value_in(user, a) is not None}
    undeclared = shown - declared
    if scim.directory.mode == "strict":
        assert undeclared == TAKEN | {f"{CUSTOM}:basedIn"}
    else:
        assert not undeclared
    assert {f"{ENTERPRISE}:department", f"{ENTERPRISE}:organization"} <= shown


def test_the_account_is_published_but_no_resource_type_leads_to_it(scim):
    urn = "urn:scim:schemas:extension:atlassian-external:1.0"
    user = created(scim, "/Users", person())
    kind = scim.get("/ResourceTypes/User").json()

    assert user[urn]["atlassianAccountId"]
    assert urn in user["schemas"]
    assert urn not in {each["schema"] for each in kind["schemaExtensions"]}
    published = scim.get(f"/Schemas/{urn}")
    if scim.directory.mode == "strict":
        refusal(published, 404)
    else:
        (attribute,) = published.json()["attributes"]
        assert attribute["mutability"] == "readOnly"


def test_a_group_is_renamed_where_its_name_is_not_immutable(scim):
    attribute = kind_of(scim, "Group").named("displayName")
    path = f"/Groups/{created(scim, '/Groups', {'displayName': 'Crew'})['id']}"

    assert scim.put(path, {"displayName": "Crew"}).status_code == 200
    for answer in (
        scim.put(path, {"displayName": "Other"}),
        scim.patch(path, [{"op": "replace", "value": {"displayName": "Other"}}]),
    ):
        if attribute["mutability"] == "immutable":
            refusal(answer, 400, "mutability")
        else:
            assert answer.json()["displayName"] == "Other"

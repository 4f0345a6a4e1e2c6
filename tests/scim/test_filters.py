"""Look-ups by every attribute that identity providers use."""

from urllib.parse import quote

import pytest

from tests.scim.client import refusal

CORE = "urn:ietf:params:scim:schemas:core:2.0"


@pytest.fixture
def people(scim):
    """Push three people, one of them inactive, and a group of one."""
    ada = scim.user(
        "Ada@Example.com",
        externalId="Ext-1",
        displayName="Ada King",
        emails=[
            {"value": "Ada@Example.com", "type": "work", "primary": True},
            {"value": "ada@home.example", "type": "home"},
        ],
    )
    bob = scim.user("bob@example.com", externalId="ext-1", active=False)
    eve = scim.user('e"v\\e [x]:é@example.com', displayName="İstanbul ẞ")
    group = scim.group("Crew", ada["id"], externalId="G-1")
    return {"ada": ada["id"], "bob": bob["id"], "eve": eve["id"], "group": group["id"]}


def find(scim, path, text):
    return scim.get(f"{path}?filter={quote(text)}")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('userName eq "ada@example.com"', "ada"),
        ('USERNAME EQ "ADA@EXAMPLE.COM"', "ada"),
        (f'{CORE}:User:userName eq "ada@example.com"', "ada"),
        ('userName eq "e\\"v\\\\e [x]:é@example.com"', "eve"),
        ('userName eq "E\\"V\\\\E [X]:E\u0301@EXAMPLE.COM"', "eve"),
        ('externalId eq "Ext-1"', "ada"),
        ('externalId eq "ext-1"', "bob"),
        ('externalId eq "EXT-1"', ""),
        ('externalId eq ""', ""),
        ('displayName eq "ada king"', "ada"),
        ('displayName eq "i\u0307STANBUL SS"', "eve"),
        ('emails.value eq "ada@HOME.example"', "ada"),
        ('emails eq "ada@example.com"', "ada"),
        ('emails[type eq "work"].value eq "ada@example.com"', "ada"),
        ('emails[type eq "WORK" and value eq "ADA@example.com"]', "ada"),
        ('emails[type eq "home" and value eq "ada@example.com"]', ""),
        ('emails[value eq "ada@home.example"]', "ada"),
        ("active eq false", "bob"),
        ('active eq "False"', "bob"),
        ('userName eq "bob@example.com" and active eq false', "bob"),
        ('userName eq "bob@example.com" and active eq true', ""),
        ('(externalId eq "ext-1") and (active eq true or active eq false)', "bob"),
        ('userName eq "nobody"', ""),
        ('id eq "{ada}"', "ada"),
        ('id eq "nonsense"', ""),
        ('groups.value eq "{group}"', "ada"),
        ('groups eq "{group}" and externalId eq "Ext-1"', "ada"),
        ('groups eq "nonsense"', ""),
    ],
)  # fmt: skip
def test_people_are_found(scim, people, text, found):
    text = text.replace("{ada}", people["ada"]).replace("{group}", people["group"])

    page = find(scim, "/Users", text).json()

    wanted = [people[found]] if found else []
    assert [each["id"] for each in page["Resources"]] == wanted
    assert page["totalResults"] == len(wanted)


def test_or_joins(scim, people):
    text = 'userName eq "ada@example.com" or userName eq "bob@example.com"'

    found = find(scim, "/Users", text).json()["Resources"]

    assert [each["id"] for each in found] == [people["ada"], people["bob"]]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ('displayName eq "CREW"', True),
        (f'{CORE}:Group:displayName eq "crew"', True),
        ('externalId eq "G-1"', True),
        ('externalId eq "g-1"', False),
        ('id eq "{group}"', True),
        ('members eq "{ada}"', True),
        ('members.value eq "{bob}"', False),
        ('displayName eq "Crew" and members.value eq "{ada}"', True),
        ('displayName eq "Team" or members.value eq "{bob}"', False),
    ],
)
def test_groups_are_found(scim, people, text, is_found):
    for name, value in people.items():
        text = text.replace(f"{{{name}}}", value)

    found = find(scim, "/Groups", text).json()["Resources"]

    assert [each["id"] for each in found] == ([people["group"]] if is_found else [])


@pytest.mark.parametrize(
    ("path", "text", "helps"),
    [
        ("/Users", 'shoe eq "x"', '"shoe"'),
        ("/Users", 'name.shoe eq "x"', "name.shoe"),
        ("/Users", 'urn:x:y:shoe eq "x"', "urn:x:y:shoe"),
        ("/Users", "shoe pr", '"shoe"'),
        ("/Users", 'schemas co "x"', "schemas"),
        ("/Users", 'schemas[value eq "x"]', "schemas"),
        ("/Users", 'password eq "x"', "password"),
        ("/Users", 'meta.location eq "x"', "meta.location"),
        ("/Users", 'name eq "x"', "familyName"),
        ("/Users", 'addresses eq "x"', "locality"),
        ("/Users", "userName eq 5", "string"),
        ("/Users", "title co true", "string"),
        ("/Users", "userName gt null", "null"),
        ("/Users", 'active eq "maybe"', "true or false"),
        ("/Users", "active gt true", "eq or ne"),
        ("/Users", 'active co "t"', "eq or ne"),
        ("/Users", "emails[primary ge true]", "eq or ne"),
        ("/Users", "id eq 5", "id"),
        ("/Users", 'meta.created gt "yesterday"', "2026-01-31T09:30:00Z"),
        ("/Users", "meta.created gt 5", "2026-01-31T09:30:00Z"),
        ("/Users", 'meta.created co "2026"', "dates"),
        ("/Users", 'x509Certificates[value gt "a"]', "order"),
        ("/Users", 'emails[shoe eq "a"]', "shoe"),
        ("/Users", 'name[familyName eq "x"]', "no list"),
        ("/Users", 'groups.$ref eq "x"', "$ref"),
        ("/Users", 'userName eqq "x"', "position"),
        ("/Users", 'userName eq "x', "position"),
        ("/Users", 'userName eq "a\x00b"', "position"),
        ("/Users", f'userName eq "{"x" * 9000}"', "8192"),
        ("/Users", f"{'not (' * 30}userName pr{')' * 30}", "nested"),
        ("/Groups", 'userName eq "x"', "userName"),
        ("/Groups", 'members[shoe eq "x"]', "shoe"),
    ],
)
def test_a_refused_filter_names_what_works(scim, nothing_written, path, text, helps):
    with nothing_written():
        answer = find(scim, path, text)

    assert helps in refusal(answer, 400, "invalidFilter")


def test_a_filter_of_fifty_comparisons_is_answered(scim, people):
    text = " or ".join(['emails eq ""'] * 50)

    assert find(scim, "/Users", text).json()["totalResults"] == 0


def test_a_filter_of_more_comparisons_is_refused(scim, people):
    answer = find(scim, "/Users", " or ".join(['emails eq ""'] * 51))

    assert "50" in refusal(answer, 400, "invalidFilter")

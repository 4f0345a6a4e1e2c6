"""Every operator, on what has a column and on what a document holds."""

from urllib.parse import quote

import pytest
import time_machine

from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA

EMPLOYEE = f"{ENTERPRISE_SCHEMA}:employeeNumber"
MANAGER = f"{ENTERPRISE_SCHEMA.upper()}:manager"


@pytest.fixture
def people(scim):
    """Push three people a day apart, the first two in groups."""
    with time_machine.travel("2026-01-01T12:00:00Z", tick=False):
        ada = scim.user(
            "ada@example.com",
            externalId="A_1",
            displayName="Ada %King",
            title="Lead Engineer",
            name={"familyName": "Straße", "givenName": "Ada"},
            profileUrl="https://example.com/Ada",
            emails=[
                {"value": "ada@example.com", "type": "work", "primary": True},
                {"value": "ada@home.example", "type": "home"},
            ],
            phoneNumbers=[{"value": "+1 555", "type": "work"}, {"value": "+2 666"}],
            addresses=[{"locality": "Łódź", "type": "work"}],
            **{ENTERPRISE_SCHEMA: {"employeeNumber": "7", "manager": {"value": "M1"}}},
        )
    with time_machine.travel("2026-01-02T12:00:00Z", tick=False):
        bob = scim.user(
            "bob@example.com",
            externalId="a_1",
            active=False,
            title="lead",
            phoneNumbers=[{"value": "+1 777", "type": "home"}],
        )
    with time_machine.travel("2026-01-03T12:00:00Z", tick=False):
        scim.user("cid@example.com", title="")
    scim.group("Crew", ada["id"], bob["id"])
    scim.group("Deck", ada["id"])
    return {"ada": ada["id"], "bob": bob["id"]}


def found(scim, text, path="/Users", name="userName"):
    answer = scim.get(f"{path}?filter={quote(text)}")
    assert answer.status_code == 200, answer.content
    page = answer.json()
    assert page["totalResults"] == len(page["Resources"])
    return " ".join(each[name].partition("@")[0] for each in page["Resources"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('userName ne "ADA@example.com"', "bob cid"),
        ('userName co "B@EX"', "bob"),
        ('userName sw "C"', "cid"),
        ('userName ew ".COM"', "ada bob cid"),
        ('userName gt "ada@example.com"', "bob cid"),
        ('userName ge "bob@example.com" and userName lt "cid@example.com"', "bob"),
        ('userName le "ada@example.com"', "ada"),
        ("userName pr", "ada bob cid"),
        ('externalId co "_"', "ada bob"),
        ('externalId sw "a"', "bob"),
        ('externalId le "z"', "ada bob"),
        ('externalId ne "a_1"', "ada cid"),
        ("externalId pr", "ada bob"),
        ("externalId eq null", "cid"),
        ("externalId ne null", "ada bob"),
        ('displayName co "%"', "ada"),
        ('displayName co "_"', ""),
        ('displayName sw "ada %k"', "ada"),
        ('title eq "LEAD"', "bob"),
        ('title sw "Lead "', "ada"),
        ('title ne "lead"', "ada cid"),
        ("title pr", "ada bob"),
        ('title eq ""', ""),
        ('title ne ""', "ada bob cid"),
        ('title co ""', "ada bob"),
        ("not (title pr)", "cid"),
        ('not (title co "engineer")', "bob cid"),
        ('title gt "lead"', "ada"),
        ('name.familyName eq "STRASSE"', "ada"),
        ('name.familyName co "ss"', "ada"),
        ("name pr", "ada"),
        ('profileUrl ew "Ada"', "ada"),
        ('profileUrl ew "ada"', ""),
        ("active ne true", "bob"),
        ("active pr", "ada bob cid"),
        ('emails co "HOME"', "ada"),
        ('emails.type eq "HOME"', "ada"),
        ('emails[type eq "home" and not (value co "home")]', ""),
        ('emails[primary eq true and value sw "ada@e"]', "ada"),
        ("emails[primary eq false]", "ada"),
        ('emails[type eq "work"] and not (emails[value eq "x"])', "ada"),
        ("emails pr", "ada"),
        ("not (emails pr)", "bob cid"),
        ('phoneNumbers[type eq "work" or value ew "777"]', "ada bob"),
        ('phoneNumbers[type ne "work"]', "ada bob"),
        ('phoneNumbers.type ne "work"', "ada bob cid"),
        ("phoneNumbers.type eq null", "cid"),
        ("phoneNumbers[type eq null]", "ada"),
        ('addresses[locality eq "łÓDŹ"]', "ada"),
        ('addresses.locality sw "ł"', "ada"),
        (f'{EMPLOYEE} eq "7"', "ada"),
        (f'{MANAGER} eq "M1"', "ada"),
        (f'{MANAGER}.value eq "m1"', ""),
        (f"{MANAGER} pr", "ada"),
        (f'{EMPLOYEE.lower()} ne "7"', "bob cid"),
        ('meta.created ge "2026-01-02T12:00:00Z"', "bob cid"),
        ('meta.created lt "2026-01-02T14:00:00.5+02:00"', "ada bob"),
        ('meta.created eq "2026-01-02T07:00:00-05:00"', "bob"),
        ('meta.created ne "2026-01-02T12:00:00"', "ada cid"),
        ('meta.lastModified gt "2026-01-02T12:00:00Z"', "cid"),
        ('meta.resourceType eq "User"', "ada bob cid"),
        ('meta.resourceType eq "user"', ""),
        ('id ne "{ada}"', "bob cid"),
        ('id sw "{ada}" or id co "{bob}"', "ada bob"),
        ('groups.display eq "CREW"', "ada bob"),
        ('groups[display sw "d" and type eq "direct"]', "ada"),
        ('groups.display ne "crew"', "ada cid"),
        ("groups pr", "ada bob"),
        ('userName sw "ada@" or title eq "lead" and active eq false', "ada bob"),
        ('(userName sw "a" or title pr) and active eq true', "ada"),
        ("not (active eq true or title pr)", ""),
    ],
)  # fmt: skip
def test_people(scim, people, text, names):
    for name, value in people.items():
        text = text.replace(f"{{{name}}}", value)

    assert found(scim, text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('displayName ne "crew"', "Deck"),
        ('displayName ew "CK"', "Deck"),
        ('members.value eq "{bob}"', "Crew"),
        ('not (members eq "{bob}")', "Deck"),
        ('members[value eq "{ada}" and display sw "ada"]', "Crew Deck"),
        ('members[display eq "ADA %KING"]', "Crew Deck"),
        ('members.display ne "Ada %King"', "Crew"),
        ('members.type eq "User"', "Crew Deck"),
        ('meta.created gt "2026-01-01T00:00:00Z"', "Crew Deck"),
    ],
)
def test_groups(scim, people, text, names):
    for name, value in people.items():
        text = text.replace(f"{{{name}}}", value)

    assert found(scim, text, "/Groups", "displayName") == names


def test_other_directories_are_never_found(scim, second, people):
    for text in ("groups pr", 'groups.display eq "crew"', 'emails co "ada"', "id pr"):
        assert found(second, text) == ""


def test_the_linked_account_is_found(scim, people):
    (ada,) = scim.get('/Users?filter=userName sw "ada"').json()["Resources"]
    urn = "urn:scim:schemas:extension:atlassian-external:1.0"
    account = ada[urn]["atlassianAccountId"]

    assert found(scim, f'{urn}:atlassianAccountId eq "{account}"') == "ada"
    assert found(scim, f'{urn}:atlassianAccountId sw "{account[:20]}"') == "ada"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('schemas eq "{enterprise}"', "ada"),
        ('SCHEMAS EQ "{upper}"', "ada"),
        ('not (schemas eq "{enterprise}")', "bob"),
        ('schemas eq "{core}" and active eq true', "ada bob"),
        ('schemas eq "{account}"', "ada"),
        ('schemas eq "urn:example:x:1.0"', ""),
        ('schemas ne "{core}" or schemas pr', "ada bob"),
    ],
)
def test_who_has_an_extension_is_found_by_its_schema(scim, text, names):
    """RFC 7644 section 3.4.2.2 shows this filter among its examples."""
    urns = {
        "enterprise": ENTERPRISE_SCHEMA,
        "upper": ENTERPRISE_SCHEMA.upper(),
        "core": "urn:ietf:params:scim:schemas:core:2.0:User",
        "account": "urn:scim:schemas:extension:atlassian-external:1.0",
    }
    scim.user("ada@example.com", **{ENTERPRISE_SCHEMA: {"department": "Math"}})
    scim.user("bob", emails=[])

    wanted = quote(text.format(**urns))
    listed = scim.get(f"/Users?filter={wanted}").json()["Resources"]

    assert [each["userName"].split("@")[0] for each in listed] == names.split()

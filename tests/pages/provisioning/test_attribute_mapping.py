"""The attribute mapping of a directory, and what a pasted person would become."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import Account, Directory, Organization, UserRecord
from provisioning.services.accounts.mapping import RULES, profile_of
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    MemberFactory,
)

PERSON = {
    "userName": "jo@acme.example",
    "displayName": "Jo Field",
    "nickName": "Jojo",
    "title": "Engineer",
    "emails": [{"value": "jo@acme.example", "primary": True}],
    "active": True,
}


def page_of(directory: Directory) -> str:
    return reverse("provisioning:attribute-mapping", args=[directory.pk])


def text_of(console: Client, directory: Directory, person: Any) -> str:
    answer = console.post(page_of(directory), {"person": json.dumps(person)})
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("person", "name"),
    [
        ({"displayName": "  ", "name": {"givenName": "Ada"}}, "Ada"),
        ({"displayName": " Lovelace"}, "Lovelace"),
        ({"name": {"givenName": " ", "familyName": "Lovelace "}}, "Lovelace"),
        ({"displayName": " ", "name": {"formatted": "\t"}}, ""),
    ],
)
def test_blanks_are_no_name(person: dict[str, Any], name: str) -> None:
    """Providers join first and last name by a blank, also where both are missing."""
    assert profile_of(person)["name"] == name


def test_the_page_shows_every_rule(console: Client, okta: Directory) -> None:
    page = console.get(page_of(okta)).content.decode()

    for rule in RULES:
        for source in rule.sources:
            assert source.label in page


def test_the_example_can_be_tried_as_it_stands(
    console: Client, okta: Directory
) -> None:
    form = console.get(page_of(okta)).context["form"]
    example = form["person"].value()

    answer = console.post(page_of(okta), {"person": example})

    assert json.loads(example)["userName"] == "jo.field@example.com"
    assert answer.status_code == 200
    assert answer.context["form"]["person"].value() == example


def test_looking_writes_nothing(
    console: Client,
    okta: Directory,
    no_writes: Callable[[], AbstractContextManager[None]],
) -> None:
    with no_writes():
        assert console.get(page_of(okta)).status_code == 200


def test_a_new_person_would_get_an_account(console: Client, okta: Directory) -> None:
    text = text_of(console, okta, PERSON)

    assert "A new account would be made and linked." in text
    assert "It is an external account" in text
    assert "Jojo" in text
    assert not UserRecord.objects.exists()
    assert not Account.objects.filter(email="jo@acme.example").exists()


def test_a_person_of_a_verified_domain_would_be_managed(
    console: Client, okta: Directory, organization: Organization
) -> None:
    DomainFactory.create(organization=organization, name="acme.example")

    assert "It is a managed account" in text_of(console, okta, PERSON)


def test_an_existing_account_would_be_linked(
    console: Client, okta: Directory, organization: Organization
) -> None:
    account = AccountFactory.create(name="Jo Before", email="jo@acme.example")
    MemberFactory.create(organization=organization, account=account)

    assert "linked to it, as Jo Before" in text_of(console, okta, PERSON)
    account.refresh_from_db()
    assert account.name == "Jo Before"


def test_an_admin_would_be_held_and_the_page_says_why(
    console: Client, okta: Directory
) -> None:
    person = {**PERSON, "emails": [{"value": "ada@acme.example"}]}

    text = text_of(console, okta, person)

    assert "would be stored without an account" in text
    assert "holds an admin right" in text


def test_attributes_that_nothing_uses_are_named(
    console: Client, okta: Directory
) -> None:
    assert "shoeSize" in text_of(console, okta, {**PERSON, "shoeSize": 42})


def test_a_directory_that_is_not_set_up_shows_the_fields_alone(
    console: Client, organization: Organization
) -> None:
    fresh = DirectoryFactory.create(organization=organization, fresh=True)

    text = text_of(console, fresh, PERSON)

    assert "is not set up" in text
    assert "Jojo" in text


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("", "Paste a SCIM user."),
        ("{", "That is no JSON."),
        ("[1]", "Paste one user"),
        ('{"displayName": "x"}', "userName"),
        ('{"userName": "x", "active": "perhaps"}', "active"),
    ],
)
def test_what_is_no_person_is_refused_with_words(
    console: Client, okta: Directory, pasted: str, said: str
) -> None:
    answer = console.post(page_of(okta), {"person": pasted})

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_another_organizations_directory_is_not_found(console: Client) -> None:
    assert console.get(page_of(DirectoryFactory.create())).status_code == 404

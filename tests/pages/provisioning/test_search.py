"""The search of the top bar."""

import pytest
from django.urls import reverse

from tests.factories.directories import (
    DirectoryFactory,
    MemberFactory,
    OrganizationFactory,
    SiteFactory,
)
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import main_of, queries_of

URL = "/search/"


@pytest.fixture
def north(organization):
    """Return one of everything with the same word in its name."""
    return {
        "member": MemberFactory.create(
            organization=organization, account__name="Nora North"
        ),
        "group": GroupFactory.create(organization=organization, name="North team"),
        "directory": DirectoryFactory.create(
            organization=organization, name="Okta north"
        ),
        "site": SiteFactory.create(organization=organization, name="north-site"),
    }


def test_an_empty_search_says_what_to_do(console):
    assert "What are you looking for?" in main_of(console.get(URL))
    assert "What are you looking for?" in main_of(console.get(URL, {"q": "  "}))


def test_no_hit_says_so(console, north):
    page = main_of(console.get(URL, {"q": "zzz"}))

    assert "Results for “zzz” Nothing found" in page


@pytest.mark.parametrize("text", ["north", "NORTH", "nor", "rt"])
def test_everything_with_a_page_is_found(console, north, text):
    page = console.get(URL, {"q": text})

    words = main_of(page)
    assert f"Nora North Active {north['member'].account.email}" in words
    assert "North team Local" in words
    assert "Okta north Okta" in words
    assert "north-site" in words
    links = {
        "user-detail": north["member"].account.public_id,
        "group-detail": north["group"].public_id,
    }
    for name, key in links.items():
        assert reverse(f"provisioning:{name}", args=[key]) in page.content.decode()


def test_people_are_found_by_address(console, north):
    email = north["member"].account.email

    assert "Nora North" in main_of(console.get(URL, {"q": email}))


def test_ten_of_a_kind_are_shown_and_the_rest_is_a_step_away(console, organization):
    for n in range(11):
        MemberFactory.create(
            organization=organization, account__name=f"Sam & Co {n:02}"
        )
        GroupFactory.create(organization=organization, name=f"Sam & Co {n:02}")

    page = console.get(URL, {"q": "sam & co"})

    assert main_of(page).count("Sam & Co 09") == 2
    assert "Sam & Co 10" not in main_of(page)
    assert "/directory/users/?q=sam%20%26%20co" in page.content.decode()
    assert "/directory/groups/?q=sam%20%26%20co" in page.content.decode()


def test_few_hits_need_no_further_step(console, north):
    assert "See all users" not in main_of(console.get(URL, {"q": "north"}))


def test_other_organizations_are_not_searched(console):
    other = OrganizationFactory.create()
    MemberFactory.create(organization=other, account__name="Nora North")
    GroupFactory.create(organization=other, name="North")
    DirectoryFactory.create(organization=other, name="North")
    SiteFactory.create(organization=other, name="north")

    assert "Nothing found" in main_of(console.get(URL, {"q": "north"}))


def test_markup_in_the_words_stays_text(console):
    page = console.get(URL, {"q": "<script>alert(1)</script>"})

    assert "<script>alert" not in page.content.decode()


def test_the_number_of_queries_does_not_grow(console, organization, north):
    one = queries_of(console, f"{URL}?q=north")
    for n in range(12):
        MemberFactory.create(organization=organization, account__name=f"North {n}")
        GroupFactory.create(organization=organization, name=f"North {n}", synced=True)

    assert queries_of(console, f"{URL}?q=north") == one <= 8

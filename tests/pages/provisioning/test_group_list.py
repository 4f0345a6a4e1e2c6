"""The list of groups: what it shows, finds, filters, pages and exports."""

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent
from provisioning.models import Group
from provisioning.queries.organization_groups import groups
from tests.factories.directories import DirectoryFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    fragment,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)

URL = "/directory/groups/"


@pytest.fixture
def make(organization):
    """Return a function that makes groups of these names."""

    def several(*names, **values):
        return [
            GroupFactory.create(organization=organization, name=name, **values)
            for name in names
        ]

    return several


def names(response):
    return [row.group.name for row in response.context["rows"]]


def test_a_synced_group_tells_directory_and_members(console, okta, make):
    (group,) = make("Engineering", synced=True, record__directory=okta)
    GroupMemberFactory.create_batch(2, group=group)

    page = console.get(URL)

    assert "Engineering Synced Okta prod 2" in main_of(page)
    source = page.content.decode()
    assert reverse("provisioning:group-detail", args=[group.public_id]) in source
    assert reverse("directories:directory-detail", args=[okta.pk]) in source


@pytest.mark.parametrize(
    ("kind", "word"),
    [("local", "Local"), ("default", "Default"), ("built_in", "Built-in")],
)
def test_other_groups_tell_their_kind(console, make, kind, word):
    make("Team", kind=kind, description="Plays chess")

    assert f"Team Plays chess {word} None 0" in main_of(console.get(URL))


def test_a_big_group_is_counted_only_so_far(console, make, monkeypatch):
    (group,) = make("Everyone")
    GroupMemberFactory.create_batch(5, group=group)
    monkeypatch.setattr(groups, "COUNT_CAP", 4)

    assert "Everyone Local None 4+" in main_of(console.get(URL))


def test_groups_are_sorted_whatever_the_letter_case(console, make):
    make("beta", "Alpha", "Gamma")

    assert names(console.get(URL)) == ["Alpha", "beta", "Gamma"]
    assert names(console.get(URL, {"sort": "-name"})) == ["Gamma", "beta", "Alpha"]


@pytest.mark.parametrize("text", ["engin", "ENGIN", "g", "eering ö"])
def test_search_finds_parts_of_names(console, make, text):
    make("Engineering Österreich", "Sales")

    assert names(console.get(URL, {"q": text})) == ["Engineering Österreich"]


def test_filters_narrow_the_list(console, organization, okta, make):
    make("Engineering", synced=True, record__directory=okta)
    other = DirectoryFactory.create(organization=organization)
    make("Sales", synced=True, record__directory=other)
    make("Chess")

    assert names(console.get(URL, {"kind": "local"})) == ["Chess"]
    assert names(console.get(URL, {"kind": "synced"})) == ["Engineering", "Sales"]
    assert names(console.get(URL, {"directory": str(okta.pk)})) == ["Engineering"]
    both = {"directory": str(okta.pk), "kind": "local"}
    assert names(console.get(URL, both)) == []


def test_groups_of_another_organization_stay_away(console):
    GroupFactory.create(name="Stranger")

    assert "Stranger" not in main_of(console.get(URL))


def test_pages_go_forth_and_back(console, make):
    make(*(f"Group {n:03}" for n in range(120)))
    first = console.get(URL)
    second = console.get(URL + first.context["listing"].links.next)
    third = console.get(URL + second.context["listing"].links.next)
    back = console.get(URL + third.context["listing"].links.previous)

    assert len({*names(first), *names(second), *names(third)}) == 120
    assert names(back) == names(second)
    assert "Showing 50 of 120" in text_of(first)


@pytest.mark.parametrize("query", ["", "?q=engin", "?q=nothing", "?sort=-name"])
def test_the_fragment_is_part_of_the_page(console, make, query):
    make("Engineering", "Sales")

    assert is_part_of_page(console, URL + query)


def test_the_fragment_holds_the_rows_alone(console, make):
    make("Engineering")

    assert "Groups give" not in text_of(fragment(console, URL))


def test_no_match_offers_to_clear_the_filters(console, make):
    make("Engineering")

    page = text_of(console.get(URL, {"q": "zzz"}))

    assert "No group matches" in page
    assert "Clear filters" in page


def test_no_groups_lead_to_the_identity_providers(console):
    page = text_of(console.get(URL))

    assert "No groups yet" in page
    assert "Identity providers" in page


def test_the_number_of_queries_does_not_grow(console, okta, make):
    make("Engineering", synced=True, record__directory=okta)
    one = queries_of(console, URL)
    make(*(f"Group {n}" for n in range(60)), synced=True, record__directory=okta)

    assert queries_of(console, URL) == one <= 8


def test_the_export_counts_the_members_of_each_group(console, okta, make, monkeypatch):
    monkeypatch.setattr(groups, "EXPORT_BATCH", 2)
    made = make("A", "B", "C", synced=True, record__directory=okta)
    GroupMemberFactory.create_batch(3, group=made[2])
    make("=D", kind=Group.Kind.LOCAL)

    header, *rows = csv_rows(console.post(f"{URL}export/"))

    assert header[:4] == ["Name", "Type", "Directory", "Members"]
    assert [row[:4] for row in rows] == [
        ["'=D", "Local", "", "0"],
        ["A", "Synced", "Okta prod", "0"],
        ["B", "Synced", "Okta prod", "0"],
        ["C", "Synced", "Okta prod", "3"],
    ]


def test_the_export_holds_what_matches_and_is_noted(console, make):
    make("Engineering", "Sales")

    _, *rows = csv_rows(console.post(f"{URL}export/", {"q": "sal"}))

    assert [row[0] for row in rows] == ["Sales"]
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert (event.target_kind, event.target_name) == ("groups", "Groups")
    assert event.details == {"filters": {"text": "sal"}}

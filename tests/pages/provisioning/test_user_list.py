"""The list of people: what it shows, finds, filters, pages and exports."""

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from directories.events import Event
from directories.models import AuditEvent, Member
from tests.factories.directories import (
    LONG_AGO,
    AccountFactory,
    DirectoryFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    fragment,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)

URL = "/directory/users/"


@pytest.fixture
def join(organization, admin):
    """Return a function that adds people of these names."""

    def people(*names, **values):
        return [
            MemberFactory.create(
                organization=organization,
                account__name=name,
                account__email=f"{name.split()[0].lower()}{n}@acme.example",
                **values,
            )
            for n, name in enumerate(names)
        ]

    return people


def names(response):
    return [member.name for member in response.context["listing"].rows]


def test_a_row_tells_status_type_source_and_day(console, organization, okta, join):
    join("Anna Müller", directory=okta, account__managed_by=organization)

    page = main_of(console.get(URL))

    joined = date_format(LONG_AGO)
    row = f"Anna Müller anna0@acme.example Active Managed Synced Okta prod {joined}"
    assert row in page


def test_a_local_external_person_is_told_as_such(console, join):
    join("Ben Okafor", status=Member.Status.DEACTIVATED)

    page = main_of(console.get(URL))

    assert "Ben Okafor ben0@acme.example Deactivated External Local" in page


def test_a_row_leads_to_person_and_directory(console, okta, join):
    (member,) = join("Anna Müller", directory=okta)

    page = console.get(URL).content.decode()

    assert reverse("provisioning:user-detail", args=[member.account.public_id]) in page
    assert reverse("directories:directory-detail", args=[okta.pk]) in page


def test_the_figures_count_everybody(console, organization, join):
    join("Anna", "Ben")
    join("Carla", status=Member.Status.DEACTIVATED)
    RoleAssignmentFactory.create(organization=organization)

    page = main_of(console.get(URL))

    assert "Total users 4 Active users 3 Administrators 2" in page


def test_people_are_sorted_by_name_both_ways(console, join):
    join("Carla", "Ben")

    assert names(console.get(URL)) == ["Ada Admin", "Ben", "Carla"]
    assert names(console.get(URL, {"sort": "-name"})) == ["Carla", "Ben", "Ada Admin"]


@pytest.mark.parametrize("text", ["müll", "MÜLLER", "anna0@", "na mü", "ü"])
def test_search_finds_parts_of_names_and_addresses(console, join, text):
    join("Anna Müller", "Ben Okafor")

    assert names(console.get(URL, {"q": text})) == ["Anna Müller"]


def test_filters_narrow_the_list(console, organization, okta, join):
    join("Anna", directory=okta)
    join("Ben", directory=DirectoryFactory.create(organization=organization))
    join("Carla", status=Member.Status.SUSPENDED)

    assert names(console.get(URL, {"directory": str(okta.pk)})) == ["Anna"]
    assert names(console.get(URL, {"directory": "local"})) == ["Ada Admin", "Carla"]
    assert names(console.get(URL, {"status": "suspended"})) == ["Carla"]
    assert names(console.get(URL, {"role": "admin"})) == ["Ada Admin"]
    assert names(console.get(URL, {"role": "admin", "status": "suspended"})) == []


def test_filters_stay_chosen(console, okta, join):
    join("Anna", directory=okta)

    page = console.get(URL, {"directory": str(okta.pk), "q": "an"}).content.decode()

    assert f'<option value="{okta.pk}" selected>Okta prod</option>' in page
    assert 'value="an"' in page


def test_people_of_another_organization_stay_away(console, okta):
    MemberFactory.create(account__name="Stranger")
    foreign = MemberFactory.create(directory=DirectoryFactory.create())

    assert "Stranger" not in main_of(console.get(URL))
    assert names(console.get(URL, {"directory": str(foreign.directory_id)})) == []


def test_pages_go_forth_and_back(console, join):
    join(*(f"Person {n:03}" for n in range(119)))
    first = console.get(URL)
    second = console.get(URL + first.context["listing"].links.next)
    third = console.get(URL + second.context["listing"].links.next)
    back = console.get(URL + third.context["listing"].links.previous)

    seen = [*names(first), *names(second), *names(third)]
    assert len(seen) == len(set(seen)) == 120
    assert names(back) == names(second)
    assert not first.context["listing"].links.previous
    assert not third.context["listing"].links.next
    assert "Showing 50 of 120" in text_of(second)
    assert "Showing 20 of 120" in text_of(third)


def test_a_search_counts_only_so_far(console, organization, monkeypatch, join):
    monkeypatch.setattr("provisioning.views.listing.COUNT_CAP", 60)
    join(*(f"Person {n:03}" for n in range(70)))

    assert "Showing 50 of 60+" in text_of(console.get(URL, {"q": "person"}))
    assert "Showing 1 of 1" in text_of(console.get(URL, {"q": "person 069"}))


@pytest.mark.parametrize("query", ["", "?q=anna", "?q=nobody", "?sort=-name"])
def test_the_fragment_is_part_of_the_page(console, join, query):
    join("Anna Müller", "Ben Okafor")

    assert is_part_of_page(console, URL + query)


def test_the_fragment_holds_the_rows_alone(console, join):
    join("Anna Müller")

    part = text_of(fragment(console, f"{URL}?q=anna"))

    assert "Anna Müller" in part
    assert "Total users" not in part


def test_no_match_offers_to_clear_the_filters(console, join):
    join("Anna")

    page = console.get(URL, {"q": "zzz"})

    assert "No user matches" in text_of(page)
    assert "Clear filters" in text_of(page)
    assert "Export" not in text_of(page)


def test_an_organization_without_people_is_led_to_a_provider(console):
    Member.objects.all().delete()

    page = console.get(URL)

    assert "No users yet" in text_of(page)
    assert reverse("directories:directory-choose") in page.content.decode()


def test_the_number_of_queries_does_not_grow(console, okta, join):
    join("Anna", directory=okta)
    one = queries_of(console, URL)
    join(*(f"Person {n:03}" for n in range(80)), directory=okta)

    assert queries_of(console, URL) == one <= 10


def test_the_export_holds_exactly_what_matches(console, organization, okta, join):
    join("Anna Müller", directory=okta, account__managed_by=organization)
    join("Ben Okafor", "Carla Rossi")

    header, *rows = csv_rows(console.post(f"{URL}export/", {"directory": str(okta.pk)}))

    assert header[:5] == ["Name", "Email address", "Status", "Account type", "Source"]
    assert [row[:5] for row in rows] == [
        ["Anna Müller", "anna0@acme.example", "Active", "Managed", "Okta prod"]
    ]


def test_the_export_runs_nothing_in_a_spreadsheet(console, organization):
    account = AccountFactory.create(name="=1+1", job_title="@SUM(A1)")
    MemberFactory.create(organization=organization, account=account)

    rows = csv_rows(console.post(f"{URL}export/", {"q": "=1+1"}))

    assert rows[1][0] == "'=1+1"
    assert "'@SUM(A1)" in rows[1]


def test_the_export_is_noted(console, organization, join):
    join("Anna")

    console.post(f"{URL}export/", {"q": "anna", "status": "active"})

    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert (event.target_kind, event.target_name) == ("users", "Users")
    assert event.details == {"filters": {"text": "anna", "status": "active"}}

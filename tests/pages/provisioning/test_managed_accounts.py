"""The list of managed accounts, its export, and the deactivation of many."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.models import Account, AuditEvent, Job, LinkState, Member
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    MemberFactory,
    UserRecordFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)

URL = "/directory/managed-accounts/"
DEACTIVATE = f"{URL}deactivate/"
DEACTIVATED = Account.Status.DEACTIVATED


@pytest.fixture
def join(organization):
    """Return a function that adds managed people by name."""

    def add(*names, managed=True, directory=None, **values):
        made = []
        for name in names:
            account = AccountFactory.create(
                name=name,
                email=f"{name.split()[0].casefold()}@acme.example",
                managed_by=organization if managed else None,
                **values,
            )
            MemberFactory.create(
                organization=organization, account=account, directory=directory
            )
            if directory:
                UserRecordFactory.create(
                    directory=directory, account=account, link_state=LinkState.LINKED
                )
            made.append(account)
        return made

    return add


def names(response):
    return [member.name for member in response.context["listing"].rows]


def test_only_managed_accounts_are_listed_by_name(console, join, okta):
    join("Ben", "Anna", directory=okta)
    join("Guest", managed=False)

    page = console.get(URL)

    assert names(page) == ["Anna", "Ben"]
    assert names(console.get(URL, {"sort": "-name"})) == ["Ben", "Anna"]
    assert "Managed accounts 2" in main_of(page)
    assert okta.name in main_of(page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ann"}, ["Anna"]),
        ({"status": "active"}, ["Anna", "Ben"]),
        ({"status": "deactivated"}, ["Carla", "Dora"]),
        ({"status": "deletion"}, ["Carla"]),
        ({"directory": "local"}, ["Anna", "Carla", "Dora"]),
        ({"domain": "acme.example"}, ["Anna", "Ben", "Carla", "Dora"]),
        ({"domain": "other.example"}, []),
    ],
)
def test_filters_narrow_the_list(console, organization, join, okta, query, found):
    soon = timezone.now() + timedelta(days=3)
    join("Anna")
    join("Ben", directory=okta)
    join("Carla", status=DEACTIVATED, deletion_at=soon)
    join("Dora", status=DEACTIVATED)
    Member.objects.filter(name="Dora").update(status=Member.Status.SUSPENDED)
    DomainFactory.create(organization=organization, name="acme.example")

    assert names(console.get(URL, query)) == found
    rows = csv_rows(console.post(f"{URL}export/", query))
    assert [row[0] for row in rows[1:]] == found


@pytest.mark.parametrize("query", ["", "?q=anna", "?q=nobody", "?sort=-name"])
def test_the_fragment_is_part_of_the_page(console, join, query):
    join("Anna", "Ben")

    assert is_part_of_page(console, URL + query)


def test_pages_go_on_and_queries_do_not_grow(console, join, okta):
    join("Anna", directory=okta)
    one = queries_of(console, URL)
    join(*(f"P{n:03} Person" for n in range(80)), directory=okta)

    first = console.get(URL)
    second = console.get(URL + first.context["listing"].links.next)

    assert len({*names(first), *names(second)}) == 81
    assert queries_of(console, URL) == one <= 10


def test_an_organization_without_managed_accounts_is_led_to_its_domains(console):
    page = console.get(URL)

    assert "No managed accounts yet" in text_of(page)
    assert reverse("directories:domain-list") in page.content.decode()


def test_a_search_without_match_offers_to_clear_it(console, join):
    join("Anna")

    assert "No managed account matches" in text_of(console.get(URL, {"q": "zzz"}))


def test_who_may_only_look_gets_no_boxes(site_admin, join):
    join("Anna")

    page = site_admin.get(URL)

    assert names(page) == ["Anna"]
    assert "checkbox" not in page.content.decode()
    assert site_admin.post(DEACTIVATE).status_code == 403


def test_the_numbers_are_said_before_anything_is_deactivated(console, join, okta):
    anna, ben, carla = (
        join("Anna")[0],
        join("Ben", directory=okta)[0],
        join("Carla", status=DEACTIVATED)[0],
    )
    chosen = {"account": [str(each.public_id) for each in (anna, ben, carla)]}

    page = console.post(DEACTIVATE, chosen)

    text = main_of(page)
    assert "Deactivate 1 account?" in text
    assert "1 account is an identity provider" in text
    assert "1 account is deactivated already" in text
    anna.refresh_from_db()
    assert anna.is_active
    assert not Job.objects.exists()


@pytest.mark.parametrize("everybody", [False, True])
def test_many_are_deactivated_in_the_background(
    console, admin, join, okta, django_capture_on_commit_callbacks, everybody
):
    admin.managed_by = Member.objects.get(account=admin).organization
    admin.save()
    chosen = join("Anna", "Bea", "Carl")
    join("Ben", directory=okta)
    join("Zoe")
    body = {"confirmed": "1", "account": [str(a.public_id) for a in chosen]}
    if everybody:
        body |= {"all": "1", "account": []}

    with django_capture_on_commit_callbacks(execute=True):
        answer = console.post(DEACTIVATE, body)

    job = Job.objects.get()
    assert answer["Location"] == reverse("directories:job-detail", args=[job.pk])
    assert job.state == Job.State.DONE
    gone = Account.objects.filter(status=DEACTIVATED).order_by("name")
    assert list(gone.values_list("name", flat=True)) == [
        "Anna",
        "Bea",
        "Carl",
        *(["Zoe"] if everybody else []),
    ]
    events = AuditEvent.objects.filter(action="managed_account_deactivated")
    assert set(events.values_list("actor_name", flat=True)) == {"Ada Admin"}


def test_a_choice_of_nobody_leads_back(console, join):
    join("Anna")

    assert "Nothing to deactivate" in main_of(console.post(DEACTIVATE))
    assert "Nothing to deactivate" in main_of(
        console.post(DEACTIVATE, {"account": "x"})
    )


def test_accounts_of_others_cannot_be_chosen(console, organization):
    foreign = AccountFactory.create(
        managed_by=DirectoryFactory.create().organization, email="x@other.example"
    )

    console.post(DEACTIVATE, {"confirmed": "1", "account": str(foreign.public_id)})

    foreign.refresh_from_db()
    assert foreign.is_active

"""Reports: who is in which, what is told of them, how they are searched."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, LinkState
from provisioning.models import Group
from provisioning.reasons import EXPLANATIONS, Reason
from provisioning.services import consequences
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    MemberFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import (
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

URL = "/directory/reports/"
EXPORT = f"{URL}export/"
TABS = ["not-linked", "no-longer-pushed", "not-seen", "no-access"]


def ago(days):
    return timezone.now() - timedelta(days=days)


@pytest.fixture
def loose(okta):
    """Return three people whom nobody is linked to, each for another reason."""
    return [
        UserRecordFactory.create(
            directory=okta,
            user_name=name,
            email=f"{name}@acme.example",
            external_id=name,
            link_state=state,
            link_reason=reason,
            account=AccountFactory.create() if state == LinkState.PAUSED else None,
        )
        for name, state, reason in [
            ("apart", LinkState.UNLINKED, Reason.UNLINKED_BY_ADMIN),
            ("moved", LinkState.PAUSED, Reason.EMAIL_NOT_VERIFIED),
            ("twice", LinkState.HELD, Reason.OTHER_DIRECTORY),
        ]
    ]


def orphan(organization, name, **of_member):
    account = AccountFactory.create(name=name)
    said = {"former_directory": "Okta old", "released_at": ago(3)} | of_member
    return MemberFactory.create(organization=organization, account=account, **said)


def unseen(directory, name, days, **said):
    return UserRecordFactory.create(
        directory=directory,
        user_name=name,
        external_id=name,
        linked=True,
        seen_at=ago(days),
        **said,
    )


def names_on(page, names):
    text = main_of(page)
    return [name for name in names if name in text]


@pytest.mark.parametrize("tab", TABS)
def test_an_empty_report_says_that_nothing_is_to_do(site_admin, tab):
    page = main_of(site_admin.get(URL, {"tab": tab, "days": "30"}))

    if tab != "no-access":
        assert "Nobody is in this report" in page
    assert "Not linked No longer pushed Not seen lately People without access" in page


def test_who_is_not_linked_is_told_with_state_reason_and_advice(console, loose):
    page = main_of(console.get(URL))

    for record in loose:
        explanation = EXPLANATIONS[record.link_reason]
        assert f"{explanation.reason} {explanation.advice}" in page
    assert "Okta prod" in page
    assert "Re-link" in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"state": "paused"}, ["moved"]),
        ({"reason": "unlinked_by_admin"}, ["apart"]),
        ({"q": "TWI"}, ["twice"]),
        ({"q": "moved@acme"}, ["moved"]),
        ({"q": "wice"}, []),
        ({"directory": "none"}, ["apart", "moved", "twice"]),
    ],
)
def test_not_linked_is_searched_and_filtered(console, loose, asked, expected):
    page = console.get(URL, asked)

    assert [r.record.user_name for r in page.context["rows"]] == expected


def test_one_directory_can_be_asked_for(console, organization, loose):
    other = DirectoryFactory.create(organization=organization)

    page = console.get(URL, {"directory": str(other.pk)})

    assert "Nobody matches" in main_of(page)


def test_the_order_can_be_turned(console, loose):
    page = console.get(URL, {"sort": "-name"})

    assert [r.record.user_name for r in page.context["rows"]] == [
        "twice",
        "moved",
        "apart",
    ]


def test_pages_go_on_in_the_same_report(console, okta):
    for n in range(60):
        unseen(okta, f"user{n:03}", 100 - n % 50)
    ApiKeyFactory.create(directory=okta, last_used_at=timezone.now())

    first = console.get(URL, {"tab": "not-seen"})
    second = console.get(URL + first.context["listing"].links.next)

    assert "Showing 50 of 60" in main_of(first)
    seen = [r.record.pk for p in (first, second) for r in p.context["rows"]]
    assert len(set(seen)) == 60


def test_who_was_let_go_is_told_with_directory_and_day(console, organization):
    orphan(organization, "Olga Orphan")
    orphan(organization, "Dora Deactivated", status="deactivated")
    orphan(organization, "Lena Local", released_at=None)

    page = console.get(URL, {"tab": "no-longer-pushed"})

    assert names_on(page, ["Olga", "Dora", "Lena"]) == ["Olga"]
    assert "Okta old" in main_of(page)


def test_who_is_pushed_again_leaves_that_report(console, organization, okta):
    orphan(organization, "Olga Orphan", directory=okta)

    page = console.get(URL, {"tab": "no-longer-pushed"})

    assert "Olga" not in main_of(page)


@pytest.mark.parametrize(("days", "expected"), [("30", 2), ("60", 1), ("90", 0)])
def test_who_was_not_seen_is_told_by_days(console, okta, days, expected):
    ApiKeyFactory.create(directory=okta, last_used_at=timezone.now())
    unseen(okta, "some", 45)
    unseen(okta, "long", 75)
    unseen(okta, "today", 0)
    unseen(okta, "inactive", 75, active=False)

    page = console.get(URL, {"tab": "not-seen", "days": days})

    assert len(page.context["rows"]) == expected


def test_a_directory_that_rests_reports_nobody_as_not_seen(console, okta):
    ApiKeyFactory.create(directory=okta, last_used_at=ago(50))
    unseen(okta, "some", 45)

    page = console.get(URL, {"tab": "not-seen"})

    assert "Nobody is in this report" in main_of(page)


def test_whom_no_group_lets_into_an_app_has_no_access(console, organization, okta):
    inside = MemberFactory.create(organization=organization)
    opening = AppGrantFactory.create(group__organization=organization).group
    GroupMemberFactory.create(group=opening, account=inside.account)
    outside = MemberFactory.create(organization=organization, directory=okta)
    elsewhere = AppGrantFactory.create().group
    GroupMemberFactory.create(group=elsewhere, account=outside.account)
    GroupMemberFactory.create(
        group=GroupFactory.create(organization=organization), account=outside.account
    )
    GroupMemberFactory.create(
        group=GroupFactory.create(
            organization=organization, kind=Group.Kind.ALL_MEMBERS
        ),
        account=outside.account,
    )
    consequences.follow([opening.pk, elsewhere.pk])

    page = console.get(URL, {"tab": "no-access"})

    assert names_on(page, [inside.name, outside.name]) == [outside.name]
    local = console.get(URL, {"tab": "no-access", "directory": "local"})
    assert outside.name not in main_of(local)


@pytest.mark.parametrize("tab", TABS)
def test_what_is_elsewhere_stays_away(console, tab):
    other = DirectoryFactory.create()
    ApiKeyFactory.create(directory=other, last_used_at=timezone.now())
    UserRecordFactory.create(directory=other, user_name="stranger-loose")
    unseen(other, "stranger-unseen", 75)
    orphan(other.organization, "stranger-orphan")

    assert "stranger" not in main_of(console.get(URL, {"tab": tab}))


@pytest.mark.parametrize("tab", TABS)
def test_the_fragment_is_part_of_the_page(console, organization, okta, loose, tab):
    ApiKeyFactory.create(directory=okta, last_used_at=timezone.now())
    unseen(okta, "some", 45)
    orphan(organization, "Olga Orphan")

    assert is_part_of_page(console, f"{URL}?tab={tab}")


@pytest.mark.parametrize("tab", TABS)
def test_looking_writes_nothing(console, loose, no_writes, tab):
    with no_writes():
        assert console.get(URL, {"tab": tab, "q": "a\0'%"}).status_code == 200


@pytest.mark.parametrize("tab", TABS)
def test_the_number_of_queries_does_not_grow(console, organization, okta, tab):
    ApiKeyFactory.create(directory=okta, last_used_at=timezone.now())

    def add(count, start):
        for n in range(start, start + count):
            unseen(okta, f"unseen{n}", 45)
            orphan(organization, f"Orphan {n}")
            UserRecordFactory.create(directory=okta, external_id=str(n))

    add(2, 0)
    few = queries_of(console, f"{URL}?tab={tab}")
    add(20, 2)

    assert queries_of(console, f"{URL}?tab={tab}") == few


def test_the_export_tells_all_that_match(console, loose):
    answer = console.post(EXPORT, {"tab": "not-linked", "state": "held"})

    header, *rows = csv_rows(answer)
    assert header[0] == "User name"
    assert [row[0] for row in rows] == ["twice"]
    assert str(EXPLANATIONS[Reason.OTHER_DIRECTORY].reason) in rows[0]
    event = AuditEvent.objects.get(action=Event.EXPORTED)
    assert event.details["filters"] == {"state": "held"}


@pytest.mark.parametrize("tab", ["no-longer-pushed", "no-access"])
def test_people_are_exported_too(console, organization, tab):
    orphan(organization, "=Olga")

    rows = csv_rows(console.post(EXPORT, {"tab": tab}))

    assert any(row[0] == "'=Olga" and row[3] == "Okta old" for row in rows)

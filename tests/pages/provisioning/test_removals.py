"""The pages about removals: banner, list, decisions, undo."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from directories.models import AuditEvent, Job, Removal, RoleAssignment
from tests.factories.directories import (
    AccountFactory,
    AuditEventFactory,
    GroupRecordFactory,
    RemovalFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

Kind, State = Removal.Kind, Removal.State
BANNER = "Syncing of removals is stopped: 1 person and 7 memberships held"


def url_of(directory, more=""):
    return f"/security/identity-providers/{directory.pk}/removals/{more}"


@pytest.fixture
def stopped(okta):
    """Return a stopped directory: one person, two who left, a group of five."""
    okta.guard_stopped_at = datetime.now(UTC)
    okta.save()
    record = GroupRecordFactory.create(directory=okta, display_name="Crew")
    GroupFactory.create(
        organization=okta.organization, record=record, kind="synced", name="Crew"
    )
    RemovalFactory.create(directory=okta, name="ada@acme.example")
    for name in ("bob@acme.example", "cid@acme.example"):
        RemovalFactory.create(
            directory=okta, kind=Kind.LEFT, group_key=record.pk, name=name
        )
    RemovalFactory.create(
        directory=okta, kind=Kind.GROUP_DELETED, name="Old team", size=5
    )
    RemovalFactory.create(directory=okta, state=State.APPLIED, name="before@acme")
    return okta


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[UUID] = []
    monkeypatch.setattr("provisioning.views.removal.wake", ids.append)
    return ids


def test_a_stop_is_said_on_the_directory_the_overview_and_the_review(console, stopped):
    for url in (
        f"/security/identity-providers/{stopped.pk}/",
        "/",
        "/directory/review/",
    ):
        answer = console.get(url)

        assert BANNER in main_of(answer)
        assert "Review changes" in main_of(answer)
        assert url_of(stopped) in answer.content.decode()


def test_what_does_not_wait_is_not_counted(console, stopped):
    stopped.removals.exclude(kind=Kind.DEACTIVATED).delete()

    page = main_of(console.get(url_of(stopped)))

    assert "Syncing of removals is stopped: 1 person held" in page


def test_without_a_stop_no_page_speaks_of_one(console, okta):
    for url in (f"/security/identity-providers/{okta.pk}/", "/", "/directory/review/"):
        assert "is stopped" not in main_of(console.get(url))


def test_the_list_shows_what_waits_with_who_and_where(console, stopped):
    page = main_of(console.get(url_of(stopped)))

    assert BANNER in page
    assert "ada@acme.example Person deactivated" in page
    assert "bob@acme.example Person removed from a group Crew" in page
    assert "Old team Group deleted 5 members" in page
    assert "before@acme" not in page
    assert "1 removal came before the stop and was carried out. Undo" in page


def test_the_other_tab_shows_what_can_be_undone(console, stopped):
    old = datetime.now(UTC) - timedelta(hours=25)
    RemovalFactory.create(directory=stopped, state=State.APPLIED, name="old", at=old)

    page = main_of(console.get(url_of(stopped, "?tab=carried-out")))

    assert "before@acme Person deactivated" in page
    assert "Undo all" in page
    assert "ada@acme.example" not in page
    assert "Showing 1 of 1" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?q=ADA", {"ada"}),
        ("?kind=left", {"bob", "cid"}),
        ("?kind=left&q=cid", {"cid"}),
        ("?kind=nonsense", {"ada", "bob", "cid", "Old team"}),
        ("?q=nobody", set()),
    ],
)
def test_the_list_is_searched_and_filtered(console, stopped, query, shown):
    page = main_of(console.get(url_of(stopped, query)))
    start = page.index("Showing") if shown else page.index("Nothing matches")

    names = {"ada", "bob", "cid", "Old team"}
    assert {name for name in names if f"{name}" in page[start:]} == shown


def test_the_fragment_is_part_of_the_page(console, stopped):
    assert is_part_of_page(console, url_of(stopped))


def test_the_number_of_queries_does_not_grow(console, stopped):
    RemovalFactory.create(directory=stopped, account_key=AccountFactory.create().pk)
    one = queries_of(console, url_of(stopped))
    for number in range(30):
        RemovalFactory.create(
            directory=stopped, account_key=AccountFactory.create().pk, name=str(number)
        )

    assert queries_of(console, url_of(stopped)) == one <= 18


def test_an_empty_list_says_when_removals_are_stopped(console, okta):
    page = main_of(console.get(url_of(okta)))

    assert "Nothing waits" in page
    assert "more than 20 % of the people or memberships, and more than 50" in page


def test_admins_among_them_are_said_loudly(console, organization, stopped):
    right = RoleAssignmentFactory.create(
        organization=organization, role=RoleAssignment.Role.SITE_ADMIN
    )
    RemovalFactory.create(directory=stopped, account_key=right.account_id)

    assert "1 of them holds an admin right and keeps it until then" in main_of(
        console.get(url_of(stopped))
    )
    assert "1 of them holds an admin right" in main_of(
        console.get(url_of(stopped, "approve/"))
    )


def test_what_matches_is_exported(console, stopped):
    answer = console.post(url_of(stopped, "export/"), {"kind": "left"})

    header, *rows = csv_rows(answer)
    assert header[:3] == ["What", "Person or group", "Group"]
    assert [row[:4] for row in rows] == [
        ["Person removed from a group", "bob@acme.example", "Crew", "1"],
        ["Person removed from a group", "cid@acme.example", "Crew", "1"],
    ]
    assert AuditEvent.objects.filter(action="exported").exists()


@pytest.mark.parametrize(
    ("decision", "says"),
    [
        ("approve", "Approve 4 removals? 1 person loses access"),
        ("approve", "2 times a person leaves a group"),
        ("approve", "1 group is deleted, with 5 memberships"),
        ("discard", "Discard 4 removals? 1 person is active again"),
        ("discard", "2 memberships are there again"),
        ("discard", "1 group is a local one with its 5 members"),
        ("undo", "Undo 1 removal? 1 person is active again"),
    ],
)
def test_a_decision_says_in_numbers_what_it_changes(
    console, stopped, no_writes, decision, says
):
    with no_writes():
        page = main_of(console.get(url_of(stopped, f"{decision}/")))

    assert says in page.replace(" Okta prod ", " ")


@pytest.mark.parametrize(
    ("decision", "event"),
    [
        ("approve", "scim_removals_approved"),
        ("discard", "scim_removals_discarded"),
        ("undo", "scim_removals_undone"),
    ],
)
def test_a_decision_queues_its_job(console, stopped, woken, decision, event):
    answer = console.post(url_of(stopped, f"{decision}/"), follow=True)

    job = Job.objects.get(kind=f"guard-{decision}")
    assert woken == [job.pk]
    assert (job.directory, job.total) == (stopped, 1 if decision == "undo" else 4)
    assert AuditEvent.objects.get(action=event).actor_name == "Ada Admin"
    stopped.refresh_from_db()
    assert (stopped.guard_stopped_at is None) is (decision != "undo")
    assert "in the background" in main_of(answer) or answer.status_code == 200


def test_some_can_be_chosen(console, stopped, woken):
    keys = list(Removal.objects.filter(kind=Kind.LEFT).values_list("pk", flat=True))
    query = "&".join(f"chosen={key}" for key in keys)

    asked = console.get(url_of(stopped, f"discard/?some=1&{query}"))
    console.post(url_of(stopped, "discard/"), {"some": "1", "chosen": keys})

    assert "Discard 2 removals?" in main_of(asked)
    assert Job.objects.get().input.content["keys"] == keys
    stopped.refresh_from_db()
    assert stopped.guard_stopped_at is not None


@pytest.mark.parametrize("query", ["?some=1", "?some=1&chosen=x", "?chosen=99999"])
def test_choosing_nothing_is_no_decision_about_all(console, stopped, query):
    answer = console.get(url_of(stopped, f"approve/{query}"))

    assert answer.status_code == 302


def test_a_second_decision_waits_for_the_first(console, stopped, woken):
    console.post(url_of(stopped, "approve/"))

    console.post(url_of(stopped, "discard/"))

    assert [job.kind for job in Job.objects.all()] == ["guard-approve"]
    assert "A decision is carried out" in main_of(console.get(url_of(stopped)))


def test_what_is_decided_already_is_said(console, okta, woken):
    answer = console.post(url_of(okta, "approve/"), follow=True)

    assert not Job.objects.exists()
    assert "Nothing of this waits any more." in answer.content.decode()


def test_stops_and_decisions_are_listed(console, stopped):
    AuditEventFactory.create(
        organization=stopped.organization,
        action="scim_removals_stopped",
        target_kind="directory",
        target_id=str(stopped.pk),
        details={"lost": 61, "of": 200, "people": True},
    )

    page = main_of(console.get(url_of(stopped)))

    assert "Stopped syncing of removals" in page
    assert "61 of 200 people would have been lost within one hour." in page


def test_others_do_not_decide(console, site_admin, stopped):
    other = RemovalFactory.create().directory

    assert console.get(url_of(other)).status_code == 404
    assert console.get(url_of(stopped, "burn/")).status_code == 404
    assert site_admin.get(url_of(stopped)).status_code == 403
    assert site_admin.post(url_of(stopped, "approve/")).status_code == 403


def test_a_group_that_waits_to_be_deleted_says_so(console, organization, stopped):
    group = GroupFactory.create(
        organization=organization, kind="synced", name="Old team"
    )

    page = main_of(console.get(f"/directory/groups/{group.public_id}/"))

    assert "Okta prod has deleted this group" in page
    assert "Review changes" in page

"""The licenses of an app: who waits, who was refused, what a change does to them."""

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, RoleAssignment
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppGrant, AppRole, GroupMember
from provisioning.services.organization_groups import local_groups
from tests.factories.directories import (
    SiteFactory,
)
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.pages.provisioning.licensing import (
    ALLOW,
    QUEUE,
    REFUSE,
    address,
    admin,
    ids,
    join,
    limit,
    people,
    said,
    states,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)
from tests.provisioning.access import check_access

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
State = AppAccess.State


@pytest.fixture
def jira(organization):
    site = SiteFactory.create(organization=organization, name="northern")
    return AppFactory.create(site=site, kind=App.Kind.JIRA)


@pytest.fixture
def crew(organization, jira):
    """Return a group that opens Jira, with nobody in it."""
    group = GroupFactory.create(organization=organization, name="Crew")
    AppGrantFactory.create(group=group, app=jira)
    return group


@pytest.mark.parametrize("tab", ["users", "licenses&line=waiting"])
def test_many_people_cost_the_queries_of_one(console, organization, jira, crew, tab):
    limit(jira, 1)
    join(crew, people(organization, 2))
    url = address(jira, f"?tab={tab}")
    few = queries_of(console, url)

    join(crew, people(organization, 20))

    assert queries_of(console, url) == few


def test_the_line_says_who_is_next_and_by_which_group(
    console, organization, jira, crew
):
    limit(jira, 1)
    first, second, third = people(organization, 3)
    for each in (first, third, second):
        join(crew, [each])

    page = main_of(console.get(address(jira, "?tab=licenses")))

    assert "1 of 1" in page
    assert page.index(third.email) < page.index(second.email)
    assert "2 people wait for a license of Jira" in page
    rows = csv_rows(
        console.post(address(jira, "licenses/export/"), {"line": "waiting"})
    )
    assert [row[0:1] + row[2:4] for row in rows[1:]] == [
        ["1", third.email, "Waiting for a license"],
        ["2", second.email, "Waiting for a license"],
    ]
    assert is_part_of_page(console, address(jira, "?tab=licenses"))


def test_guests_take_no_license_and_are_counted_apart(
    console, organization, jira, crew
):
    limit(jira, 5)
    guests = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=guests, app=jira, role=AppRole.GUEST)
    join(guests, people(organization, 3))
    join(crew, people(organization, 1))

    page = main_of(console.get(address(jira, "?tab=licenses")))

    assert "1 of 5" in page
    assert "Guest 3 without a license" in page


@pytest.mark.parametrize(
    "case",
    [
        (QUEUE, "3", "2 people who wait get access now", [State.ACTIVE] * 3),
        (QUEUE, "2", "1 person goes on waiting", None),
        (QUEUE, "", "There is no limit any more", [State.ACTIVE] * 3),
        (ALLOW, "1", "2 people who wait get access now", [State.ACTIVE] * 3),
    ],
)
def test_another_limit_is_explained_first_and_lets_in_who_waits(
    console, organization, jira, crew, case
):
    at_limit, value, words, after = case
    limit(jira, 1)
    join(crew, people(organization, 3))
    wanted = {"user_limit": value, "at_limit": at_limit}

    page = main_of(console.post(address(jira, "licenses/"), wanted))

    assert words in page
    assert states(jira).count(State.ACTIVE) == 1
    answer = console.post(address(jira, "licenses/"), {**wanted, "confirmed": "1"})
    assert "User limit saved" in said(answer)
    assert states(jira) == (after or [State.ACTIVE, State.ACTIVE, State.WAITING])
    assert AuditEvent.objects.filter(action=Event.APP_LIMIT_CHANGED).count() == 1
    check_access()


def test_a_lower_limit_takes_nobodys_access(console, organization, jira, crew):
    join(crew, people(organization, 3))
    wanted = {"user_limit": "1", "at_limit": QUEUE}

    page = main_of(console.post(address(jira, "licenses/"), wanted))
    console.post(address(jira, "licenses/"), {**wanted, "confirmed": "1"})
    join(crew, people(organization, 1))

    assert "2 fewer than are used. Nobody loses access" in page
    assert states(jira) == [State.ACTIVE] * 3 + [State.WAITING]
    assert "2 people more than the limit" in main_of(console.get(address(jira)))


def test_a_limit_that_is_no_number_is_said_at_the_field(console, jira):
    wanted = {"user_limit": "many", "at_limit": QUEUE, "confirmed": "1"}

    answer = console.post(address(jira, "licenses/"), wanted)

    assert answer.status_code == 422
    assert "Enter a whole number from 0" in main_of(answer)


def test_who_was_refused_is_tried_again_one_by_one_and_all(
    console, organization, jira, crew
):
    limit(jira, 1, REFUSE)
    accounts = people(organization, 4)
    join(crew, accounts)
    again = address(jira, "licenses/try-again/")

    full = console.post(again, {"account": ids(accounts[1:2])})
    assert "1 person stays refused: no license is free" in said(full)
    full = console.post(again, {"everything": "1"})
    assert "No license is free: everybody stays refused" in said(full)
    # Raising the limit alone lets nobody in who was refused.
    raised = {"user_limit": "3", "at_limit": REFUSE}
    page = main_of(console.post(address(jira, "licenses/"), raised))
    assert "2 of them get access. The others stay refused." in page
    console.post(address(jira, "licenses/"), {**raised, "confirmed": "1"})
    assert states(jira).count(State.ACTIVE) == 1

    answer = console.post(again, {"account": ids(accounts[3:])})
    assert "1 person has access now" in said(answer)
    assert states(jira)[3] == State.ACTIVE
    console.post(again, {"everything": "1"})

    assert states(jira) == [State.ACTIVE, State.ACTIVE, State.REFUSED, State.ACTIVE]
    check_access()


def test_refused_people_stand_in_line_when_tried_again_in_a_queue(
    console, organization, jira, crew
):
    limit(jira, 1, REFUSE)
    accounts = people(organization, 2)
    join(crew, accounts)
    limit(jira, 1, QUEUE)

    answer = console.post(
        address(jira, "licenses/try-again/"), {"account": ids(accounts)}
    )

    assert "1 person waits for a license now" in said(answer)
    assert states(jira) == [State.ACTIVE, State.WAITING]
    check_access()


@pytest.mark.parametrize(
    ("at_limit", "words", "result"),
    [
        (REFUSE, "2 licenses are missing, so this is refused", None),
        (QUEUE, "2 people will wait", [State.ACTIVE, State.WAITING, State.WAITING]),
        (ALLOW, "2 people more than the limit", [State.ACTIVE] * 3),
    ],
)
def test_adding_groups_says_first_who_gets_no_license(
    console, organization, jira, at_limit, words, result
):
    limit(jira, 1, at_limit)
    group = GroupFactory.create(organization=organization)
    join(group, people(organization, 3))
    chosen = {"group": [group.public_id], "role": "user"}

    page = main_of(console.post(address(jira, "add/"), chosen))

    assert "3 people in the chosen groups need a license; 1 of 1 are free" in page
    assert words in page
    assert not AppGrant.objects.exists()
    console.post(address(jira, "add/"), {**chosen, "confirmed": "1"})
    assert AppGrant.objects.exists() is (result is not None)
    assert states(jira) == (result or [])


@pytest.mark.parametrize(
    ("at_limit", "words"),
    [
        (REFUSE, "Nothing was changed: 2 people would need a license of Jira"),
        (QUEUE, "1 more person waits for a license of Jira on northern"),
        (ALLOW, "1 person more than the limit uses Jira on northern now"),
    ],
)
def test_adding_people_to_a_group_says_what_it_does(
    console, organization, jira, crew, at_limit, words
):
    limit(jira, 1, at_limit)
    accounts = people(organization, 2)
    url = f"/directory/groups/{crew.public_id}/people/add/"

    assert "0 of 1 licenses" in main_of(console.get(url))
    answer = console.post(url, {"account": ids(accounts)})

    assert words in said(answer)
    assert GroupMember.objects.filter(group=crew).count() == (at_limit != REFUSE) * 2
    check_access()


def test_restoring_a_group_and_a_person_is_refused_without_licenses(
    console, organization, jira, crew
):
    limit(jira, 1, REFUSE)
    gone, back = people(organization, 2)
    type(back).objects.filter(pk=back.pk).update(managed_by=organization)
    join(crew, [gone])
    local_groups.delete_group(crew, by=SYSTEM, now=timezone.now())
    other = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=other, app=jira)
    join(other, [back])
    user = f"/directory/users/{back.public_id}"
    deleted = organization.deleted_groups.get()

    answer = console.post(f"/directory/groups/deleted/{deleted.public_id}/restore/")
    assert "1 person would need a license of Jira on northern, and 0 are free" in said(
        answer
    )
    console.post(f"{user}/account/deactivate/")
    console.post(f"/directory/groups/deleted/{deleted.public_id}/restore/")
    answer = console.post(f"{user}/account/reactivate/")

    assert "Nothing was changed: 1 person would need a license" in said(answer)
    assert states(jira) == [State.ACTIVE]
    check_access()


def test_the_overview_and_the_page_lead_to_who_waits(console, organization, jira, crew):
    limit(jira, 1)
    join(crew, people(organization, 4))
    other = admin(
        organization, Role.USER_ACCESS_ADMIN, site=jira.site, app="confluence"
    )

    assert "Jira on northern: 3 people wait for a license" in main_of(console.get("/"))
    assert "wait for a license" not in main_of(other.get("/"))

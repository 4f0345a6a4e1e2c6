"""The pages that suspend people and restore their access."""

import pytest
from django.utils import timezone

from directories.models import Job, Member
from directories.services.audit import SYSTEM
from provisioning.models import App
from provisioning.services.organization_groups import local_groups
from provisioning.services.suspension import suspension_runs
from tests.factories.directories import MemberFactory
from tests.factories.provisioning import AppGrantFactory, GroupFactory
from tests.pages.provisioning.reading import main_of, text_of

USERS = "/directory/users/"
SUSPENDED = Member.Status.SUSPENDED


@pytest.fixture
def join(organization):
    """Return a function that adds people who have Jira."""
    group = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=group)

    def add(*names, **values):
        made = [
            MemberFactory.create(
                organization=organization, account__name=name, **values
            ).account
            for name in names
        ]
        keys = [each.pk for each in made]
        local_groups.add_people(group, keys, by=SYSTEM, now=timezone.now())
        return made

    return add


def test_one_person_is_suspended_and_restored_with_numbers_before(console, join, okta):
    (anna,) = join("Anna", directory=okta)
    own = f"{USERS}{anna.public_id}/"

    page = main_of(console.get(f"{own}suspend/"))
    assert "1 role in an app ends." in page
    assert "1 license becomes free." in page
    assert "1 person is an identity provider" in page
    shown = text_of(console.post(f"{own}suspend/", follow=True))
    assert "1 person is suspended." in shown
    assert "Access suspended" in shown
    assert "1 role in an app comes back" in main_of(
        console.get(f"{own}restore-access/")
    )
    console.post(f"{own}restore-access/")

    assert anna.memberships.get().status == Member.Status.ACTIVE


@pytest.mark.parametrize("action", ["suspend", "restore-access"])
def test_nothing_is_counted_where_there_is_none(console, organization, action):
    status = "active" if action == "suspend" else SUSPENDED
    member = MemberFactory.create(organization=organization, status=status)

    one = main_of(console.get(f"{USERS}{member.account.public_id}/{action}/"))
    nobody = main_of(console.post(f"{USERS}{action}/"))

    assert "No access to an app" in one
    assert " 0 " not in one + nobody


def test_too_few_licenses_are_said_before_and_refuse(console, join):
    (anna,) = join("Anna")
    own = f"{USERS}{anna.public_id}/"
    console.post(f"{own}suspend/")
    join("Ben")
    App.objects.update(user_limit=1, at_limit=App.AtLimit.REFUSE)

    page = main_of(console.get(f"{own}restore-access/"))
    assert "Only 0 are free. The user limit refuses" in page
    shown = text_of(console.post(f"{own}restore-access/", follow=True))

    assert "Anna stays as before. An app has too few free licenses" in shown
    assert anna.memberships.get().status == SUSPENDED


def test_ticked_people_are_suspended_and_who_cannot_be_is_named(
    console, join, admin, organization
):
    chosen = [str(each.public_id) for each in [*join("Anna", "Ben"), admin]]

    page = main_of(console.post(f"{USERS}suspend/", {"account": chosen}))
    assert "Suspend the access of 3 people?" in page
    done = {"account": chosen, "confirmed": "1"}
    shown = text_of(console.post(f"{USERS}suspend/", done, follow=True))

    assert "2 people are suspended." in shown
    assert "Ada Admin stays as before. It is your own account." in shown
    everybody = {"all": "1", "status": "suspended", "confirmed": "1"}
    console.post(f"{USERS}restore-access/", everybody)
    assert not organization.members.filter(status=SUSPENDED).exists()


def test_more_than_a_few_are_a_job_with_a_result(
    console, join, organization, monkeypatch
):
    monkeypatch.setattr(suspension_runs, "AT_ONCE", 2)
    join("Anna", "Ben", "Carla")

    answer = console.post(f"{USERS}suspend/", {"all": "1", "confirmed": "1"})

    job = Job.objects.get(kind=suspension_runs.SUSPEND)
    assert answer.headers["Location"].endswith(f"/{job.pk}/")
    page = main_of(console.get(answer.headers["Location"]))
    assert "1 person was refused" in page
    assert "It is your own account." in page
    assert organization.members.filter(status=SUSPENDED).count() == 3


@pytest.mark.parametrize("path", ["suspend", "restore-access"])
def test_nobody_chosen_leads_back(console, path):
    page = main_of(console.post(f"{USERS}{path}/"))

    assert "Tick people in the list first." in page


def test_who_may_only_look_gets_no_buttons(site_admin, join):
    (anna,) = join("Anna")

    assert "Suspend access" not in main_of(site_admin.get(USERS))
    assert site_admin.post(f"{USERS}{anna.public_id}/suspend/").status_code == 403

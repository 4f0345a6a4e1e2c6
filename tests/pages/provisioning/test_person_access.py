"""App access on the pages of a person and a group, and in the list of people."""

import pytest
from django.utils import timezone

from directories.models import Member, RoleAssignment
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, Group
from provisioning.services.organization_groups import local_groups
from provisioning.services.suspension import suspending
from tests.factories.directories import MemberFactory, SiteFactory, UserRecordFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.pages.provisioning.licensing import admin
from tests.pages.provisioning.reading import csv_rows, main_of, queries_of

NOW = timezone.now()
USERS = "/directory/users/"


@pytest.fixture
def site(organization):
    return SiteFactory.create(organization=organization, name="acme")


@pytest.fixture
def developers(organization, site):
    """Return a group that opens Jira of acme, which also has Trello."""
    group = GroupFactory.create(organization=organization, name="developers")
    AppGrantFactory.create(group=group, app__site=site)
    AppFactory.create(site=site, kind=App.Kind.TRELLO)
    return group


def join(organization, name, *groups):
    account = MemberFactory.create(
        organization=organization, account__name=name
    ).account
    for group in groups:
        local_groups.add_people(group, [account.pk], by=SYSTEM, now=NOW)
    return account


def page_of(client, account):
    return main_of(client.get(f"{USERS}{account.public_id}/"))


def names(response):
    return [member.name for member in response.context["listing"].rows]


def test_the_card_says_state_groups_and_what_no_group_opens(
    console, organization, developers
):
    anna = join(organization, "Anna", developers)
    App.objects.update(user_limit=1)
    ben = join(organization, "Ben", developers)

    assert "Jira acme User Has access" in page_of(console, anna)
    assert "No group of the person opens: Trello (acme)" in page_of(console, anna)
    assert str(AppAccess.State.WAITING.label) in page_of(console, ben)

    suspending.suspend_person(anna, organization, by=SYSTEM, now=NOW)
    assert "Rests" in page_of(console, anna)
    assert "The person is suspended" in page_of(console, anna)
    assert "No group of the person opens an app." in page_of(
        console, join(organization, "Carla")
    )


def test_the_group_says_who_has_access_by_it_alone(console, organization, developers):
    others = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=others, app=developers.grants.get().app)
    join(organization, "Anna", developers)
    join(organization, "Ben", developers, others)

    url = f"/directory/groups/{developers.public_id}/"
    page = main_of(console.get(url, {"tab": "details"}))

    assert "1 person has access by this group alone." in page


def test_the_group_counts_only_who_has_access(console, organization, developers):
    App.objects.update(user_limit=1)
    for name in ("Anna", "Ben", "Carla"):
        join(organization, name, developers)

    url = f"/directory/groups/{developers.public_id}/"
    page = main_of(console.get(url, {"tab": "details"}))

    assert "1 person has access by this group alone." in page
    assert "2 more have no license." in page


def test_links_lead_only_to_apps_that_the_admin_may_open(
    organization, site, developers
):
    trello = App.objects.get(kind=App.Kind.TRELLO)
    AppGrantFactory.create(group=developers, app=trello)
    anna = join(organization, "Anna", developers)
    role = RoleAssignment.Role.USER_ACCESS_ADMIN
    decides = admin(organization, role, site=site, app=App.Kind.JIRA)

    for url in (
        f"{USERS}{anna.public_id}/",
        f"/directory/groups/{developers.public_id}/?tab=details",
    ):
        page = decides.get(url).content.decode()
        assert f'href="/apps/sites/{site.pk}/jira/access/"' in page
        assert f"/apps/sites/{site.pk}/trello/access/" not in page
        assert "Trello" in page


def test_who_manages_no_providers_finds_no_links_to_them(
    organization, okta, site, developers
):
    jira = App.objects.get(kind=App.Kind.JIRA)
    record = UserRecordFactory.create(directory=okta, linked=True)
    member = MemberFactory.create(
        organization=organization, account=record.account, directory=okta
    )
    GroupFactory.create(organization=organization, name="Pushed", synced=True)
    role = RoleAssignment.Role.USER_ACCESS_ADMIN
    decides = admin(organization, role, site=site, app=jira.kind)

    for url in (
        f"{USERS}{member.account.public_id}/",
        f"/directory/groups/{Group.objects.get(name='Pushed').public_id}/",
        "/directory/managed-accounts/",
        "/directory/reports/",
        "/directory/review/",
    ):
        page = decides.get(url)
        assert page.status_code == 200, url
        links = page.content.decode().count('href="/security/identity-providers/')
        assert links == 0, url


def test_the_overview_shows_licenses_of_apps_that_the_right_is_about(
    console, organization, site, developers
):
    trello = App.objects.get(kind=App.Kind.TRELLO)
    AppGrantFactory.create(group=developers, app=trello)
    join(organization, "Anna", developers)
    role = RoleAssignment.Role.USER_ACCESS_ADMIN
    decides = admin(organization, role, site=site, app=App.Kind.JIRA)

    assert "Trello on acme" in console.get("/").content.decode()
    page = decides.get("/").content.decode()
    assert "Jira on acme" in page
    assert "Trello on acme" not in page


def test_people_are_found_by_their_access_and_exported_with_it(
    console, organization, admin, site, developers
):
    jira = site.apps.get(kind=App.Kind.JIRA)
    join(organization, "Anna", developers)
    ben = join(organization, "Ben", developers)
    join(organization, "Carla")
    suspending.suspend_person(ben, organization, by=SYSTEM, now=NOW)

    assert names(console.get(USERS, {"access": str(jira.pk)})) == ["Anna"]
    assert names(console.get(USERS, {"access": "none"})) == [admin.name, "Ben", "Carla"]
    assert names(console.get(USERS, {"access": "none", "status": "suspended"})) == [
        "Ben"
    ]
    assert names(console.get(USERS, {"access": "12345678"})) == []
    rows = csv_rows(console.post(f"{USERS}export/", {"access": str(jira.pk)}))
    assert rows[1][-3] == "Jira (acme): User"


def test_queries_of_a_person_do_not_grow_with_groups(
    console, organization, site, developers
):
    anna = join(organization, "Anna", developers)
    url = f"{USERS}{anna.public_id}/"
    one = queries_of(console, url)
    more = GroupFactory.create_batch(5, organization=organization)
    for group in more:
        AppGrantFactory.create(group=group, app=site.apps.first())
        local_groups.add_people(group, [anna.pk], by=SYSTEM, now=NOW)

    assert queries_of(console, url) == one
    assert Member.objects.get(account=anna).status == Member.Status.ACTIVE

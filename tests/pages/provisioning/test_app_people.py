"""The people of an app: the list of them, who decides about them, who loses access."""

import pytest

from directories.models import RoleAssignment
from provisioning.models import App, AppAccess, AppGrant
from tests.factories.directories import SiteFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.pages.provisioning.licensing import (
    QUEUE,
    REFUSE,
    address,
    admin,
    ids,
    join,
    limit,
    people,
    states,
)
from tests.pages.provisioning.reading import csv_rows, is_part_of_page, main_of

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


def test_everybody_entitled_is_listed_filtered_and_exported(
    console, organization, jira, crew
):
    limit(jira, 1)
    for name in ("Bears", "Cats", "Dogs"):
        AppGrantFactory.create(
            group=GroupFactory.create(organization=organization, name=name), app=jira
        )
    first, second = people(organization, 2)
    for grant in AppGrant.objects.filter(app=jira):
        join(grant.group, [first])
    join(crew, [second])

    page = main_of(console.get(address(jira, "?tab=users")))

    assert first.name in page
    assert "Bears , Cats , Crew and 1 more" in page
    waiting = main_of(console.get(address(jira, "?tab=users&state=waiting")))
    assert second.email in waiting
    assert first.email not in waiting
    nobody = main_of(console.get(address(jira, "?tab=users&role=guest")))
    assert "No user matches" in nobody
    rows = csv_rows(console.post(address(jira, "users/export/"), {"q": first.email}))
    assert [row[1:4] + row[5:7] for row in rows[1:]] == [
        [first.email, "User", "Has access", "Bears; Cats; Crew", "4"]
    ]
    assert is_part_of_page(console, address(jira, "?tab=users"))


def test_who_decides_is_named_and_another_one_is_added_for_this_app(
    console, organization, jira
):
    admin(organization, Role.USER_ACCESS_ADMIN, site=jira.site, app="jira")
    admin(organization, Role.USER_ACCESS_ADMIN, site=jira.site, app="confluence")
    holder = RoleAssignment.objects.get(app="jira").account
    somebody = people(organization, 1)[0]

    page = console.get(address(jira))
    where = f"role=user_access_admin&site={jira.site_id}&app=jira"
    form = console.get(
        f"/directory/administrators/add/?person={somebody.public_id}&{where}"
    )

    assert f"User access admin {holder.name}" in main_of(page)
    assert where.replace("&", "&amp;") in page.content.decode()
    assert f'value="{jira.site_id}" selected' in form.content.decode()


def test_removing_a_group_names_who_loses_access(console, organization, jira, crew):
    both, alone = people(organization, 2)
    other = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=other, app=jira)
    join(crew, [both, alone])
    join(other, [both])
    url = address(jira, f"{AppGrant.objects.get(group=crew).pk}/remove/")

    page = main_of(console.get(url))

    assert "1 person has the role User by this group alone" in page
    assert alone.email in page
    assert both.email not in page
    group = f"/directory/groups/{crew.public_id}/delete/"
    page = main_of(console.get(group))
    assert "1 role ends" in page
    assert alone.email in page
    for each in (url, group):
        rows = csv_rows(console.post(f"{each}export/"))
        assert [row[1:5] for row in rows[1:]] == [
            [alone.email, "Jira", "northern", "User"]
        ]


@pytest.mark.parametrize(
    "case",
    [
        (Role.SITE_ADMIN, "", True, True, False),
        (Role.USER_ACCESS_ADMIN, "jira", True, True, False),
        (Role.USER_ACCESS_ADMIN, "confluence", False, False, False),
        (Role.APP_ADMIN, "jira", True, False, False),
    ],
)
def test_a_role_sees_and_changes_the_licenses_of_its_own_apps(
    organization, jira, crew, case
):
    role, app, sees, tries, limits = case
    limit(jira, 1, REFUSE)
    accounts = people(organization, 2)
    join(crew, accounts)
    client = admin(organization, role, site=jira.site, app=app)
    limit(jira, 2, REFUSE)

    assert (client.get(address(jira, "?tab=users")).status_code == 200) is sees
    assert (client.post(address(jira, "users/export/")).status_code == 200) is sees
    wanted = {"user_limit": "9", "at_limit": QUEUE, "confirmed": "1"}
    client.post(address(jira, "licenses/"), wanted)
    jira.refresh_from_db()
    assert (jira.user_limit == 9) is limits
    client.post(address(jira, "licenses/try-again/"), {"account": ids(accounts)})
    assert (states(jira) == [State.ACTIVE] * 2) is tries

"""Who gets into an app, by which groups, and who decides that."""

import pytest
from django.test import Client
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, RoleAssignment
from directories.services.audit import SYSTEM
from provisioning.models import App, AppGrant, Group
from provisioning.queries.access.deciders import deciders_of
from provisioning.services.organization_groups import deleted_groups
from tests.factories.directories import (
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.pages.provisioning.reading import is_part_of_page

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role


@pytest.fixture
def site(organization):
    return SiteFactory.create(organization=organization, name="northern")


@pytest.fixture
def jira(site):
    return AppFactory.create(site=site)


def address(app: App, more: str = "") -> str:
    return f"/apps/sites/{app.site_id}/{app.kind}/access/{more}"


def admin(organization, role, **where) -> Client:
    right = RoleAssignmentFactory.create(organization=organization, role=role, **where)
    MemberFactory.create(organization=organization, account=right.account)
    client = Client()
    client.force_login(right.account)
    return client


def text_of(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_group_gets_into_an_app_and_out_again(console, organization, jira):
    group = GroupFactory.create(organization=organization, name="Builders")
    person = MemberFactory.create(organization=organization)
    GroupMemberFactory.create(group=group, account=person.account)

    console.post(address(jira, "add/"), {"group": [group.public_id], "role": "user"})

    assert "Builders" in text_of(console.get(address(jira)))
    page = text_of(console.get(f"/directory/users/{person.account.public_id}/"))
    assert "northern" in page
    assert "Builders" in page
    grant = AppGrant.objects.get()
    confirm = text_of(console.get(address(jira, f"{grant.pk}/remove/")))
    assert "1 person has the role User by this group alone" in confirm
    console.post(address(jira, f"{grant.pk}/remove/"))
    assert "No group gives access yet" in text_of(console.get(address(jira)))
    assert list(
        AuditEvent.objects.filter(target_id=str(group.public_id))
        .order_by("pk")
        .values_list("action", flat=True)
    ) == [Event.APP_ACCESS_GRANTED, Event.APP_ACCESS_REVOKED]


def test_who_is_in_two_groups_keeps_access_by_the_other(console, organization, jira):
    both = MemberFactory.create(organization=organization).account
    first, second = GroupFactory.create_batch(2, organization=organization)
    for group in (first, second):
        GroupMemberFactory.create(group=group, account=both)
        AppGrantFactory.create(group=group, app=jira)
    grant = AppGrant.objects.get(group=first)

    page = text_of(console.get(address(jira, f"{grant.pk}/remove/")))

    assert "0 people have the role User by this group alone" in page


def test_bitbucket_takes_no_synced_group(console, organization, site):
    app = AppFactory.create(site=site, kind=App.Kind.BITBUCKET)
    synced = GroupFactory.create(organization=organization, synced=True)
    local = GroupFactory.create(organization=organization)

    for place in ("", "add/"):
        page = text_of(console.get(address(app, place)))
        assert "Bitbucket takes no synced groups" in page
    console.post(
        address(app, "add/"),
        {"group": [synced.public_id, local.public_id], "role": "user"},
    )

    assert list(AppGrant.objects.values_list("group", flat=True)) == [local.pk]


def test_only_local_groups_become_default_ones(console, organization, jira):
    """Invited people are put in, which a provider would not know of."""
    group = GroupFactory.create(organization=organization, synced=True)
    grant = AppGrantFactory.create(group=group, app=jira)
    place = address(jira, f"{grant.pk}/default/")

    assert "Only local groups can be default groups" in text_of(console.get(place))
    answer = console.post(place, {"role": "user"}, follow=True)

    assert "Only local groups can be default groups" in text_of(answer)
    assert not AppGrant.objects.filter(is_default=True).exists()


def test_a_group_becomes_the_default_one_of_a_role_and_of_none(
    console, organization, jira
):
    grant = AppGrantFactory.create(
        group=GroupFactory.create(organization=organization), app=jira
    )

    console.post(address(jira, f"{grant.pk}/default/"), {"role": "user"})
    grant.refresh_from_db()
    assert grant.is_default
    page = text_of(console.get(address(jira, f"{grant.pk}/default/")))
    assert "It is the only default group of its role" in page
    console.post(address(jira, f"{grant.pk}/default/"), {"role": "none"})
    grant.refresh_from_db()
    assert not grant.is_default


@pytest.mark.parametrize(
    ("role", "place", "sees", "decides"),
    [
        (Role.SITE_ADMIN, "site", True, True),
        (Role.USER_ACCESS_ADMIN, "site", True, True),
        (Role.USER_ACCESS_ADMIN, "app", True, True),
        (Role.USER_ACCESS_ADMIN, "other app", False, False),
        (Role.USER_ACCESS_ADMIN, "other site", False, False),
        (Role.APP_ADMIN, "app", True, False),
        (Role.APP_ADMIN, "other app", False, False),
    ],
)
def test_a_role_decides_about_its_own_apps_only(
    organization, jira, role, place, sees, decides
):
    where = {
        "site": {"site": jira.site},
        "app": {"site": jira.site, "app": "jira"},
        "other app": {"site": jira.site, "app": "confluence"},
        "other site": {"site": SiteFactory.create(organization=organization)},
    }[place]
    client = admin(organization, role, **where)
    group = GroupFactory.create(organization=organization)

    assert (client.get(address(jira)).status_code == 200) is sees
    client.post(address(jira, "add/"), {"group": [group.public_id], "role": "user"})
    assert AppGrant.objects.exists() is decides


def test_only_an_organization_admin_sets_default_groups(organization, jira):
    grant = AppGrantFactory.create(
        group=GroupFactory.create(organization=organization), app=jira
    )
    client = admin(organization, Role.SITE_ADMIN, site=jira.site)

    answer = client.post(address(jira, f"{grant.pk}/default/"), {"role": "user"})

    assert answer.status_code == 403


@pytest.mark.parametrize("kind", [Group.Kind.DEFAULT, Group.Kind.LOCAL])
def test_a_group_that_opens_another_app_is_not_for_the_admin_of_one(
    organization, jira, kind
):
    client = admin(organization, Role.USER_ACCESS_ADMIN, site=jira.site, app="jira")
    group = GroupFactory.create(organization=organization, kind=kind)
    AppGrantFactory.create(group=group, app=jira)
    person = MemberFactory.create(organization=organization).account
    add = f"/directory/groups/{group.public_id}/people/add/"

    assert client.get(add).status_code == 200
    AppGrantFactory.create(
        group=group, app=AppFactory.create(site=jira.site, kind=App.Kind.CONFLUENCE)
    )
    assert client.get(add).status_code == 403
    assert client.post(add, {"account": [person.public_id]}).status_code == 403
    assert not group.group_members.exists()


def test_a_deleted_group_comes_back_with_its_access(console, organization, jira):
    group = GroupFactory.create(organization=organization, name="Builders")
    AppGrantFactory.create(group=group, app=jira, is_default=True)

    page = text_of(console.get(f"/directory/groups/{group.public_id}/delete/"))
    assert "This access ends for whoever has it in no other way" in page
    console.post(f"/directory/groups/{group.public_id}/delete/")
    assert not AppGrant.objects.exists()
    GroupFactory.create(organization=organization, name="Builders")
    assert not AppGrant.objects.exists()
    restore = f"/directory/groups/deleted/{group.public_id}/restore/"
    assert "It gives this access again" in text_of(console.get(restore))
    console.post(restore)

    back = AppGrant.objects.get()
    assert (back.group.name, back.is_default) == ("Builders", True)


def test_apps_of_another_organization_are_not_found(console):
    stranger = AppFactory.create()

    for page in ("", "add/", "1/remove/", "1/default/"):
        assert console.get(address(stranger, page)).status_code == 404


def test_many_groups_are_searched_and_turned_page_by_page(console, organization, jira):
    for number in range(60):
        group = GroupFactory.create(organization=organization, name=f"Team {number:02}")
        AppGrantFactory.create(group=group, app=jira)

    page = text_of(console.get(address(jira)))
    found = text_of(console.get(address(jira), {"q": "team 59"}))

    assert "Showing 50 of 60" in page
    assert "Team 59" not in page
    assert "Team 59" in found
    assert "Team 58" not in found
    assert is_part_of_page(console, f"{address(jira)}?q=team+5")


def test_what_a_deleted_group_gave_in_bitbucket_comes_to_no_synced_one(
    organization, site
):
    app = AppFactory.create(site=site, kind=App.Kind.BITBUCKET)
    local = GroupFactory.create(organization=organization, name="Crew")
    AppGrantFactory.create(app=app, group=local)
    AppGrantFactory.create(app__site=site, group=local)
    kept = deleted_groups.delete(
        local, organization=organization, by=SYSTEM, now=timezone.now()
    )
    synced = GroupFactory.create(organization=organization, name="Crew", synced=True)

    assert kept
    deleted_groups.restore(kept, by=SYSTEM, now=timezone.now())

    assert [grant.app.kind for grant in synced.grants.all()] == [App.Kind.JIRA]


def test_who_is_suspended_decides_nothing(organization, jira):
    for role in (Role.ORGANIZATION_ADMIN, Role.SITE_ADMIN):
        right = RoleAssignmentFactory.create(organization=organization, role=role)
        MemberFactory.create(
            organization=organization, account=right.account, status="suspended"
        )

    found = deciders_of(jira)

    assert found.organization_admins == 0
    assert not any(each.people for each in found.holders)

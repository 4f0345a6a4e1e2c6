"""Pages of permissions inside of apps, and who may use them."""

import pytest
from django.test import Client

from directories.events import Event
from directories.models import AuditEvent, RoleAssignment
from provisioning.models import AppPermission, Space
from tests.factories.directories import (
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppAccessFactory,
    AppFactory,
    AppGrantFactory,
    AppPermissionFactory,
    GroupFactory,
    GroupMemberFactory,
    SpaceFactory,
)
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
)

pytestmark = pytest.mark.django_db
Role = RoleAssignment.Role
ADMIN, BULK = "administer-jira", "make-bulk-changes"


@pytest.fixture
def site(organization):
    return SiteFactory.create(organization=organization, name="northern")


@pytest.fixture
def jira(site):
    return AppFactory.create(site=site)


@pytest.fixture
def space(site):
    app = AppFactory.create(site=site, kind="confluence")
    return SpaceFactory.create(app=app, name="Handbook", key="HB")


@pytest.fixture
def crew(organization, jira, space):
    """Return a group that opens both apps, with one person."""
    group = GroupFactory.create(organization=organization, name="Crew")
    person = MemberFactory.create(organization=organization, account__name="Bo Berg")
    GroupMemberFactory.create(group=group, account=person.account)
    for app in (jira, space.app):
        AppGrantFactory.create(group=group, app=app)
        AppAccessFactory.create(app=app, account=person.account)
    return group


def address(app, more=""):
    return f"/apps/sites/{app.site_id}/{app.kind}/{more}"


def admin(organization, role, **where) -> Client:
    right = RoleAssignmentFactory.create(organization=organization, role=role, **where)
    MemberFactory.create(organization=organization, account=right.account)
    client = Client()
    client.force_login(right.account)
    return client


def carried(answer) -> dict[str, object]:
    """Return what the confirmation of a review posts."""
    return {"confirmed": "1", "wish": answer.context["carried"]}


def test_a_global_permission_is_given_and_taken(console, jira, crew):
    page = address(jira, f"permissions/{BULK}/")
    key = f"group:{crew.public_id}"

    review = console.post(f"{page}give/", {"receiver": [key]})
    assert "1 person gets Make bulk changes." in main_of(review)
    assert not AppPermission.objects.exists()
    console.post(f"{page}give/", carried(review))
    assert "Crew" in main_of(console.get(address(jira, "permissions/")))
    assert "Bo Berg" in main_of(console.get(f"{page}?tab=holders"))

    review = console.post(f"{page}remove/", {"receiver": [key]})
    assert "1 person loses Make bulk changes at once." in main_of(review)
    console.post(f"{page}remove/", carried(review))

    assert not AppPermission.objects.exists()
    events = AuditEvent.objects.filter(action=Event.APP_PERMISSIONS_CHANGED)
    assert [e.target_name for e in events] == ["Crew", "Crew"]
    group_page = f"/directory/groups/{crew.public_id}/?tab=history"
    assert "Jira (northern): may: Make bulk changes" in main_of(console.get(group_page))


def test_who_has_no_access_cannot_be_chosen(console, organization, jira, crew):
    GroupFactory.create(organization=organization, name="Strangers")

    page = main_of(console.get(address(jira, f"permissions/{BULK}/give/")))

    assert "it does not open the app, and nobody in it has access" in page
    assert "Has access" in page


def test_ticks_of_a_space_are_reviewed_and_saved_together(console, space, crew):
    page = address(space.app, f"spaces/{space.pk}/permissions/")
    key = f"group:{crew.public_id}"
    review = console.post(f"{page}add/", {"receiver": [key], "set": "write"})
    console.post(f"{page}add/", carried(review))
    shown = console.get(page)
    assert "Crew" in main_of(shown)
    was = shown.context["rows"][0].was

    ticked = [f"{key}/view", f"{key}/delete-page"]
    review = console.post(page, {"was": [f"{key}/{was}"], "may": ticked})

    assert "1 person loses Add pages at once." in main_of(review)
    assert "1 person gets Delete pages." in main_of(review)
    console.post(page, carried(review))
    rows = AppPermission.objects.filter(space=space).order_by("permission")
    assert [row.permission for row in rows] == ["delete-page", "view"]
    nothing = console.post(page, {"was": [f"{key}/view,delete-page"], "may": ticked})
    assert nothing.status_code == 302


def test_a_space_is_added_renamed_copied_to_and_deleted(console, space, crew):
    pages = address(space.app, "spaces/")
    AppPermissionFactory.create(
        app=space.app, space=space, permission="view", group=crew
    )
    form = {"name": "Team", "key": "team", "admin": "nobody@x.example"}
    refused = console.post(f"{pages}add/", form)
    assert refused.status_code == 422
    assert "No person and no group" in main_of(refused)
    console.post(f"{pages}add/", {**form, "admin": "crew"})
    team = Space.objects.get(key="TEAM")
    assert console.post(f"{pages}add/", {**form, "admin": ""}).status_code == 422

    copy = f"{pages}{team.pk}/permissions/copy/"
    assert "Handbook" in main_of(console.get(copy))
    assert "Nobody gains or loses" in main_of(console.post(copy, {"source": space.pk}))
    console.post(f"{pages}{team.pk}/rename/", {"name": "Team 7"})
    assert "Team 7" in main_of(console.get(f"{pages}?q=tea"))
    confirm = main_of(console.get(f"{pages}{team.pk}/delete/"))
    assert "1 person loses View at once." in confirm
    console.post(f"{pages}{team.pk}/delete/")

    assert not Space.objects.filter(key="TEAM").exists()
    actions = AuditEvent.objects.filter(target_kind="space").order_by("pk")
    assert [e.action for e in actions] == [
        Event.SPACE_CREATED,
        Event.SPACE_UPDATED,
        Event.SPACE_DELETED,
    ]


@pytest.mark.parametrize("tab", ["groups", "people"])
def test_a_space_without_permissions_offers_the_next_step(console, space, tab):
    page = address(space.app, f"spaces/{space.pk}/permissions/")

    markup = console.get(page, {"tab": tab}).content.decode()

    assert "begin with the permissions of another space" in markup
    # Once at the head of the page, and once where the table will be.
    assert markup.count(f'href="{page}add/"') == 2
    assert markup.count(f'href="{page}copy/"') == 2


def test_deleting_an_empty_space_counts_nothing(console, space):
    told = main_of(console.get(address(space.app, f"spaces/{space.pk}/delete/")))

    assert "Nobody was given anything in it." in told
    assert " 0 " not in told


def test_a_person_is_checked_with_reasons(console, jira, space, crew):
    AppPermissionFactory.create(
        app=space.app, space=space, permission="admin", group=crew
    )
    page = address(space.app, "permissions/check/")
    person = crew.members.get().public_id

    assert "Bo Berg" in main_of(console.get(page, {"q": "berg"}))
    asked = {"person": person, "permission": "delete-page", "space": "hb"}
    said = main_of(console.get(page, asked))
    assert "Bo Berg is in Crew, which was given Admin." in said
    assert "Admin includes Delete pages." in said
    assert "no such space" in main_of(console.get(page, {**asked, "space": "XX"}))
    no = {"person": person, "permission": "create-space"}
    assert "given neither to Bo Berg" in main_of(console.get(page, no))


def test_who_holds_what_is_exported(console, jira, space, crew):
    AppPermissionFactory.create(app=jira, permission=ADMIN, group=crew)

    rows = csv_rows(console.post(address(jira, "permissions/export/")))

    assert len(rows) == 7
    assert rows[1][:4] == [
        "Administer Jira",
        "Bo Berg",
        crew.members.get().email,
        "Crew",
    ]
    export = address(space.app, f"spaces/{space.pk}/permissions/export/")
    assert len(csv_rows(console.post(export))) == 1


def test_fragments_are_parts_of_their_pages(console, jira, space, crew):
    AppPermissionFactory.create(app=jira, permission=BULK, group=crew)
    for url in (
        address(jira, f"permissions/{BULK}/"),
        address(jira, f"permissions/{BULK}/?tab=holders"),
        address(jira, f"permissions/{BULK}/give/?of=people"),
        address(space.app, "spaces/"),
        address(space.app, f"spaces/{space.pk}/permissions/"),
        address(space.app, f"spaces/{space.pk}/permissions/copy/"),
    ):
        assert is_part_of_page(console, url), url


def test_queries_do_not_grow_with_rows(console, organization, space, crew):
    page = address(space.app, f"spaces/{space.pk}/permissions/")

    def add(count):
        for group in GroupFactory.create_batch(count, organization=organization):
            for key in ("view", "add-page"):
                AppPermissionFactory.create(
                    app=space.app, space=space, permission=key, group=group
                )
            SpaceFactory.create(app=space.app)

    add(1)
    urls = [page, f"{page}add/", address(space.app, "spaces/")]
    one = [queries_of(console, url) for url in urls]
    add(20)
    assert [queries_of(console, url) for url in urls] == one


def test_app_admins_set_permissions_of_their_own_app(organization, site, jira, space):
    of_jira = admin(organization, Role.APP_ADMIN, site=site, app="jira")
    access = admin(organization, Role.USER_ACCESS_ADMIN, site=site, app="jira")
    of_site = admin(organization, Role.SITE_ADMIN, site=site)

    assert of_jira.get(address(jira, "permissions/")).status_code == 200
    assert of_jira.get(address(space.app, "permissions/")).status_code == 404
    assert of_jira.get(address(jira, "spaces/")).status_code == 404
    assert access.get(address(jira, "permissions/")).status_code == 403
    assert of_site.get(address(space.app, "spaces/")).status_code == 200


def test_nobody_makes_himself_an_administrator_by_joining(
    organization, site, jira, crew
):
    client = admin(organization, Role.USER_ACCESS_ADMIN, site=site)
    add = f"/directory/groups/{crew.public_id}/people/add/"
    given = AppPermissionFactory.create(app=jira, permission=BULK, group=crew)
    assert client.get(add).status_code == 200

    AppPermission.objects.filter(pk=given.pk).update(permission=ADMIN)

    refused = client.get(add)
    assert refused.status_code == 403
    assert "makes administrators inside of one" in refused.content.decode()
    assert client.post(add, {"account": []}).status_code == 403
    delete = f"/directory/groups/{crew.public_id}/delete/"
    assert client.post(delete).status_code == 403


def test_a_group_that_makes_administrators_is_restored_by_who_may(
    console, organization, site, jira, crew
):
    AppPermissionFactory.create(app=jira, permission=ADMIN, group=crew)
    delete = f"/directory/groups/{crew.public_id}/delete/"
    assert "Administer Jira" in main_of(console.get(delete))
    console.post(delete)
    restore = f"/directory/groups/deleted/{crew.public_id}/restore/"
    client = admin(organization, Role.USER_ACCESS_ADMIN, site=site)

    assert client.get(restore).status_code == 403
    assert "Administer Jira" in main_of(console.get(restore))
    console.post(restore)
    assert AppPermission.objects.filter(group__name="Crew").count() == 1

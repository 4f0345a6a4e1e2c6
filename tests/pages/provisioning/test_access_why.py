"""The pages that say why people have access, and what would change if."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directories.models import AuditEvent, RoleAssignment
from directories.services.audit import person
from provisioning.models import App, AppAccess, AppGrant, AppRole
from provisioning.queries.planning import access_permissions
from provisioning.services import consequences
from provisioning.services.organization_groups import local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import (
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    AppPermissionFactory,
    GroupFactory,
    SpaceFactory,
)
from tests.pages.provisioning.reading import is_part_of_page

pytestmark = pytest.mark.django_db
WHAT_IF = "/access/what-if/"


@pytest.fixture
def jira(organization):
    site = SiteFactory.create(organization=organization, name="northern")
    return AppFactory.create(site=site)


@pytest.fixture
def confluence(jira):
    return AppFactory.create(site=jira.site, kind=App.Kind.CONFLUENCE)


@pytest.fixture
def designers(organization, admin, jira):
    """Return a group of two that opens Jira, made by an admin."""
    by: dict[str, Any] = {"by": person(admin), "now": timezone.now()}
    group = GroupFactory.create(organization=organization, name="Designers")
    app_grants.give_access(jira, group, AppRole.USER, **by)
    people = [somebody(organization, name) for name in ("=Mona", "Nils")]
    local_groups.add_people(group, [p.account_id for p in people], **by)
    return group


def somebody(organization, name, **fields):
    return MemberFactory.create(
        organization=organization, account__name=name, name=name, **fields
    )


def text_of(answer) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rows_of(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


def member_of(group):
    return group.members.order_by("pk").first().memberships.get()


def of_person(member, more="") -> str:
    return f"/access/users/{member.account.public_id}/{more}"


def user_access_admin(organization, app) -> Client:
    right = RoleAssignmentFactory.create(
        organization=organization,
        role=RoleAssignment.Role.USER_ACCESS_ADMIN,
        site=app.site,
        app=app.kind,
    )
    MemberFactory.create(organization=organization, account=right.account)
    client = Client()
    client.force_login(right.account)
    return client


def test_a_person_is_told_by_which_group_since_when_and_by_whom(
    console, designers, jira, confluence
):
    page = text_of(console.get(of_person(member_of(designers))))

    assert "Designers</a>" in page
    assert "by Ada Admin." in page
    assert "It gives User in Jira on northern since" in page
    assert "No group opens it: nobody may use it." in page


def test_who_is_not_in_is_told_which_groups_would_let_them_in(
    console, organization, designers
):
    outsider = somebody(organization, "Olga")

    page = text_of(console.get(of_person(outsider)))

    assert "In no group that opens it. These would:" in page
    assert "Designers" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "suspended"}, "The person is suspended."),
        ({"status": "deactivated"}, "The account is deactivated."),
        ({"removed": True}, "The app was removed on"),
        ({"state": "waiting"}, "All licenses are used"),
        ({"state": "refused"}, "then try again on the page of the app"),
    ],
)
def test_what_keeps_somebody_out_is_said(console, designers, jira, change, said):
    member = member_of(designers)
    if status := change.get("status"):
        member.status = status
        member.save()
        consequences.follow_account(member.account)
    if change.get("removed"):
        App.objects.filter(pk=jira.pk).update(removed_at=timezone.now())
    AppAccess.objects.update(state=change.get("state", "active"))

    assert said in text_of(console.get(of_person(member)))


def test_pages_of_a_person_cost_the_same_with_many_groups_and_apps(
    console, organization, designers, jira, django_assert_max_num_queries
):
    member = member_of(designers)
    for kind in (App.Kind.TRELLO, App.Kind.CONFLUENCE, App.Kind.BITBUCKET):
        app = AppFactory.create(site=jira.site, kind=kind)
        for _ in range(3):
            group = AppGrantFactory.create(
                app=app, group__organization=organization
            ).group
            local_groups.add_accounts(group, [member.account])

    with django_assert_max_num_queries(27):
        console.get(of_person(member))


def test_groups_and_apps_say_who_is_in_by_them_alone(
    console, organization, designers, jira
):
    other = AppGrantFactory.create(app=jira, group__organization=organization).group
    local_groups.add_accounts(other, [member_of(designers).account])

    group = text_of(console.get(f"/access/groups/{designers.public_id}/"))
    app = text_of(console.get(f"/access/apps/{jira.site_id}/jira/"))

    alone = '<td data-label="By this group alone" class="table-number">1</td>'
    assert alone in group
    assert "By this group alone" in group
    assert '<td data-label="People by it alone" class="table-number">1</td>' in app
    assert "User by 2 groups" in app


def test_everything_is_exported_and_noted(console, designers, jira):
    member = member_of(designers)
    for address, columns in (
        (of_person(member, "export/"), 11),
        (f"/access/groups/{designers.public_id}/export/", 10),
        (f"/access/apps/{jira.site_id}/jira/export/", 8),
    ):
        rows = rows_of(console.post(address))
        assert {len(row) for row in rows} == {columns}
        assert len(rows) > 1
        assert any("Designers" in cell for row in rows for cell in row)
    cells = [c for row in rows_of(console.post(address)) for c in row]
    assert "'=Mona" in cells  # harmless
    assert AuditEvent.objects.filter(action="exported").count() == 4


def step_of(kind, *about) -> str:
    return ".".join([kind, *map(str, about)])


def test_a_plan_tells_who_loses_and_leads_to_where_it_is_done(
    console, designers, jira, no_writes
):
    grant = AppGrant.objects.get()
    take = step_of("take", jira.site_id, "jira", "user", designers.public_id)

    with no_writes():
        page = text_of(console.get(WHAT_IF, {"step": take}))

    assert "Take the role User in Jira on northern from Designers" in page
    assert 'data-label="Lose access" class="table-number">2<' in page
    assert "Only Designers gave it" in page
    assert f"/jira/access/{grant.pk}/remove/" in page
    rows = rows_of(console.post(f"{WHAT_IF}export/", {"step": take}))
    assert [row[6] for row in rows[1:]] == ["Lose access"] * 2


def test_a_plan_says_that_not_all_spaces_are_looked_at(
    console, designers, confluence, monkeypatch
):
    monkeypatch.setattr(access_permissions, "AREAS", 1)
    AppGrantFactory.create(app=confluence, group=designers)
    consequences.follow([designers.pk], now=timezone.now())
    for name in ("Atlas", "Borealis"):
        space = SpaceFactory.create(app=confluence, name=name)
        AppPermissionFactory.create(
            app=confluence, space=space, group=designers, permission="view"
        )

    page = text_of(console.get(f"{WHAT_IF}?step=delete.{designers.public_id}"))

    assert "Atlas" in page
    assert "Borealis" not in page
    assert "the first of them by name are looked at" in page


def test_a_plan_tells_which_permissions_inside_apps_it_takes(console, designers, jira):
    AppPermissionFactory.create(app=jira, group=designers, permission="administer-jira")
    others = GroupFactory.create(organization=designers.organization)
    AppPermissionFactory.create(app=jira, group=others, permission="make-bulk-changes")
    others.group_members.create(account=member_of(designers).account)
    take = step_of("take", jira.site_id, "jira", "user", designers.public_id)

    lost = console.get(WHAT_IF, {"step": take}).context["inside"]
    leave = step_of(
        "leave", designers.public_id, member_of(designers).account.public_id
    )
    AppGrantFactory.create(group=others, app=jira)
    consequences.follow([others.pk])
    moved = console.get(WHAT_IF, {"step": leave}).context["inside"]

    assert {each.permission.key: each.lose for each in lost}["make-bulk-changes"] == 2
    # One of them keeps Jira by the other group, and what that gives.
    assert "make-bulk-changes" not in {each.permission.key for each in moved}
    assert {each.permission.key: each.lose for each in moved}["administer-jira"] == 1


def test_a_plan_is_put_together_step_by_step(console, designers, jira):
    asked = {"add": "join", "group": designers.public_id}

    assert "Choose one of each" in text_of(console.get(WHAT_IF, asked | {"put": "1"}))
    who = member_of(designers).account.public_id
    answer = console.get(WHAT_IF, asked | {"account": who, "put": "1"})

    assert answer.status_code == 302
    page = text_of(console.get(answer.url))
    assert "Add =Mona to Designers" in page
    assert "access would change." in page


def test_a_plan_gives_no_synced_group_access_to_bitbucket(console, organization, jira):
    App.objects.filter(pk=jira.pk).update(kind=App.Kind.BITBUCKET)
    group = GroupFactory.create(organization=organization, synced=True)
    asked = {"add": "give", "group": group.public_id, "put": "1"}

    place = f"{jira.site_id}.bitbucket.user"
    page = text_of(console.get(WHAT_IF, asked | {"place": place}))

    assert "Bitbucket takes no synced groups. Choose a local one." in page


def test_a_limit_that_refuses_is_said_in_numbers(console, organization, jira):
    App.objects.filter(pk=jira.pk).update(user_limit=1, at_limit="refuse")
    group = GroupFactory.create(organization=organization)
    for name in ("a", "b"):
        group.group_members.create(account=somebody(organization, name).account)

    give = step_of("give", jira.site_id, "jira", "user", group.public_id)
    page = text_of(console.get(WHAT_IF, {"step": give}))

    assert "2 people would need a license of Jira on northern; free licenses: 1" in page


@pytest.mark.parametrize(
    "step",
    ["", "nonsense", "delete.x", "suspend", "limit.x.jira.5", "give.a.b.c.d.e"],
)
def test_steps_that_mean_nothing_are_not_there(console, jira, step):
    assert console.get(WHAT_IF, {"step": step}).status_code == 404


def test_a_user_access_admin_sees_the_app_of_the_right_only(
    organization, designers, jira, confluence
):
    AppGrantFactory.create(app=confluence, group=designers)
    consequences.follow([designers.pk])
    client = user_access_admin(organization, confluence)

    page = text_of(client.get(of_person(member_of(designers))))
    assert "Confluence" in page
    assert "User in Jira" not in page
    assert "by Ada Admin" not in page  # the log is for organization admins
    delete = {"step": step_of("delete", designers.public_id)}
    assert "Jira" not in text_of(client.get(WHAT_IF, delete))
    rows = rows_of(client.post(f"{WHAT_IF}export/", delete))
    assert {row[4] for row in rows[1:]} == {"Confluence"}
    assert client.get(f"/access/apps/{jira.site_id}/jira/").status_code == 404
    take = step_of("take", jira.site_id, "jira", "user", designers.public_id)
    assert client.get(WHAT_IF, {"step": take}).status_code == 404


def test_people_and_groups_are_searched_and_fragments_are_parts(
    console, designers, jira
):
    assert "Designers" in text_of(console.get("/access/?by=groups&q=design"))
    assert "Nothing matches" in text_of(console.get("/access/?q=nobody-at-all"))
    delete = step_of("delete", designers.public_id)
    for address in (
        "/access/?q=nils",
        f"/access/groups/{designers.public_id}/?q=nils",
        f"/access/apps/{jira.site_id}/jira/?q=nils",
        f"{WHAT_IF}?step={delete}&q=nils",
    ):
        assert is_part_of_page(console, address)
        assert "Nils" in text_of(console.get(address))

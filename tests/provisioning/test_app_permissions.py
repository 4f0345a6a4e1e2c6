"""Permissions inside of apps: who holds them, through what, and why."""

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Member
from directories.services import audit
from provisioning.app_permissions import BY_KEY, GLOBAL, IN_SPACE
from provisioning.models import App, AppGrant, AppPermission, AppRole, Group
from provisioning.queries.in_app.app_permissions import (
    holders_of,
    is_held,
    permissions_of,
)
from provisioning.queries.in_app.permission_changes import (
    Receiver,
    Wish,
    plan,
    plan_of_deleting,
)
from provisioning.queries.in_app.permission_export import lines
from provisioning.queries.in_app.permission_reasons import why_permission
from provisioning.services.in_app import app_permissions, spaces
from provisioning.services.in_app.app_permissions import NoAccessError, UnknownError
from provisioning.services.organization_groups import deleted_groups, local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import MemberFactory, OrganizationFactory, SiteFactory
from tests.factories.provisioning import (
    AppAccessFactory,
    AppFactory,
    AppGrantFactory,
    AppPermissionFactory,
    GroupFactory,
    GroupMemberFactory,
    SpaceFactory,
)
from tests.provisioning.promises import account_of, change, change_members, push

pytestmark = pytest.mark.django_db
ADMIN, BULK = "administer-jira", "make-bulk-changes"


class Place:
    """Jira and Confluence on a site, a group in it, and a person with access."""

    def __init__(self) -> None:
        self.organization = OrganizationFactory.create()
        self.site = SiteFactory.create(organization=self.organization)
        self.jira = AppFactory.create(site=self.site)
        self.confluence = AppFactory.create(site=self.site, kind="confluence")
        self.space = SpaceFactory.create(app=self.confluence, name="Handbook")
        self.group = GroupFactory.create(organization=self.organization, name="Crew")
        self.ada = self.person()
        GroupMemberFactory.create(group=self.group, account=self.ada)

    def person(self, role=AppRole.USER):
        """Return somebody with access to both apps."""
        account = MemberFactory.create(organization=self.organization).account
        for app in (self.jira, self.confluence):
            AppAccessFactory.create(account=account, app=app, role=role)
        return account

    def wish(self, app, receiver, gives=(), takes=(), space=None):
        """Give and take permissions of a group or a person."""
        named = (
            {"group": receiver}
            if isinstance(receiver, Group)
            else {"account": receiver}
        )
        wish = Wish(Receiver(**named), frozenset(gives), frozenset(takes))
        return app_permissions.change(
            app, [wish], space=space, by=audit.SYSTEM, now=timezone.now()
        )


@pytest.fixture
def place():
    return Place()


def keys(held):
    return {each.permission.key for each in held}


def test_every_permission_needs_one_that_is_there():
    for each in BY_KEY.values():
        assert set(each.included_in) <= set(BY_KEY)
    assert len(BY_KEY) == sum(map(len, GLOBAL.values())) + len(IN_SPACE)


def test_a_group_gives_to_its_people_and_an_administrator_has_all(place):
    place.wish(place.jira, place.group, gives=[ADMIN])

    held = permissions_of(place.ada, place.jira)

    assert keys(held) == {each.key for each in GLOBAL["jira"]}
    assert [group.name for group, _by in held[0].groups] == ["Crew"]
    assert [m.account for m in holders_of(place.jira, BULK)] == [place.ada]
    assert not is_held(place.person(), place.jira, ADMIN)


def test_what_was_given_rests_without_access_to_the_app(place):
    place.wish(place.jira, place.group, gives=[ADMIN])
    place.jira.accesses.update(state="waiting")

    assert permissions_of(place.ada, place.jira) == []
    assert not is_held(place.ada, place.jira, ADMIN)
    place.jira.accesses.update(state="active")
    assert is_held(place.ada, place.jira, ADMIN)
    App.objects.filter(pk=place.jira.pk).update(removed_at=timezone.now())
    assert not is_held(place.ada, place.jira, ADMIN)
    assert AppPermission.objects.filter(app=place.jira).exists()


def test_guests_hold_nothing_global_and_no_admin_of_a_space(place):
    guest = place.person(AppRole.GUEST)
    place.wish(place.confluence, guest, gives=["create-space"])
    place.wish(place.confluence, guest, gives=["admin"], space=place.space)

    held = keys(permissions_of(guest, place.confluence))

    assert "use-confluence" in held
    assert "delete-page" in held
    assert not held & {"create-space", "admin"}
    assert not is_held(guest, place.confluence, "admin", place.space)


def test_view_comes_with_all_others_and_takes_them_along(place):
    place.wish(place.confluence, place.group, gives=["add-page"], space=place.space)
    rows = AppPermission.objects.filter(space=place.space)
    assert set(rows.values_list("permission", flat=True)) == {"view", "add-page"}

    place.wish(place.confluence, place.group, takes=["view"], space=place.space)

    assert not rows.exists()
    events = AuditEvent.objects.filter(action=Event.APP_PERMISSIONS_CHANGED)
    assert [e.details["taken"] for e in events.order_by("pk")] == [
        [],
        ["view", "add-page"],
    ]


def test_who_has_no_access_is_given_nothing(place):
    stranger = MemberFactory.create(organization=place.organization).account
    empty = GroupFactory.create(organization=place.organization)

    for receiver in (stranger, empty):
        with pytest.raises(NoAccessError):
            place.wish(place.jira, receiver, gives=[BULK])
    with pytest.raises(UnknownError):
        place.wish(place.confluence, place.ada, gives=["use-confluence"])
    with pytest.raises(UnknownError):
        place.wish(place.jira, place.ada, gives=["view"])
    assert not AppPermission.objects.exists()


def test_a_plan_says_who_loses_it_in_every_way(place):
    both, other = place.person(), GroupFactory.create(organization=place.organization)
    for group in (place.group, other):
        GroupMemberFactory.create(group=group, account=both)
        place.wish(place.jira, group, gives=[ADMIN])
    wish = Wish(Receiver(group=place.group), takes=frozenset({ADMIN}))

    planned = plan(place.jira, None, [wish])

    assert {e.permission.key: e.people for e in planned.lose} == dict.fromkeys(
        (each.key for each in GLOBAL["jira"]), 1
    )
    assert planned.get == []
    swap = [wish, Wish(Receiver(account=place.ada), gives=frozenset({ADMIN}))]
    assert plan(place.jira, None, swap).lose == []


def test_a_plan_says_who_gets_it(place):
    wish = Wish(Receiver(group=place.group), gives=frozenset({"add-page"}))

    planned = plan(place.confluence, place.space, [wish])

    assert {e.permission.key: e.people for e in planned.get} == {
        "view": 1,
        "add-page": 1,
    }
    place.wish(place.confluence, place.group, gives=["view"], space=place.space)
    assert plan_of_deleting(place.space).people == 1


def test_the_reason_names_each_step(place):
    place.wish(place.jira, place.group, gives=[ADMIN])
    place.wish(place.jira, place.ada, gives=[BULK])

    reason = why_permission(place.ada, place.jira, BULK)

    assert reason.holds
    said = " ".join(reason.sentences)
    assert "is in Crew, which was given Administer Jira." in said
    assert "Administer Jira includes Make bulk changes." in said
    assert "given to" in said
    place.jira.accesses.all().delete()
    reason = why_permission(place.ada, place.jira, BULK)
    assert not reason.holds
    assert "no access to Jira" in reason.sentences[0]


def test_the_list_for_programs_names_who_holds_what(place):
    place.wish(place.jira, place.group, gives=[ADMIN])

    found = list(lines(place.jira, [BY_KEY[BULK]], None))

    assert [row[2:4] for row in found] == [[place.ada.email, "Crew"]]


def test_a_deleted_group_gives_them_again_when_it_is_restored(place):
    place.wish(place.jira, place.group, gives=[ADMIN])
    place.wish(place.confluence, place.group, gives=["view"], space=place.space)
    local_groups.delete_group(place.group, by=audit.SYSTEM, now=timezone.now())
    assert not AppPermission.objects.exists()
    kept = place.organization.deleted_groups.get()

    done = deleted_groups.restore(kept, by=audit.SYSTEM, now=timezone.now())

    rows = done.group.app_permissions.order_by("permission")
    assert [(row.permission, row.space) for row in rows] == [
        (ADMIN, None),
        ("view", place.space),
    ]
    assert done.rights == 2


def test_copying_gives_what_is_given_elsewhere(place):
    target = SpaceFactory.create(app=place.confluence)
    stranger = MemberFactory.create(organization=place.organization).account
    place.wish(place.confluence, place.group, gives=["add-page"], space=place.space)
    AppPermissionFactory.create(
        app=place.confluence, space=place.space, permission="view", account=stranger
    )

    done = spaces.copy_permissions(
        place.space, target, by=audit.SYSTEM, now=timezone.now()
    )

    assert done.given == 2
    assert is_held(place.ada, place.confluence, "add-page", target)


def test_copying_asks_no_more_for_many_than_for_few(
    place, django_assert_max_num_queries
):
    target = SpaceFactory.create(app=place.confluence)
    for _number in range(20):
        group = GroupFactory.create(organization=place.organization)
        AppGrantFactory.create(group=group, app=place.confluence)
        AppPermissionFactory.create(
            app=place.confluence, space=place.space, permission="view", group=group
        )

    with django_assert_max_num_queries(16):
        done = spaces.copy_permissions(
            place.space, target, by=audit.SYSTEM, now=timezone.now()
        )

    assert done.given == 20


def test_a_key_of_a_space_is_taken_once(place):
    def add(key):
        return spaces.add_space(
            place.confluence,
            name="Team",
            key=key,
            admin=Receiver(account=place.ada),
            by=audit.SYSTEM,
            now=timezone.now(),
        )

    space = add("team1")

    assert space.key == "TEAM1"
    assert is_held(place.ada, place.confluence, "admin", space)
    with pytest.raises(spaces.KeyTakenError):
        add("TEAM1")
    with pytest.raises(spaces.KeyFormError):
        add("a-b")


def test_they_follow_what_an_identity_provider_pushes(scim):
    organization = scim.directory.organization
    jira = AppFactory.create(site=SiteFactory.create(organization=organization))
    user = push(scim, "ada@example.com")
    open_to = scim.group("Everybody", user["id"])
    crew = scim.group("Crew")
    ada, now = account_of("ada@example.com"), timezone.now()
    group = Group.objects.get(name="Crew")
    everybody = Group.objects.get(name="Everybody")
    app_grants.give_access(jira, everybody, AppRole.USER, by=audit.SYSTEM, now=now)
    AppPermissionFactory.create(app=jira, permission=ADMIN, group=group)

    assert not is_held(ada, jira, ADMIN)
    change_members(scim, crew, "add", user)
    assert is_held(ada, jira, ADMIN)
    change_members(scim, crew, "remove", user)
    assert not is_held(ada, jira, ADMIN)
    change_members(scim, crew, "add", user)
    change(scim, user, active=False)
    assert Member.objects.get(account=ada).status != "active"
    assert not is_held(ada, jira, ADMIN)
    change(scim, user, active=True)
    assert is_held(ada, jira, ADMIN)
    change_members(scim, open_to, "remove", user)
    assert not is_held(ada, jira, ADMIN)
    assert AppGrant.objects.exists()

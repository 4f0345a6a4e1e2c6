"""What a plan says of permissions inside of apps is what then happens."""

import pytest

from provisioning.app_permissions import GLOBAL, IN_SPACE, held_by
from provisioning.models import App, AppGrant, AppPermission
from provisioning.queries.in_app.app_permissions import holders_of
from provisioning.queries.planning.access_changes import Change
from provisioning.queries.planning.access_permissions import Permissions
from provisioning.queries.planning.access_plan import ENDING, Kind, Plan
from tests.factories.provisioning import AppPermissionFactory, SpaceFactory
from tests.provisioning.test_access_changes import World, carry_out

pytestmark = pytest.mark.django_db
# Of these no group is named, or what they change is said of access alone.
ABOUT_ACCESS = {*ENDING, Kind.RESTORE, Kind.LIMIT, Kind.REMOVE_APP, Kind.REMOVE_SITE}
KINDS = [kind for kind in Kind if kind not in ABOUT_ACCESS]


def given(world):
    """Give groups and people permissions; return where there may be some."""
    jira, confluence = world.apps[:2]
    space = SpaceFactory.create(app=confluence)
    places = [
        *((jira, None, each.key) for each in GLOBAL[jira.kind]),
        *((confluence, space, each.key) for each in IN_SPACE),
    ]
    for who in (*world.groups, *world.people[:2]):
        about = "account" if who in world.people else "group"
        for app, inside, key in world.random.sample(places, 3):
            AppPermissionFactory.create(
                app=app, space=inside, permission=key, **{about: who}
            )
    return places


def held(places):
    """Return who holds what of these permissions now."""
    return {
        (member.account_id, app.pk, space.pk if space else 0, key)
        for app, space, key in places
        for member in holders_of(app, key, space)
    }


@pytest.mark.parametrize("seed", range(4))
def test_what_a_plan_says_of_permissions_is_what_then_happens(seed):
    world = World(seed)
    App.objects.update(user_limit=None)
    places = given(world)
    for kind in world.random.sample(KINDS, 4):
        step = world.step(kind)
        given_already = AppGrant.objects.filter(app=step.app, group=step.group)
        if kind == Kind.GIVE and given_already.exists():
            continue
        about = given_by([step.group, step.source])
        before = {each for each in held(places) if each[1:] in about}

        change = Change(Plan(world.organization, [step]))
        said = Permissions(change, world.apps).effects(cap=None)

        carry_out(step)
        after = {each for each in held(places) if each[1:] in about}
        assert sum(each.gain for each in said) == len(after - before), step
        assert sum(each.lose for each in said) == len(before - after), step


def given_by(groups):
    """Return what these groups make people hold, and where."""
    rows = AppPermission.objects.filter(group__in=[g for g in groups if g])
    return {
        (app, space or 0, each.key)
        for app, space, key in rows.values_list("app", "space", "permission")
        for each in held_by(key)
    }

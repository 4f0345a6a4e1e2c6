"""User limits: who gets in, who waits, who is refused, and who is next."""

import pytest
from django.utils import timezone

from directories.models import Account, TroubleshootingEntry
from directories.services.accounts import Change
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppRole, GroupMember
from provisioning.services import consequences
from provisioning.services.access import limits
from provisioning.services.accounts import managed_accounts
from provisioning.services.organization_groups import local_groups
from provisioning.services.sites_and_apps import app_grants
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupMemberFactory,
)
from tests.provisioning.access import check_access
from tests.provisioning.test_access import add, remove, somebody


@pytest.fixture
def organization(db):
    return OrganizationFactory.create()


@pytest.fixture
def app(organization):
    return AppFactory.create(site__organization=organization, user_limit=2)


@pytest.fixture
def group(organization, app):
    group = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=group, app=app)
    return group


def states(*people):
    check_access()
    found = dict(AppAccess.objects.values_list("account", "state"))
    return [found.get(each.pk) for each in people]


def pushed(group, *people):
    """Put people into a group as a provider does."""
    for each in people:
        GroupMember.objects.create(group=group, account=each)
        consequences.follow([group.pk], [each.pk])


def at_limit(app, how):
    app.at_limit = how
    app.save()


def test_who_is_one_too_many_waits_in_line(organization, group):
    people = [somebody(organization) for _number in range(4)]
    add(group, *people[:2])
    add(group, people[3])
    add(group, people[2])
    assert states(*people) == ["active", "active", "waiting", "waiting"]

    remove(group, people[0])

    assert states(*people) == [None, "active", "waiting", "active"]


def test_who_is_deactivated_makes_room_and_stands_at_the_end_again(organization, group):
    first, second, third = [somebody(organization) for _number in range(3)]
    add(group, first, second, third)
    change = Change(organization, SYSTEM, timezone.now())

    consequences.deactivate(first, change=change)
    assert states(first, second, third) == [None, "active", "active"]
    consequences.reactivate(first, change=change)
    assert states(first, second, third) == ["waiting", "active", "active"]


def test_a_higher_limit_lets_in_who_waited_longest(
    organization, app, group, settings, django_capture_on_commit_callbacks
):
    settings.ACCESS_IN_REQUEST = 1
    people = [somebody(organization) for _number in range(5)]
    for each in people:
        add(group, each)

    with django_capture_on_commit_callbacks(execute=True):
        now = timezone.now()
        raised = limits.change_limit(app, limit=4, at_limit="queue", by=SYSTEM, now=now)

    assert raised == 1
    # A job has done the rest.
    assert states(*people) == ["active"] * 4 + ["waiting"]


def test_a_lower_limit_takes_nobody_out(organization, app, group):
    people = [somebody(organization) for _number in range(3)]
    add(group, *people[:2])
    now = timezone.now()

    limits.change_limit(app, limit=1, at_limit="queue", by=SYSTEM, now=now)
    add(group, people[2])
    remove(group, people[0])

    assert states(*people) == [None, "active", "waiting"]


def test_roles_without_a_license_are_not_counted(organization, app, group):
    guests = GroupFactory.create(organization=organization)
    AppGrantFactory.create(group=guests, app=app, role="guest")
    people = [somebody(organization) for _number in range(3)]
    add(guests, *people)

    assert states(*people) == ["active"] * 3


def test_the_console_is_refused_before_anything_is_written(organization, app, group):
    at_limit(app, "refuse")
    people = [somebody(organization) for _number in range(3)]

    with pytest.raises(consequences.SeatsError) as error:
        add(group, *people)
    assert (error.value.free, error.value.needed) == (2, 3)
    assert states(*people) == [None] * 3
    assert not GroupMember.objects.exists()

    crowd = GroupFactory.create(organization=organization)
    local_groups.add_accounts(crowd, people)
    with pytest.raises(consequences.SeatsError):
        app_grants.give_access(app, crowd, AppRole.USER, by=SYSTEM, now=timezone.now())
    assert crowd.grants.count() == 0


def test_whom_a_provider_pushes_is_refused_and_told_until_an_admin_tries_again(
    organization, app, group
):
    at_limit(app, "refuse")
    people = [somebody(organization) for _number in range(3)]
    UserRecordFactory.create(
        directory__organization=organization, account=people[2], link_state="linked"
    )
    pushed(group, *people)
    assert states(*people) == ["active", "active", "refused"]
    assert TroubleshootingEntry.objects.get().kind == "license_refused"

    remove(group, people[0])
    assert states(*people) == [None, "active", "refused"]

    assert limits.try_again(app, by=SYSTEM, now=timezone.now()) == 1
    assert states(*people) == [None, "active", "active"]


def test_whom_an_app_allows_above_its_limit_has_access(organization, app, group):
    at_limit(app, "allow")
    people = [somebody(organization) for _number in range(3)]
    UserRecordFactory.create(
        directory__organization=organization, account=people[2], link_state="linked"
    )
    pushed(group, *people)

    assert states(*people) == ["active"] * 3
    assert TroubleshootingEntry.objects.get().kind == "license_over"


def test_a_limit_that_only_warns_from_now_on_lets_in_who_waits(
    organization, app, group
):
    people = [somebody(organization) for _number in range(3)]
    add(group, *people)

    limits.change_limit(app, limit=2, at_limit="allow", by=SYSTEM, now=timezone.now())

    assert states(*people) == ["active"] * 3


def test_a_limit_of_another_organization_refuses_nobody_here(organization):
    """The account works in both; whose limit is full says so in its own one."""
    elsewhere = AppGrantFactory.create()
    anna = AccountFactory.create(managed_by=organization)
    MemberFactory.create(organization=organization, account=anna)
    MemberFactory.create(organization=elsewhere.group.organization, account=anna)
    GroupMemberFactory.create(group=elsewhere.group, account=anna)
    managed_accounts.deactivate_account(
        anna, organization, by=SYSTEM, now=timezone.now()
    )
    App.objects.filter(pk=elsewhere.app_id).update(user_limit=0, at_limit="refuse")

    managed_accounts.reactivate_account(
        anna, organization, by=SYSTEM, now=timezone.now()
    )

    assert Account.objects.get(pk=anna.pk).is_active
    assert AppAccess.objects.get().state == AppAccess.State.REFUSED


def test_who_stands_in_line_already_needs_no_license_more(organization, app, group):
    """Another group for the same people changes nothing for them."""
    people = [somebody(organization) for _number in range(3)]
    add(group, *people)
    at_limit(app, "refuse")
    other = GroupFactory.create(organization=organization)
    add(other, *people)

    app_grants.give_access(app, other, AppRole.USER, by=SYSTEM, now=timezone.now())

    assert states(*people) == ["active", "active", "waiting"]


def test_no_provider_is_told_what_an_admin_has_a_job_do(
    organization, app, settings, django_capture_on_commit_callbacks
):
    settings.ACCESS_IN_REQUEST = 1
    people = [somebody(organization) for _number in range(3)]
    UserRecordFactory.create(
        directory__organization=organization, account=people[2], link_state="linked"
    )
    crowd = GroupFactory.create(organization=organization)
    local_groups.add_accounts(crowd, people)

    with django_capture_on_commit_callbacks(execute=True):
        app_grants.give_access(app, crowd, AppRole.USER, by=SYSTEM, now=timezone.now())

    assert states(*people) == ["active", "active", "waiting"]
    assert not TroubleshootingEntry.objects.exists()


def test_the_limit_of_an_app_that_was_removed_meanwhile_stays(app):
    App.objects.filter(pk=app.pk).update(removed_at=timezone.now())

    for change in (
        lambda: limits.change_limit(
            app, limit=9, at_limit="queue", by=SYSTEM, now=timezone.now()
        ),
        lambda: limits.try_again(app, by=SYSTEM, now=timezone.now()),
    ):
        with pytest.raises(limits.GoneError):
            change()

    assert App.with_removed.get().user_limit == 2

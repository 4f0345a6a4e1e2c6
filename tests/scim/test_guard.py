"""The mass-change guard: what it counts, what it holds, what it lets pass."""

from datetime import UTC, datetime, timedelta

import pytest

from directories import tasks
from directories.models import Account, Directory, Removal, UserRecord
from directories.services import guard
from provisioning.models import GroupMember
from tests.factories.directories import RemovalFactory
from tests.scim.client import values
from tests.scim.invariants import check_invariants

Kind, State = Removal.Kind, Removal.State


def people(scim, count, domain="example.com"):
    return [scim.user(f"p{n:03}@{domain}")["id"] for n in range(count)]


def deactivate(scim, user):
    return scim.patch(
        f"/Users/{user}", [{"op": "replace", "path": "active", "value": False}]
    )


def put_inactive(scim, user):
    name = UserRecord.objects.get(scim_id=user).user_name
    return scim.put(f"/Users/{user}", {"userName": name, "active": False})


def delete(scim, user):
    return scim.delete(f"/Users/{user}")


def activate(scim, user):
    return scim.patch(
        f"/Users/{user}", [{"op": "replace", "path": "active", "value": True}]
    )


def remove_by_patch(scim, group, users):
    path = "members"
    body = [{"op": "remove", "path": path, "value": values(*users)}]
    return scim.patch(f"/Groups/{group['id']}", body)


def remove_by_put(scim, group, users):
    left = scim.members(group["id"]) - set(users)
    body = {"displayName": group["displayName"], "members": values(*left)}
    return scim.put(f"/Groups/{group['id']}", body)


def stopped(scim):
    scim.directory.refresh_from_db()
    return scim.directory.guard_stopped_at is not None


def active_accounts():
    return Account.objects.filter(status=Account.Status.ACTIVE).count()


def held():
    return Removal.objects.filter(state=State.HELD)


@pytest.mark.parametrize(
    ("there", "percent", "least", "lost", "stops"),
    [
        (10, 20, 3, 3, False),  # not more than the number
        (10, 20, 3, 4, True),
        (10, 50, 3, 5, False),  # not more than the percentage
        (10, 50, 3, 6, True),
        (10, 20, 20, 10, False),
        (4, 0, 0, 1, True),
        (4, 100, 0, 4, False),  # more than all there is none
    ],
)
@pytest.mark.parametrize("take", [deactivate, put_inactive, delete])
def test_it_stops_above_both_the_percentage_and_the_number(  # noqa: PLR0913, PLR0917
    guarded, take, there, percent, least, lost, stops
):
    scim = guarded(percent=percent, least=least)
    users = people(scim, there)

    answers = {take(scim, user).status_code for user in users[:lost]}

    assert answers <= {200, 204}
    assert stopped(scim) is stops
    # The one that passes the threshold is held, all before it were carried out.
    assert active_accounts() == there - lost + stops
    assert held().count() == stops
    check_invariants()


def test_what_is_held_is_answered_with_success_and_said_by_the_record(guarded):
    scim = guarded(percent=0, least=0)
    (user,) = people(scim, 1)
    group = scim.group("Crew", user)

    answer = deactivate(scim, user)

    assert answer.status_code == 200
    assert answer.json()["active"] is False
    record = UserRecord.objects.get(scim_id=user)
    assert (record.active, record.link_state) == (False, "linked")
    assert record.link_reason == "guard_held"
    assert record.account
    assert record.account.is_active
    assert GroupMember.objects.filter(group__record__scim_id=group["id"]).count() == 1
    kinds = list(scim.log().values_list("kind", flat=True))
    assert kinds == ["guard_stopped", "guard_held"]


@pytest.mark.parametrize("again", [deactivate, put_inactive])
def test_who_is_held_is_not_counted_twice(guarded, again):
    scim = guarded(percent=0, least=0)
    (user,) = people(scim, 1)
    deactivate(scim, user)

    again(scim, user)

    assert held().count() == 1
    assert active_accounts() == 1


def test_who_was_deactivated_and_is_pushed_again_counts_once(guarded):
    scim = guarded()
    users = people(scim, 10)

    for _again in range(6):
        deactivate(scim, users[0])

    assert Removal.objects.count() == 1
    assert not stopped(scim)


def test_a_provider_that_brings_people_back_takes_nothing_away(guarded):
    scim = guarded()
    users = people(scim, 10)

    for _again in range(6):
        deactivate(scim, users[0])
        activate(scim, users[0])

    assert not stopped(scim)
    assert set(Removal.objects.values_list("state", flat=True)) == {State.UNDONE}


@pytest.mark.parametrize("domain", ["example.com", "elsewhere.example"])
@pytest.mark.parametrize("take", [deactivate, delete])
def test_a_provider_that_changes_its_mind_clears_what_is_held(guarded, take, domain):
    scim = guarded(percent=0, least=0)
    (user,) = people(scim, 1, domain)
    scim.group("Crew", user)
    take(scim, user)

    if take is delete:
        people(scim, 1, domain)
    else:
        activate(scim, user)

    assert not held().exists()
    record = UserRecord.objects.get()
    assert (record.link_state, record.link_reason) == ("linked", "")
    assert record.account
    assert record.account.is_active


def test_an_external_person_who_is_held_stays_in_the_synced_groups(guarded):
    scim = guarded(percent=0, least=0)
    (user,) = people(scim, 1, "elsewhere.example")
    scim.group("Crew", user)

    deactivate(scim, user)

    assert GroupMember.objects.count() == 1
    assert UserRecord.objects.get().link_reason == "guard_held"
    check_invariants()


def test_a_deleted_person_who_is_held_keeps_account_and_groups(guarded):
    scim = guarded(percent=0, least=0)
    (user,) = people(scim, 1)
    scim.group("Crew", user)

    assert delete(scim, user).status_code == 204

    assert not UserRecord.objects.exists()
    assert active_accounts() == 1
    assert GroupMember.objects.count() == 1
    check_invariants()


def test_the_guard_can_be_off(guarded):
    scim = guarded(percent=0, least=0, on=False)
    users = people(scim, 3)
    group = scim.group("Crew", *users)

    remove_by_put(scim, group, users)
    for user in users:
        deactivate(scim, user)

    assert not Removal.objects.exists()
    assert active_accounts() == 0


def test_off_it_costs_nothing(guarded, django_assert_num_queries):
    scim = guarded(on=False)
    directory = Directory.objects.get(pk=scim.directory.pk)
    loss = guard.Loss(kind=Kind.DELETED, user_key=1)

    with django_assert_num_queries(0):
        assert not guard.hold_loss(directory, loss, now=directory.created_at)
        assert not guard.hold_losses(
            directory, group_key=1, users=[1, 2], now=directory.created_at
        )
        guard.regain_person(directory, 1)
        guard.regain_members(directory, 1, [1])


def test_people_and_memberships_are_counted_apart(guarded):
    scim = guarded()
    users = people(scim, 10)
    group = scim.group("Crew", *users)

    remove_by_patch(scim, group, users[:3])
    for user in users[:3]:
        deactivate(scim, user)

    assert not stopped(scim)


def test_admins_are_mailed_once(guarded, mailoutbox):
    scim = guarded(percent=0, least=0)
    account = Account.objects.create(
        email="root@example.net",
        email_key="root@example.net",
        created_at=scim.directory.created_at,
    )
    scim.directory.organization.role_assignments.create(
        account=account,
        role="organization_admin",
        created_at=scim.directory.created_at,
    )
    for user in people(scim, 3):
        deactivate(scim, user)

    assert [mail.to for mail in mailoutbox] == [["root@example.net"]]
    assert "/removals/" in mailoutbox[0].body
    assert "1 of 3 people" in mailoutbox[0].body


def test_old_removals_are_forgotten_unless_they_wait(scim):
    old, new = datetime.now(UTC) - timedelta(days=31), datetime.now(UTC)
    for at in (old, new):
        for state in (State.APPLIED, State.APPROVED, State.HELD):
            RemovalFactory.create(directory=scim.directory, at=at, state=state)

    tasks.forget()

    assert sorted(Removal.objects.filter(at=old).values_list("state")) == [("held",)]
    assert Removal.objects.filter(at=new).count() == 3

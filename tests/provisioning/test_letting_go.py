"""What a provider let go goes back to that provider only, without review."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    LinkState,
    Member,
    RoleAssignment,
    UserRecord,
)
from directories.services import audit, directories, disconnecting
from directories.services.accounts import Change
from directories.tasks import run_job
from provisioning.models import Group, GroupRole
from provisioning.services import consequences
from provisioning.services.admin_rights import group_roles
from provisioning.services.organization_groups import all_members, returning
from tests.factories.directories import AccountFactory, MemberFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.provisioning.conftest import account, people_in, provider_of

pytestmark = pytest.mark.django_db

ADMIN = RoleAssignment.Role.ORGANIZATION_ADMIN
ADA = "ada@example.com"


def give(name):
    group = Group.objects.get(name=name)
    now = timezone.now()
    group_roles.give_role(group, ADMIN, site=None, app="", by=audit.SYSTEM, now=now)
    return group


def delete_configuration(idp):
    job = directories.delete_configuration(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )
    run_job(job_id=str(job.pk))
    idp.directory.refresh_from_db()


def disconnect(idp):
    disconnecting.disconnect(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )


@pytest.fixture
def let_go(idp):
    """Return a group that Okta let go, and that makes Ada an admin."""
    idp.group("Crew", idp.push(ADA))
    group = give("Crew")
    delete_configuration(idp)
    return group


def test_another_directory_does_not_get_the_rights_of_a_group(
    idp, organization, let_go
):
    stranger = provider_of(organization, "Other Okta")

    stranger.group("Crew", stranger.push("eve@example.com"))

    record = stranger.directory.grouprecords.get()
    assert (record.link_state, record.link_reason) == ("held", "local_group_same_name")
    assert people_in("Crew") == {ADA}
    assert RoleAssignment.objects.get().account.email == ADA


def test_another_directory_does_not_get_the_account_of_an_admin(
    idp, organization, let_go
):
    stranger = provider_of(organization, "Other Okta")

    stranger.push(ADA, active=False)

    record = UserRecord.objects.get(directory=stranger.directory)
    assert (record.link_state, record.link_reason) == ("held", "admin_account")
    assert account(ADA).is_active


def test_a_directory_of_another_provider_asks_even_when_the_first_is_gone(
    idp, organization, let_go
):
    disconnect(idp)
    stranger = provider_of(organization, "Entra")
    Directory.objects.filter(pk=stranger.directory.pk).update(
        provider=Directory.Provider.ENTRA
    )

    stranger.group("Crew", stranger.push("eve@example.com"))

    assert stranger.directory.grouprecords.get().link_state == LinkState.HELD
    assert people_in("Crew") == {ADA}


def test_one_of_the_same_provider_goes_on_when_the_first_is_gone(
    idp, organization, let_go
):
    disconnect(idp)
    again = provider_of(organization, "Okta anew")

    again.group("Crew", again.push(ADA))

    assert again.directory.grouprecords.get().link_state == LinkState.LINKED
    assert again.directory.userrecords.get().link_state == LinkState.LINKED
    assert RoleAssignment.objects.get().account.email == ADA


def test_a_group_that_got_a_right_since_waits_for_review(idp):
    idp.group("Crew", idp.push(ADA))
    delete_configuration(idp)
    give("Crew")

    directories.set_up_provisioning(
        directory=idp.directory, by=audit.SYSTEM, now=timezone.now()
    )
    group = Group.objects.get(name="Crew")

    assert group.released_at is None


def test_a_deactivated_account_in_a_group_of_admins_is_held(idp, organization):
    former = AccountFactory.create(email=ADA, managed_by=organization)
    owner = AccountFactory.create()
    group = GroupFactory.create(organization=organization, name="Owners")
    for each in (former, owner):
        MemberFactory.create(organization=organization, account=each)
        GroupMemberFactory.create(group=group, account=each)
    give("Owners")
    consequences.deactivate(
        former, change=Change(organization, audit.SYSTEM, datetime.now(UTC))
    )

    idp.push(ADA)

    record = UserRecord.objects.get()
    assert (record.link_state, record.link_reason) == ("held", "admin_account")
    assert not Account.objects.get(email=ADA).is_active
    assert set(RoleAssignment.objects.values_list("account", flat=True)) == {owner.pk}


def test_the_group_of_everybody_goes_to_no_other_directory(organization):
    first, second = (provider_of(organization, name) for name in ("Google", "More"))
    for idp in (first, second):
        Directory.objects.filter(pk=idp.directory.pk).update(
            provider=Directory.Provider.GOOGLE_WORKSPACE, all_members=True
        )
        idp.directory.refresh_from_db()
    now = timezone.now()
    former = all_members.ensure(first.directory, now=now)
    all_members.release(first.directory, now=now)

    other = all_members.ensure(second.directory, now=now)
    all_members.release(second.directory, now=now)

    assert other != former
    assert all_members.ensure(second.directory, now=now) == other
    assert all_members.ensure(first.directory, now=now) == former
    # One that was changed since stays as it is, and its name with it.
    all_members.release(second.directory, now=now)
    Group.objects.filter(pk=other).update(released_at=None)
    assert all_members.ensure(second.directory, now=now) not in {other, former}
    assert not Member.objects.exists()
    assert not GroupRole.objects.exists()


def test_settling_many_groups_is_one_comparison(idp, django_assert_max_num_queries):
    for number in range(12):
        idp.group(f"Crew {number}")
    Group.objects.update(released_at=timezone.now())
    GroupRecord.objects.update(created_at=timezone.now() - 2 * returning.GRACE)

    with django_assert_max_num_queries(20):
        (job,) = returning.settle_due(timezone.now())

    assert (job.kind, job.directory) == ("directory-reconcile", idp.directory)
    assert not Group.objects.exclude(released_at=None).exists()
    assert not returning.settle_due(timezone.now())

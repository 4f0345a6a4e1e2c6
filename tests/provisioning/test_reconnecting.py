"""The whole way: connect, push, delete, disconnect, connect again, push again."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directories import tasks
from directories.models import (
    Account,
    Directory,
    Domain,
    GroupRecord,
    Job,
    LinkState,
    Member,
    RoleAssignment,
    UserRecord,
)
from directories.services.audit import SYSTEM
from provisioning import tasks as provisioning_tasks
from provisioning.models import Group, GroupMember, GroupRole
from provisioning.services.account_links import links
from provisioning.services.organization_groups import local_groups
from provisioning.services.syncing import sync
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.provisioning.conftest import Provider, people_in, provider_of

pytestmark = pytest.mark.django_db
PEOPLE, GROUPS = 50, 10


@pytest.fixture
def console(organization):
    DirectoryFactory.create(organization=organization, local=True)
    account = AccountFactory.create(name="Ada Admin", email="admin@elsewhere.example")
    MemberFactory.create(organization=organization, account=account)
    RoleAssignmentFactory.create(organization=organization, account=account)
    client = Client()
    client.force_login(account)
    return client


def push_all(idp: Provider) -> None:
    users = [idp.push(f"user{n:02}@example.com") for n in range(PEOPLE)]
    for n in range(GROUPS):
        idp.group(f"Crew {n}", *users[n * 5 : n * 5 + 5])
    work_off()


def work_off() -> None:
    """Do what waits, as a worker would, until nothing waits."""
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        tasks.run_job(job_id=str(job.pk))


def standing(organization):
    """Return who is who and in what, by keys that must not change."""
    groups = Group.objects.filter(organization=organization)
    return {
        "accounts": dict(
            Account.objects.order_by("pk").values_list("email", "public_id")
        ),
        "groups": dict(groups.values_list("name", "public_id")),
        "members": set(
            GroupMember.objects.values_list("group__name", "account__email")
        ),
        "rights": set(
            RoleAssignment.objects.values_list("account__email", "role", "group_id")
        ),
    }


def delete_configuration(console: Client, directory: Directory) -> None:
    page = f"/security/identity-providers/{directory.pk}/"
    console.post(f"{page}delete-configuration/", {"confirmation": directory.name})
    work_off()
    directory.refresh_from_db()
    assert directory.state == Directory.State.NOT_SET_UP


def disconnect(console: Client, directory: Directory) -> None:
    page = f"/security/identity-providers/{directory.pk}/"
    console.post(f"{page}disconnect/", {"confirmation": directory.name})
    work_off()
    assert not Directory.objects.filter(pk=directory.pk).exists()


def give_right(organization) -> None:
    """Let one of the pushed groups give an admin right to its members."""
    group = Group.objects.get(name="Crew 3")
    GroupRole.objects.create(
        group=group,
        role=RoleAssignment.Role.USER_ACCESS_ADMIN,
        created_at=timezone.now(),
    )
    RoleAssignment.objects.bulk_create(
        RoleAssignment(
            organization=organization,
            account=account,
            role=RoleAssignment.Role.USER_ACCESS_ADMIN,
            group_id=group.pk,
            created_at=timezone.now(),
        )
        for account in group.members.all()
    )


def everything_is_linked(directory: Directory) -> bool:
    records = UserRecord.objects.filter(directory=directory)
    return (
        records.filter(link_state=LinkState.LINKED).count() == PEOPLE
        and directory.grouprecords.filter(link_state=LinkState.LINKED).count() == GROUPS
        and Member.objects.filter(
            directory=directory, released_at=None, former_directory=None
        ).count()
        == PEOPLE
    )


def test_a_new_directory_takes_everything_up_again(console, organization):
    old = provider_of(organization, "Okta")
    push_all(old)
    give_right(organization)
    before = standing(organization)

    delete_configuration(console, old.directory)
    assert standing(organization) == before
    released = Member.objects.filter(directory=None, former_directory="Okta")
    assert released.exclude(released_at=None).count() == PEOPLE
    assert not Group.objects.exclude(kind=Group.Kind.LOCAL, record=None).exists()
    assert not Group.objects.filter(released_at=None).exists()
    disconnect(console, old.directory)
    assert standing(organization) == before

    new = provider_of(organization, "Entra")
    push_all(new)

    assert everything_is_linked(new.directory)
    after = standing(organization)
    assert after.pop("rights") == before.pop("rights")
    assert after == before
    assert set(Group.objects.values_list("kind", flat=True)) == {Group.Kind.SYNCED}
    problems = new.directory.troubleshooting_entries.exclude(level="info")
    assert not problems.exists()


def test_the_same_directory_set_up_again_takes_everything_up_again(
    console, organization
):
    idp = provider_of(organization, "Okta")
    push_all(idp)
    before = standing(organization)

    delete_configuration(console, idp.directory)
    again = Provider(idp.directory)
    push_all(again)

    assert everything_is_linked(idp.directory)
    assert standing(organization) == before


def test_linked_domains_move_to_the_local_directory_and_back(console, organization):
    old = provider_of(organization, "Okta")
    Domain.objects.update(directory=old.directory)
    push_all(old)
    before = standing(organization)
    delete_configuration(console, old.directory)

    disconnect(console, old.directory)

    domain = Domain.objects.get()
    assert domain.directory is not None
    assert domain.directory.kind == Directory.Kind.LOCAL
    new = provider_of(organization, "Entra")
    push_all(new)
    held = UserRecord.objects.filter(directory=new.directory)
    assert set(held.values_list("link_state", "link_reason")) == {
        (LinkState.HELD, "domain_linked_elsewhere")
    }
    page = f"/security/identity-providers/{new.directory.pk}/domains/link/"
    console.post(page, {"domains": [str(domain.pk)]})
    work_off()
    assert everything_is_linked(new.directory)
    assert standing(organization)["members"] == before["members"]


def test_a_group_that_an_admin_changed_waits_for_review(console, organization):
    idp = provider_of(organization, "Okta")
    idp.group("Crew", idp.push("ada@example.com"))
    delete_configuration(console, idp.directory)
    group = Group.objects.get(name="Crew")
    bo = MemberFactory.create(organization=organization).account
    local_groups.add_people(group, [bo.pk], by=SYSTEM, now=timezone.now())

    again = Provider(idp.directory)
    again.group("Crew", again.push("ada@example.com"))

    assert again.directory.grouprecords.get().link_state == LinkState.HELD
    assert people_in("Crew") == {"ada@example.com", bo.email}


def test_a_right_that_was_given_directly_still_asks_for_an_admin(console, organization):
    idp = provider_of(organization, "Okta")
    push_all(idp)
    give_right(organization)
    account = Account.objects.get(email="user15@example.com")
    RoleAssignmentFactory.create(organization=organization, account=account)
    delete_configuration(console, idp.directory)

    again = Provider(idp.directory)
    push_all(again)

    held = idp.directory.userrecords.get(link_state=LinkState.HELD)
    assert (held.user_name, held.link_reason) == (account.email, "admin_account")


def test_nobody_leaves_before_the_provider_has_pushed_them_again(organization, console):
    idp = provider_of(organization)
    ada, bo = idp.push("ada@example.com"), idp.push("bo@example.com")
    idp.group("Engines", ada, bo)
    delete_configuration(console, idp.directory)
    again = Provider(idp.directory)
    group = again.group("Engines")
    work_off()
    assert people_in("Engines") == {"ada@example.com", "bo@example.com"}
    page = reverse("provisioning:group-detail", args=[Group.objects.get().public_id])
    assert "stays in the group until" in console.get(page).content.decode()

    again.members(group, "add", again.push("ada@example.com"))
    sync.queue_reconcile(again.directory, timezone.now())
    work_off()
    assert people_in("Engines") == {"ada@example.com", "bo@example.com"}

    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        provisioning_tasks.settle_returned_groups()
        work_off()
    assert people_in("Engines") == {"ada@example.com"}


def test_whom_the_provider_takes_out_by_name_leaves_at_once(organization, console):
    idp = provider_of(organization)
    idp.group("Engines", idp.push("ada@example.com"), idp.push("bo@example.com"))
    delete_configuration(console, idp.directory)
    again = Provider(idp.directory)
    ada = again.push("ada@example.com")
    group = again.group("Engines", ada)

    again.members(group, "remove", ada)

    assert people_in("Engines") == {"bo@example.com"}


def test_syncing_the_group_again_ends_the_wait(organization, console):
    idp = provider_of(organization)
    idp.group("Engines", idp.push("ada@example.com"))
    delete_configuration(console, idp.directory)
    Provider(idp.directory).group("Engines")
    record = GroupRecord.objects.select_related("directory__organization").get()

    links.sync_group(record, by=SYSTEM, now=timezone.now())
    work_off()

    assert people_in("Engines") == set()

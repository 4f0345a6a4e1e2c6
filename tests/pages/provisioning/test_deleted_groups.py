"""Deleted groups: listed, restored with people and rights, forgotten in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, Member, RoleAssignment
from directories.services.audit import SYSTEM
from provisioning.models import DeletedGroup, DeletedGroupMember, Group, GroupRole
from provisioning.services import consequences
from provisioning.services.organization_groups import deleted_groups
from provisioning.tasks import forget_deleted_groups
from tests.factories.directories import MemberFactory
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import (
    csv_rows,
    is_part_of_page,
    main_of,
    queries_of,
    text_of,
)

URL = "/directory/groups/deleted/"


def delete(group, now=None):
    return deleted_groups.delete(
        group, organization=group.organization, by=SYSTEM, now=now or timezone.now()
    )


@pytest.fixture
def people(organization):
    members = MemberFactory.create_batch(2, organization=organization)
    return [member.account for member in members]


@pytest.fixture
def kept(organization, people):
    """Return what is kept of a group of two that made them site admins."""
    group = GroupFactory.create(
        organization=organization, name="Crew", description="Who sails"
    )
    for account in people:
        GroupMemberFactory.create(group=group, account=account)
    GroupRole.objects.create(
        group=group, role=RoleAssignment.Role.SITE_ADMIN, created_at=group.created_at
    )
    consequences.follow([group.pk])
    assert RoleAssignment.objects.filter(group_id=group.pk).count() == 2
    return delete(group)


def restore_url(deleted):
    return f"{URL}{deleted.public_id}/restore/"


def test_the_list_says_who_when_until_when_and_what(console, kept):
    page = main_of(console.get(URL))

    assert "for 30 days" in page
    assert "Crew" in page
    assert "2 Site admin" in page
    assert "by Rollcall" in page
    assert "Restore" in page
    assert is_part_of_page(console, URL)
    assert "Deleted groups" in main_of(console.get("/directory/groups/"))


def test_the_list_is_searched_and_exported(console, organization, kept):
    delete(GroupFactory.create(organization=organization, name="Band"))

    assert "Crew" not in main_of(console.get(f"{URL}?q=band"))
    assert "No deleted group matches" in main_of(console.get(f"{URL}?q=nothing"))
    _header, *rows = csv_rows(console.post(f"{URL}export/"))
    assert [row[0] for row in rows] == ["Band", "Crew"]


def test_the_list_has_pages_and_few_queries(console, organization, kept):
    one = queries_of(console, URL)
    for _ in range(60):
        delete(GroupFactory.create(organization=organization))

    assert queries_of(console, URL) <= one + 1
    page = console.get(URL)
    assert "Next" in main_of(page)
    after = page.context["listing"].links.next
    assert "Crew" in main_of(console.get(f"{URL}{after}"))


def test_nothing_is_deleted_yet(console):
    assert "No deleted groups" in main_of(console.get(URL))


def test_a_group_comes_back_with_people_and_rights(console, kept, people):
    page = main_of(console.get(restore_url(kept)))
    assert "as a local group with 2 people" in page
    assert "Site admin" in page

    answer = console.post(restore_url(kept), follow=True)

    group = Group.objects.get()
    assert "Crew is back as a local group." in text_of(answer)
    assert (group.public_id, group.kind) == (kept.public_id, Group.Kind.LOCAL)
    assert group.description == "Who sails"
    assert set(group.members.all()) == set(people)
    assert RoleAssignment.objects.filter(group_id=group.pk).count() == 2
    assert not DeletedGroup.objects.exists()
    event = AuditEvent.objects.get(action=Event.GROUP_RESTORED)
    assert event.details == {"joined": 2, "rights": 1, "made": True}


def test_a_group_of_that_name_gets_its_rights_back(console, organization, kept, people):
    group = GroupFactory.create(organization=organization, name="crew")
    GroupMemberFactory.create(group=group, account=people[0])
    assert "A group has this name again" in main_of(console.get(restore_url(kept)))

    answer = console.post(restore_url(kept), follow=True)

    assert "gives again what the deleted group gave" in text_of(answer)
    assert set(group.members.all()) == {people[0]}
    right = RoleAssignment.objects.get(group_id=group.pk)
    assert right.account == people[0]


def test_who_left_the_organization_does_not_come_back(console, kept, people):
    Member.objects.filter(account=people[0]).delete()
    page = main_of(console.get(restore_url(kept)))
    assert "with 1 person" in page
    assert "does not come back" in page

    console.post(restore_url(kept))

    assert set(Group.objects.get().members.all()) == {people[1]}


def test_a_group_is_restored_once(console, kept):
    console.post(restore_url(kept))

    assert console.post(restore_url(kept)).status_code == 404
    with pytest.raises(deleted_groups.GoneError):
        deleted_groups.restore(kept, by=SYSTEM, now=timezone.now())


def test_what_is_due_is_forgotten(kept, organization):
    later = delete(GroupFactory.create(organization=organization))
    DeletedGroup.objects.filter(pk=kept.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    forget_deleted_groups()

    assert DeletedGroup.objects.get() == later
    assert not DeletedGroupMember.objects.exists()
    event = AuditEvent.objects.get(action=Event.GROUP_FORGOTTEN)
    assert event.target_name == "Crew"


def test_what_is_due_cannot_be_restored(console, kept):
    DeletedGroup.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert console.post(restore_url(kept)).status_code == 404
    assert "No deleted groups" in main_of(console.get(URL))


def test_another_organizations_groups_are_not_there(console):
    foreign = delete(GroupFactory.create(name="Theirs"))

    assert "Theirs" not in main_of(console.get(URL))
    assert console.post(restore_url(foreign)).status_code == 404

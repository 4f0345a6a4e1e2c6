"""A held group: what syncing it would change, and the change."""

import uuid

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent, Job, LinkState
from directories.tasks import run_job
from provisioning.models import Group
from provisioning.reasons import Reason
from tests.factories.directories import (
    AccountFactory,
    GroupRecordFactory,
    MembershipFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import main_of, queries_of, text_of


@pytest.fixture
def woken(monkeypatch):
    """Return the ids of jobs that a worker was told of."""
    ids: list[uuid.UUID] = []
    monkeypatch.setattr("provisioning.views.name_conflicts.conflict.wake", ids.append)
    return ids


@pytest.fixture
def held(okta):
    return GroupRecordFactory.create(
        directory=okta,
        display_name="Contractors",
        link_state=LinkState.HELD,
        link_reason=Reason.LOCAL_NAME,
    )


@pytest.fixture
def local(organization):
    """Return a local group of that name, written a little differently."""
    return GroupFactory.create(organization=organization, name="contractors")


@pytest.fixture
def people(held, local):
    """Put one person into both groups, two only here, three only there."""
    both = UserRecordFactory.create(directory=held.directory, linked=True)
    MembershipFactory.create(group=held, user=both)
    GroupMemberFactory.create(group=local, account=both.account)
    GroupMemberFactory.create_batch(2, group=local)
    pushed = UserRecordFactory.create_batch(3, directory=held.directory, linked=True)
    for user in pushed:
        MembershipFactory.create(group=held, user=user)
    MembershipFactory.create(group=held)
    return {both.account, *(user.account for user in pushed)}


def url_of(record):
    return reverse("provisioning:group-sync", args=[record.scim_id])


def test_the_review_offers_it(console, held, local):
    page = console.get("/directory/review/")

    assert "Sync group" in main_of(page)
    assert url_of(held) in page.content.decode()


def test_who_may_only_look_is_not_offered_it(site_admin, held, local):
    assert "Sync group" not in main_of(site_admin.get("/directory/review/"))
    assert site_admin.get(url_of(held)).status_code == 403
    assert site_admin.post(url_of(held)).status_code == 403


def test_the_page_says_in_numbers_what_happens(console, people, held, no_writes):
    with no_writes():
        page = main_of(console.get(url_of(held)))

    assert "3 people join the group." in page
    assert "2 people leave the group" in page
    assert "read-only here and follows Okta prod" in page


def test_the_group_becomes_synced_and_gets_the_pushed_members(
    console, admin, people, held, local, woken
):
    page = console.post(url_of(held), follow=True)
    run_job(job_id=str(Job.objects.get().pk))

    local.refresh_from_db()
    held.refresh_from_db()
    assert "Contractors is synced with Okta prod from now on." in text_of(page)
    assert (local.kind, local.record) == (Group.Kind.SYNCED, held)
    assert local.name == "Contractors"
    assert (held.link_state, held.link_reason) == (LinkState.LINKED, "")
    assert set(local.members.all()) == people
    assert woken == [Job.objects.get().pk]
    event = AuditEvent.objects.get(action=Event.GROUP_CONFLICT_SYNCED)
    assert event.actor_id == str(admin.public_id)
    assert event.target_id == str(local.public_id)


def test_it_happens_once(console, held, local, woken):
    console.post(url_of(held))

    page = console.post(url_of(held), follow=True)

    assert "no longer waits" in text_of(page)
    assert len(woken) == 1


@pytest.mark.parametrize("kind", [Group.Kind.BUILT_IN, Group.Kind.DEFAULT])
def test_groups_of_the_service_are_never_handed_over(console, held, local, woken, kind):
    Group.objects.filter(pk=local.pk).update(kind=kind)

    assert console.get(url_of(held)).status_code == 302
    console.post(url_of(held))

    local.refresh_from_db()
    assert (local.kind, local.record) == (kind, None)
    assert woken == []


@pytest.mark.parametrize("name", ["site-admins", "Administrators"])
def test_reserved_names_are_never_handed_over(console, okta, organization, name, woken):
    record = GroupRecordFactory.create(
        directory=okta,
        display_name=name,
        link_state=LinkState.HELD,
        link_reason=Reason.LOCAL_NAME,
    )
    GroupFactory.create(organization=organization, name=name)

    console.post(url_of(record))

    assert not Group.objects.filter(kind=Group.Kind.SYNCED).exists()


@pytest.mark.parametrize("state", ["deleting", "not_set_up"])
def test_a_closed_directory_takes_no_group(console, held, local, woken, state):
    held.directory.state = state
    held.directory.save()

    console.post(url_of(held))

    local.refresh_from_db()
    assert local.kind == Group.Kind.LOCAL


def test_another_organizations_group_is_not_there(console):
    foreign = GroupRecordFactory.create(
        link_state=LinkState.HELD, link_reason=Reason.LOCAL_NAME
    )
    GroupFactory.create(organization=foreign.organization, name=foreign.display_name)

    assert console.get(url_of(foreign)).status_code == 404
    assert console.post(url_of(foreign)).status_code == 404
    assert not Job.objects.exists()


def test_strangers_are_asked_to_sign_in(client, held):
    assert "/sign-in/" in client.get(url_of(held))["Location"]


def test_more_people_cost_no_more_queries(console, people, held, local):
    one = queries_of(console, url_of(held))
    for _ in range(20):
        user = UserRecordFactory.create(
            directory=held.directory, linked=True, account=AccountFactory.create()
        )
        MembershipFactory.create(group=held, user=user)

    assert queries_of(console, url_of(held)) == one

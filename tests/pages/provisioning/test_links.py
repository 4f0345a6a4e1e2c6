"""One person's link in the console: unlinked, re-linked, linked elsewhere, synced."""

import uuid

import pytest
from django.urls import reverse

from directories.models import Job, LinkState, Member
from provisioning.reasons import Reason
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    MembershipFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import text_of

OF_RECORD = ["record-relink", "record-sync", "record-unlink", "record-link-to"]


def url_of(name, *args):
    return reverse(f"provisioning:{name}", args=args)


@pytest.fixture
def crew(organization, okta):
    return GroupFactory.create(
        organization=organization, name="Crew", synced=True, record__directory=okta
    )


@pytest.fixture
def account(organization, okta, crew):
    DomainFactory.create(organization=organization, name="acme.example")
    account = AccountFactory.create(
        name="Lin Linked", email="lin@acme.example", managed_by=organization
    )
    MemberFactory.create(organization=organization, account=account, directory=okta)
    GroupMemberFactory.create(group=crew, account=account)
    return account


@pytest.fixture
def record(okta, crew, account):
    record = UserRecordFactory.create(
        directory=okta,
        user_name="lin@acme.example",
        document={"userName": "lin@acme.example", "displayName": "Lin Linked"},
        link_state=LinkState.LINKED,
        account=account,
    )
    MembershipFactory.create(group=crew.record, user=record)
    return record


def post(console, name, record, **said):
    return console.post(url_of(name, record.scim_id), said, follow=True)


def test_the_persons_page_offers_what_can_be_done(console, record, account):
    page = text_of(console.get(url_of("user-detail", account.public_id)))

    assert "Sync again" in page
    assert "Unlink" in page
    assert "Re-link" not in page


def test_who_may_only_look_is_offered_nothing(site_admin, record, account):
    page = text_of(site_admin.get(url_of("user-detail", account.public_id)))

    assert "Unlink" not in page


def test_unlinking_says_first_what_it_changes(console, record):
    page = text_of(console.get(url_of("record-unlink", record.scim_id)))

    assert "1 account becomes local" in page
    assert "1 membership of a synced group ends" in page
    record.refresh_from_db()
    assert record.link_state == LinkState.LINKED


def test_unlinking_makes_the_account_local(console, record, account, crew):
    page = post(console, "record-unlink", record)

    record.refresh_from_db()
    assert (record.account, record.link_reason) == (None, Reason.UNLINKED_BY_ADMIN)
    assert Member.objects.get(account=account).directory is None
    assert not crew.members.exists()
    assert "was unlinked. Nothing was deleted." in text_of(page)
    assert "Re-link" in text_of(page)
    assert "Link to another account" in text_of(page)


def test_re_linking_brings_it_back(console, record, account, crew):
    post(console, "record-unlink", record)

    page = post(console, "record-relink", record)

    record.refresh_from_db()
    assert record.account == account
    assert list(crew.members.all()) == [account]
    assert "Lin Linked is linked" in text_of(page)


def test_re_linking_says_what_still_stands_in_the_way(console, okta):
    record = UserRecordFactory.create(directory=okta, email="", user_name="nomail")

    page = post(console, "record-relink", record)

    assert "no usable email address" in text_of(page)


def test_syncing_again_mends_the_groups(console, organization, record, account, crew):
    crew.group_members.all().delete()
    wrong = GroupFactory.create(organization=organization, synced=True)
    GroupMemberFactory.create(group=wrong, account=account)

    page = post(console, "record-sync", record)

    assert list(crew.members.all()) == [account]
    assert not wrong.members.exists()
    assert "in step with what Okta prod pushed" in text_of(page)


def test_nobody_is_taken_out_while_the_guard_has_stopped(
    console, organization, okta, record, account
):
    okta.guard_stopped_at = okta.created_at
    okta.save()
    other = GroupFactory.create(organization=organization, synced=True)
    GroupMemberFactory.create(group=other, account=account)

    post(console, "record-sync", record)

    assert other.members.exists()


@pytest.fixture
def renamed(console, record, account):
    """Return the account after its local address was changed, and the link ended."""
    post(console, "record-unlink", record)
    account.email = account.email_key = "former@acme.example"
    account.save()
    return account


def test_linking_to_a_chosen_account_says_what_changes(console, record, renamed):
    url = url_of("record-link-to", record.scim_id)

    page = text_of(console.get(url, {"email": "FORMER@acme.example"}))

    assert "from former@acme.example to lin@acme.example" in page
    assert "joins 1 group" in page


def test_a_chosen_account_gets_the_pushed_address(console, record, renamed, crew):
    epoch = renamed.session_epoch

    post(console, "record-link-to", record, email="former@acme.example")

    record.refresh_from_db()
    renamed.refresh_from_db()
    assert record.account == renamed
    assert renamed.email == "lin@acme.example"
    assert renamed.session_epoch > epoch
    assert list(crew.members.all()) == [renamed]


def test_an_account_that_cannot_be_chosen_says_why(console, organization, record):
    post(console, "record-unlink", record)
    external = MemberFactory.create(organization=organization).account
    url = url_of("record-link-to", record.scim_id)

    page = text_of(console.get(url, {"email": external.email}))

    assert "This account cannot be linked" in page
    assert "does not manage this account" in page
    after = post(console, "record-link-to", record, email=external.email)
    assert "does not manage this account" in text_of(after)


@pytest.mark.parametrize("email", ["nobody@acme.example", "a\0b", "x" * 400])
def test_an_address_that_nobody_has_is_told(console, record, email):
    post(console, "record-unlink", record)
    url = url_of("record-link-to", record.scim_id)

    assert "No such account" in text_of(console.get(url, {"email": email}))


def test_accounts_of_other_organizations_are_not_found(console, record):
    stranger = MemberFactory.create().account
    url = url_of("record-link-to", record.scim_id)

    assert "No such account" in text_of(console.get(url, {"email": stranger.email}))


def test_a_group_is_synced_again(console, record, account, crew):
    crew.group_members.all().delete()

    page = console.post(url_of("group-resync", crew.public_id), follow=True)

    assert page.status_code == 200
    assert Job.objects.get().kind == "group-sync"
    assert list(crew.members.all()) == [account]


@pytest.mark.parametrize("name", OF_RECORD)
def test_what_is_of_another_organization_does_not_exist(console, name):
    stranger = UserRecordFactory.create(linked=True)

    for scim_id in (stranger.scim_id, uuid.uuid4()):
        assert console.post(url_of(name, scim_id)).status_code == 404
    stranger.refresh_from_db()
    assert stranger.account is not None


def test_a_group_of_another_organization_does_not_exist(console, organization):
    stranger = GroupFactory.create(synced=True)
    local = GroupFactory.create(organization=organization)

    for group in (stranger, local):
        assert console.post(url_of("group-resync", group.public_id)).status_code == 404


@pytest.mark.parametrize("name", OF_RECORD)
def test_only_organization_admins_change_links(site_admin, record, name):
    assert site_admin.post(url_of(name, record.scim_id)).status_code == 403


@pytest.mark.parametrize("name", ["record-unlink", "record-link-to"])
def test_looking_writes_nothing(console, record, no_writes, name):
    with no_writes():
        assert console.get(url_of(name, record.scim_id)).status_code == 200


@pytest.mark.parametrize("name", ["record-relink", "record-sync"])
def test_changes_want_a_post(console, record, name):
    assert console.get(url_of(name, record.scim_id)).status_code == 405

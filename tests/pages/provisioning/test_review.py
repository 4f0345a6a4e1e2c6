"""What waits for a decision, and the one that can be made here."""

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent, LinkState, RoleAssignment
from provisioning.reasons import EXPLANATIONS, Reason
from provisioning.services.accounts import people
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    GroupRecordFactory,
    MemberFactory,
    MembershipFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import main_of, queries_of, text_of

URL = "/directory/review/"


@pytest.fixture
def boss(organization):
    """Return an admin of the organization whose address was pushed."""
    account = AccountFactory.create(name="Bo Boss", email="bo@acme.example")
    MemberFactory.create(organization=organization, account=account)
    RoleAssignmentFactory.create(organization=organization, account=account)
    return account


@pytest.fixture
def held(okta, boss):
    return UserRecordFactory.create(
        directory=okta,
        user_name="bo@acme.example",
        document={"userName": "bo@acme.example", "displayName": "Bo Pushed"},
        link_state=LinkState.HELD,
        link_reason=Reason.ADMIN_ACCOUNT,
    )


def hold_group(directory, name):
    return GroupRecordFactory.create(
        directory=directory,
        display_name=name,
        link_state=LinkState.HELD,
        link_reason=Reason.LOCAL_NAME,
    )


def link(client, record):
    url = reverse("provisioning:record-link", args=[record.scim_id])
    return client.post(url, follow=True)


def test_nothing_waits(console):
    assert "Nothing waits" in main_of(console.get(URL))


def test_people_are_listed_with_reason_and_advice(console, okta):
    UserRecordFactory.create(
        directory=okta,
        user_name="eva",
        email="eva@acme.example",
        link_state=LinkState.HELD,
        link_reason=Reason.OTHER_DIRECTORY,
    )
    UserRecordFactory.create(directory=okta, user_name="loose")
    explanation = EXPLANATIONS[Reason.OTHER_DIRECTORY]

    page = main_of(console.get(URL))

    assert f"eva eva@acme.example {explanation.reason} {explanation.advice}" in page
    assert "Okta prod" in page
    assert "People (1) Groups (0) Not linked (1)" in page
    assert "loose" not in page
    assert "Link account" not in page


def test_groups_are_shown_at_once_when_no_person_waits(console, okta):
    hold_group(okta, "Contractors")
    explanation = EXPLANATIONS[Reason.LOCAL_NAME]

    page = main_of(console.get(URL))

    assert f"Contractors {explanation.reason}" in page
    assert "People (0) Groups (1)" in page


def test_one_directory_can_be_asked_for(console, organization, okta, held):
    other = DirectoryFactory.create(organization=organization)
    hold_group(other, "Contractors")

    page = main_of(console.get(URL, {"directory": str(other.pk)}))

    assert "Contractors" in page
    assert "bo@acme.example" not in page


def test_pages_go_on_under_the_same_tab(console, okta):
    for n in range(60):
        hold_group(okta, f"Group {n:03}")

    first = console.get(URL, {"tab": "groups"})
    second = console.get(URL + first.context["listing"].links.next)

    assert "Showing 50 of 60" in main_of(first)
    assert "Group 059" in main_of(second)
    assert "Group 049" not in main_of(second)


def test_what_waits_elsewhere_stays_away(console):
    hold_group(DirectoryFactory.create(), "Stranger")

    assert "Nothing waits" in main_of(console.get(URL))


def test_linking_an_admin_asks_first_and_says_what_it_means(console, held):
    page = console.get(URL)

    assert "Link account" in main_of(page)
    assert "Link this admin\u2019s account?" in text_of(page)
    assert "Bo Boss bo@acme.example" in text_of(page)
    assert "it is managed by Okta prod" in text_of(page)
    assert "inactive" not in text_of(page)


def test_linking_warns_that_it_would_deactivate(console, held):
    held.active = False
    held.save()

    assert "deactivated at once" in text_of(console.get(URL))


def test_who_may_only_look_gets_no_button(site_admin, held):
    page = site_admin.get(URL)

    assert "bo@acme.example" in main_of(page)
    assert "Link account" not in text_of(page)


def test_linking_hands_the_account_over(console, organization, okta, held, boss):
    DomainFactory.create(organization=organization, name="acme.example")

    page = link(console, held)

    held.refresh_from_db()
    boss.refresh_from_db()
    assert (held.link_state, held.link_reason) == (LinkState.LINKED, "")
    assert held.account == boss
    assert boss.managed_by == organization
    assert boss.name == "Bo Pushed"
    assert boss.memberships.get().directory == okta
    assert RoleAssignment.objects.filter(account=boss).exists()
    assert "Bo Pushed is linked to Okta prod." in text_of(page)
    assert "Nothing waits" in text_of(page)


def test_linking_is_noted_with_who_did_it(console, admin, held, boss):
    link(console, held)

    event = AuditEvent.objects.get(action=Event.SCIM_USER_LINKED)
    assert event.actor_id == str(admin.public_id)
    assert event.target_id == str(boss.public_id)
    assert event.details["record"] == str(held.scim_id)


def test_linking_brings_the_pushed_groups(console, organization, held, boss):
    group = GroupFactory.create(
        organization=organization, synced=True, record__directory=held.directory
    )
    MembershipFactory.create(group=group.record, user=held)

    link(console, held)

    assert list(group.members.all()) == [boss]


def test_an_external_person_who_is_inactive_waits_on(console, held, boss):
    held.active = False
    held.save()

    link(console, held)

    held.refresh_from_db()
    boss.refresh_from_db()
    assert (held.link_state, held.link_reason) == (LinkState.PAUSED, Reason.INACTIVE)
    assert boss.is_active


def test_nobody_deactivates_the_own_account_by_linking_it(
    console, organization, okta, admin
):
    DomainFactory.create(organization=organization, name="acme.example")
    record = UserRecordFactory.create(
        directory=okta,
        user_name=admin.email,
        active=False,
        link_state=LinkState.HELD,
        link_reason=Reason.ADMIN_ACCOUNT,
    )

    page = link(console, record)

    admin.refresh_from_db()
    record.refresh_from_db()
    assert admin.is_active
    assert admin.managed_by is None
    assert record.link_state == LinkState.HELD
    assert "Let another admin do it." in text_of(page)


def test_linking_twice_says_so(console, held):
    link(console, held)

    page = link(console, held)

    assert "no longer waits for a decision" in text_of(page)
    assert AuditEvent.objects.filter(action=Event.SCIM_USER_LINKED).count() == 1


def test_what_waits_for_another_reason_is_not_linked(console, held, boss):
    held.link_reason = Reason.OTHER_DIRECTORY
    held.save()

    link(console, held)

    held.refresh_from_db()
    assert held.account is None


def test_an_account_that_another_directory_took_meanwhile_is_kept(
    console, organization, held, boss
):
    other = DirectoryFactory.create(organization=organization)
    UserRecordFactory.create(directory=other, linked=True, account=boss)

    page = link(console, held)

    held.refresh_from_db()
    assert held.account is None
    assert "no longer waits for a decision" in text_of(page)


def test_who_waits_for_the_same_account_learns_that_it_is_taken(
    console, organization, held
):
    late = UserRecordFactory.create(
        directory=DirectoryFactory.create(organization=organization),
        user_name="bo@acme.example",
        link_state=LinkState.HELD,
        link_reason=Reason.ADMIN_ACCOUNT,
    )

    link(console, held)

    late.refresh_from_db()
    assert late.link_reason == Reason.OTHER_DIRECTORY
    assert "another directory owns the account" in main_of(console.get(URL))
    entry = late.directory.troubleshooting_entries.get()
    assert "is linked to bo@acme.example" in entry.reason


def test_an_address_that_another_organization_claimed_is_refused(console, held):
    DomainFactory.create(name="acme.example")

    page = link(console, held)

    held.refresh_from_db()
    assert held.link_state == LinkState.HELD
    assert "Another organization has verified the domain" in text_of(page)


def test_a_linked_admin_follows_the_next_push(console, held, boss):
    link(console, held)
    held.refresh_from_db()

    outcome = people.take_up(held, now=timezone.now())

    assert (outcome.state, outcome.account) == (LinkState.LINKED, boss)


def test_the_number_of_queries_does_not_grow(console, organization, okta, held):
    one = queries_of(console, URL)
    for n in range(30):
        account = AccountFactory.create()
        RoleAssignmentFactory.create(organization=organization, account=account)
        UserRecordFactory.create(
            directory=okta,
            user_name=account.email,
            external_id=str(n),
            link_state=LinkState.HELD,
            link_reason=Reason.ADMIN_ACCOUNT,
        )

    assert queries_of(console, URL) == one <= 13


def test_people_who_are_not_linked_are_listed_with_state_and_reason(console, okta):
    UserRecordFactory.create(
        directory=okta, user_name="nomail", email="", link_reason=Reason.NO_EMAIL
    )
    UserRecordFactory.create(
        directory=okta, user_name="gone", email="", link_reason=Reason.INACTIVE
    )
    account = AccountFactory.create()
    UserRecordFactory.create(
        directory=okta,
        user_name="moved",
        email="",
        link_state=LinkState.PAUSED,
        link_reason=Reason.EMAIL_NOT_VERIFIED,
        account=account,
    )
    UserRecordFactory.create(directory=okta, user_name="somebody", linked=True)

    page = main_of(console.get(URL))
    assert "People (0) Groups (0) Not linked (3)" in page

    report = console.get(URL, {"tab": "not-linked"}, follow=True)

    assert report.redirect_chain[0][0].startswith("/directory/reports/")
    page = main_of(report)
    assert f"nomail Not linked {EXPLANATIONS[Reason.NO_EMAIL].reason}" in page
    assert f"gone Inactive {EXPLANATIONS[Reason.INACTIVE].reason}" in page
    assert f"moved Paused {EXPLANATIONS[Reason.EMAIL_NOT_VERIFIED].reason}" in page
    assert "somebody" not in page


def test_the_directory_leads_to_who_is_not_linked(console, okta):
    UserRecordFactory.create(directory=okta)

    page = console.get(reverse("directories:directory-detail", args=[okta.pk]))

    link = f"{URL}?directory={okta.pk}&amp;tab=not-linked"
    assert f'href="{link}"' in page.content.decode()

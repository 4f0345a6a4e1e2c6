"""An organization comes under an identity provider, as its admin sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from directories.models import ApiKey
from tests.browser.admin import PASSWORD, PROVIDERS, Console
from tests.browser.okta import Okta
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
ANNA, BO, DANA = "anna@acme.example", "bo@acme.example", "dana@acme.example"
CLEO = "cleo@partner.example"
CREW = [f"crew.{n}@acme.example" for n in range(8)]


@pytest.fixture
def organization():
    """Return an organization with two admins and a group that Okta has too."""
    organization = DomainFactory.create(name="acme.example").organization
    for name in ("ada", "dana"):
        account = AccountFactory.create(name=name.title(), email=f"{name}@acme.example")
        account.set_password(PASSWORD)
        account.save()
        MemberFactory.create(organization=organization, account=account)
        RoleAssignmentFactory.create(account=account, organization=organization)
    design = GroupFactory.create(organization=organization, name="Design")
    greta = AccountFactory.create(name="Greta", email="greta@acme.example")
    MemberFactory.create(organization=organization, account=greta)
    GroupMemberFactory.create(group=design, account=greta)
    return organization


@pytest.fixture
def admin(strict_page, live_server, organization):
    console = Console(strict_page, live_server.url)
    console.signs_in()
    return console


def connect_okta(admin, name):
    """Click through the wizard; return the Okta that pushes into the directory."""
    admin.opens(f"{PROVIDERS}add/okta/")
    admin.page.get_by_label("Directory name").fill(name)
    admin.clicks("Add")
    admin.follows("Set up user provisioning")
    admin.clicks("Get credentials")
    okta = Okta(shown(admin, "SCIM base URL"), shown(admin, "API key"))
    admin.follows("Save")
    admin.follows("Next")
    return okta


def shown(admin, label):
    return admin.page.get_by_label(label, exact=True).input_value()


def push_company(okta):
    okta.pushes_people(ANNA, BO, CLEO, DANA, *CREW)
    okta.pushes_group("Design", ANNA, BO, CLEO)
    okta.pushes_group("Crew", *CREW)


def test_from_connecting_okta_to_connecting_it_again(admin, mailoutbox):
    okta = connect_okta(admin, "Acme Okta")
    push_company(okta)
    admin.sees("12 users and 2 groups", "Users waiting for review")

    review_what_waits(admin, okta)
    let_an_address_leave_and_come_back(admin, okta)
    replace_a_key_that_expires(admin, okta)
    stop_a_mass_deactivation(admin, okta, mailoutbox)
    disconnect(admin)

    okta = connect_okta(admin, "Acme Okta two")
    push_company(okta)
    find_everything_as_it_was(admin)


def review_what_waits(admin, okta):
    okta.pushes_group("org-admins", ANNA, status=409)
    admin.opens("/directory/review/")
    admin.finds_the_page_good()

    admin.clicks("Link account", within=admin.row(DANA))
    dialog = admin.page.get_by_role("dialog", name="Link this admin")
    admin.clicks("Link account", within=dialog)
    admin.sees("Design")

    admin.follows("View differences")
    admin.sees("Greta", "Removed", "Anna", "Added")
    admin.finds_the_page_good()
    admin.follows("Adopt")
    admin.sees("Adopt Design?", "3 people join the group.", "Nobody loses access.")
    admin.clicks("Adopt")
    admin.finds_group("Design (local)")
    admin.sees("Greta")

    admin.opens_directory("Acme Okta")
    admin.follows("View troubleshooting log")
    admin.page.locator("summary", has_text="org-admins").click()
    admin.sees("A built-in group has this name. Rename the group in the provider.")
    admin.finds_the_page_good()


def let_an_address_leave_and_come_back(admin, okta):
    elsewhere = "anna@elsewhere.example"
    okta.changes_address(ANNA, elsewhere)
    admin.finds_person(ANNA)
    admin.sees("The new email address was not applied", f"says: {elsewhere}")
    admin.sees("In no group.")
    admin.finds_the_page_good()

    okta.changes_address(elsewhere, ANNA)
    admin.page.reload()
    admin.sees("Restored memberships of user", "Paused memberships of user")
    expect(admin.page.get_by_role("link", name="Design", exact=True)).to_be_visible()


def replace_a_key_that_expires(admin, okta):
    soon = timezone.now() + timedelta(days=6, hours=1)
    ApiKey.objects.update(expires_at=soon)
    admin.opens_directory("Acme Okta")
    admin.sees("API key expires in 6 days", "6 days left")
    admin.finds_the_page_good()

    admin.clicks("Regenerate API key")
    dialog = admin.page.get_by_role("dialog", name="Regenerate API key?")
    admin.clicks("Regenerate key", within=dialog)
    assert okta.is_let_in()
    okta.takes_key(shown(admin, "API key"))
    assert okta.is_let_in()

    admin.follows("Done")
    admin.sees("New", "Replaced")
    expect(admin.page.get_by_text("API key expires in")).to_be_hidden()


def stop_a_mass_deactivation(admin, okta, mailoutbox):
    admin.opens_directory("Acme Okta")
    admin.follows("Change settings")
    admin.page.get_by_label("And more than this number").fill("2")
    admin.clicks("Save")
    okta.deactivates(*CREW)
    assert "is stopped" in mailoutbox[-1].subject

    admin.opens("/")
    admin.sees("Syncing of removals is stopped")
    admin.follows("Review changes")
    admin.finds_the_page_good()
    admin.page.get_by_label(f"Choose {CREW[-1]}").check()
    admin.clicks("Approve chosen")
    admin.sees("Approve 1 removal?")
    admin.clicks("Approve")
    expect(admin.row(CREW[-1])).to_be_hidden()

    admin.follows("Discard all")
    admin.clicks("Discard")
    admin.sees("Discarded removals")
    admin.finds_person(CREW[-1])
    admin.sees("Deactivated")
    admin.finds_person(CREW[-2])
    admin.sees("Active")


def disconnect(admin):
    admin.opens_directory("Acme Okta")
    admin.clicks("User provisioning actions")
    admin.follows("Delete configuration")
    admin.sees("12 users become local", "2 groups become local")
    admin.finds_the_page_good()
    admin.confirms_by_typing("Acme Okta", "Delete configuration")
    admin.sees("Not set up")
    admin.follows("Disconnect identity provider")
    admin.confirms_by_typing("Acme Okta", "Disconnect identity provider")
    admin.finds_group("Design")
    admin.sees("Anna", "Bo", "Cleo", "Local")


def find_everything_as_it_was(admin):
    """Only the admin's account is asked about again; no group is in the way."""
    admin.opens("/directory/review/?tab=groups")
    admin.sees("Groups (0)")
    admin.finds_group("Design")
    admin.sees("Managed by Acme Okta two", "Members (3)")
    admin.finds_person(CREW[-1])
    admin.sees("Active", "What happened")
    admin.finds_the_page_good()

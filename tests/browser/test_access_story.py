"""A site gets its people from an identity provider, with fewer licenses than people."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.admin import PASSWORD, Console
from tests.browser.test_story import connect_okta
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    RoleAssignmentFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
CREW = [f"{name}@acme.example" for name in ("anna", "bo", "cleo")]


@pytest.fixture
def admin(strict_page, live_server):
    organization = DomainFactory.create(name="acme.example").organization
    account = AccountFactory.create(name="Ada", email="ada@acme.example")
    account.set_password(PASSWORD)
    account.save()
    MemberFactory.create(organization=organization, account=account)
    RoleAssignmentFactory.create(account=account, organization=organization)
    console = Console(strict_page, live_server.url)
    # Messages that fade in are no contrast to judge.
    strict_page.emulate_media(reduced_motion="reduce")
    console.signs_in()
    return console


def test_from_a_new_site_to_access_that_is_gone(admin):
    okta = connect_okta(admin, "Acme Okta")
    okta.pushes_people(*CREW)
    okta.pushes_group("Crew", *CREW)

    add_site(admin, "harbor")
    set_limit(admin, 2, "The limit is 2 from now on")
    let_in(admin, "Crew")
    admin.follows("Users", within=tabs(admin))
    expect(admin.row("cleo@")).to_contain_text("Waiting for a license")
    see_why(admin, "Waiting for a license")

    open_jira(admin)
    set_limit(admin, 3, "1 person who waits gets access now.")
    see_why(admin, "Yes")
    plan_the_removal(admin)

    admin.clicks("Remove group", within=admin.page.locator("main"))
    admin.sees("jira-users-harbor")
    admin.follows("Users", within=tabs(admin))
    admin.sees("Nobody may use the app yet")
    see_why(admin, "No")


def add_site(admin, name):
    admin.opens("/apps/sites/")
    admin.finds_the_page_good()
    admin.follows("Add a site")
    admin.page.get_by_label("Site name").fill(name)
    admin.clicks("Continue")
    admin.sees(f"jira-users-{name}")
    admin.finds_the_page_good()
    admin.clicks("Add site")
    admin.finds_the_page_good()
    admin.follows("Manage access to Jira")


def set_limit(admin, number, consequence):
    admin.follows("Licenses", within=tabs(admin))
    admin.page.get_by_label("User limit").fill(str(number))
    admin.finds_the_page_good()
    admin.clicks("Review change")
    admin.sees(consequence)
    admin.clicks("Save")
    admin.sees("Licenses used")


def let_in(admin, group):
    admin.follows("Add groups")
    admin.page.get_by_role("checkbox", name=group).check()
    admin.finds_the_page_good()
    admin.clicks("Add groups")
    admin.sees("3 people in the chosen groups need a license; 2 of 2 are free.")
    admin.finds_the_page_good()
    admin.clicks("Add groups")
    admin.sees("1 person waits for a license of Jira")
    admin.finds_the_page_good()


def see_why(admin, answer):
    """Read on the page of Cleo's access what Jira says."""
    admin.opens("/access/?q=cleo")
    admin.follows("Cleo", within=admin.page.locator("main"))
    jira = admin.page.get_by_role("row").filter(
        has=admin.page.get_by_role("link", name="Jira", exact=True)
    )
    expect(jira).to_contain_text(answer)
    if answer != "No":
        expect(jira).to_contain_text("Is in Crew")
    admin.finds_the_page_good()


def plan_the_removal(admin):
    """Put it together step by step, and go on to where it is done."""
    admin.opens("/access/what-if/")
    admin.page.get_by_label("Step").select_option("Take a role in an app from a group")
    admin.clicks("Choose")
    place = admin.page.get_by_label("App", exact=True)
    place.select_option("harbor: Jira, User")
    admin.page.get_by_role("radio", name="Crew").check()
    admin.finds_the_page_good()
    admin.clicks("Add step")
    admin.sees("Only Crew gave it")
    expect(admin.row("harbor, User").first).to_contain_text("3")
    admin.finds_the_page_good()
    admin.page.get_by_role("link", name=re.compile("^Do this")).click()
    admin.sees("3 people have the role User by this group alone")
    admin.finds_the_page_good()


def open_jira(admin):
    admin.opens("/apps/sites/")
    admin.follows("harbor")
    admin.follows("Manage access to Jira")


def tabs(admin):
    return admin.page.get_by_role("navigation", name="Access to Jira")

"""The main job in a real browser: set provisioning up and see people arrive."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from directories.models import Directory
from tests.factories.directories import (
    AccountFactory,
    JobFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a long old password"


@pytest.fixture
def console(strict_page, live_server):
    """Return a page on the list of identity providers, signed in through the form."""
    account = AccountFactory.create(email="ada@acme.example")
    account.set_password(PASSWORD)
    account.save()
    RoleAssignmentFactory.create(
        account=account, organization=OrganizationFactory.create(name="Acme")
    )
    strict_page.goto(f"{live_server.url}/security/identity-providers/")
    strict_page.get_by_label("Email").fill("ada@acme.example")
    strict_page.get_by_label("Password").fill(PASSWORD)
    strict_page.get_by_role("button", name="Sign in").click()
    return strict_page


def set_up(page):
    """Click to the last step; return the base URL and the key."""
    page.get_by_role("link", name="Okta", exact=True).click()
    page.get_by_label("Directory name").fill("Acme Okta")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Set up user provisioning").click()
    page.get_by_role("button", name="Get credentials").click()
    url = page.get_by_label("SCIM base URL", exact=True).input_value()
    key = page.get_by_label("API key", exact=True).input_value()
    page.get_by_role("link", name="Save").click()
    page.get_by_role("link", name="Next").click()
    return url, key


def test_people_are_seen_to_arrive(console):
    url, key = set_up(console)
    expect(console.get_by_text("Waiting for Okta to call")).to_be_visible()
    headers = {"Authorization": f"Bearer {key}", "User-Agent": "Okta SCIM Client"}

    with httpx.Client(base_url=url, headers=headers) as okta:
        assert okta.get("/Users?startIndex=1&count=2").status_code == 200
        expect(console.get_by_text("First request arrived at")).to_be_visible()
        expect(console.get_by_text("Okta SCIM Client")).to_be_visible()
        body = {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "eva@acme.example",
            "displayName": "Eva Larsen",
            "emails": [{"value": "eva@acme.example", "primary": True}],
        }
        assert okta.post("/Users", json=body).status_code == 201

    expect(console.get_by_text("Eva Larsen")).to_be_visible()
    expect(console.locator("#live-region")).to_have_text("1 user and 0 groups")
    console.get_by_role("link", name="Done").click()
    expect(console.get_by_role("heading", name="Acme Okta")).to_be_visible()


def test_a_deletion_is_confirmed_and_its_page_comes_back_by_itself(console):
    set_up(console)
    console.get_by_role("link", name="Done").click()
    console.get_by_role("button", name="User provisioning actions").click()
    console.get_by_role("link", name="Delete configuration").click()
    button = console.get_by_role("button", name="Delete configuration")
    expect(button).to_be_disabled()

    console.get_by_label(re.compile("to confirm")).fill("Acme Okta")
    button.click()

    # The worker runs inside the request here, so the end is there at once.
    expect(console.get_by_role("link", name="Set up user provisioning")).to_be_visible()
    expect(console.get_by_text("Not set up")).to_be_visible()


def test_a_bar_moves_by_itself_and_the_page_follows_its_end(console):
    set_up(console)
    console.get_by_role("link", name="Done").click()
    job = _running_job()
    console.reload()
    expect(console.get_by_text("3 of 9")).to_be_visible()

    type(job).objects.filter(pk=job.pk).update(done=7)
    expect(console.get_by_text("7 of 9")).to_be_visible()
    type(job).objects.filter(pk=job.pk).update(state="done", done=9)

    expect(console.get_by_text("Done", exact=True)).to_be_visible()
    done = console.get_by_role("heading", name="Background work")
    expect(done).to_be_hidden()
    expect(console.get_by_role("button", name="Sync now")).to_be_visible()


def _running_job():
    return JobFactory.create(
        directory=Directory.objects.get(name="Acme Okta"),
        state="running",
        run=1,
        done=3,
        total=9,
    )

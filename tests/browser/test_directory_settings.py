"""The settings of a directory in a real browser: asked about, confirmed, readable."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_gallery import violations
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    NestingFactory,
    RoleAssignmentFactory,
    UnusedAttributeFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a long old password"


@pytest.fixture
def directory(transactional_db):
    """Return a directory that has something of everything."""
    directory = DirectoryFactory.create(name="Okta")
    UnusedAttributeFactory.create(directory=directory, name="shoeSize")
    NestingFactory.create(parent__directory=directory)
    return directory


def open_settings(page, server, directory):
    """Sign in as an admin of the directory and open its settings."""
    account = AccountFactory.create(email="ada@acme.example")
    account.set_password(PASSWORD)
    account.save()
    RoleAssignmentFactory.create(account=account, organization=directory.organization)
    path = f"/security/identity-providers/{directory.pk}/settings/"
    page.goto(f"{server.url}{path}")
    page.get_by_label("Email").fill("ada@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def ask_for_strict_mode(page):
    """Choose strict mode with the keyboard; return the dialog that asks."""
    page.get_by_role("radio", name="Compatible").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save these settings?")
    expect(dialog).to_be_visible()
    return dialog


def test_strict_mode_is_confirmed_with_the_keyboard(
    strict_page, live_server, directory
):
    page = strict_page
    open_settings(page, live_server, directory)
    page.get_by_text("What changes").click()
    assert violations(page) == []

    dialog = ask_for_strict_mode(page)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    directory.refresh_from_db()
    assert directory.mode == "compatible"

    dialog = ask_for_strict_mode(page)
    dialog.get_by_role("button", name="Save").press("Enter")

    expect(page.get_by_text("Settings saved.")).to_be_visible()
    directory.refresh_from_db()
    assert directory.mode == "strict"


def test_without_scripts_the_dialog_asks_too(browser, live_server, directory):
    page = browser.new_context(java_script_enabled=False).new_page()
    open_settings(page, live_server, directory)

    dialog = ask_for_strict_mode(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Settings saved.")).to_be_visible()
    directory.refresh_from_db()
    assert directory.mode == "strict"
    page.context.close()

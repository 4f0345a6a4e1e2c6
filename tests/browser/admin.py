"""What an admin does in the console, in the words of a story."""

import re

from playwright.sync_api import expect

from tests.browser.test_gallery import violations

PROVIDERS = "/security/identity-providers/"
PASSWORD = "a long old password"


class Console:
    """What an admin does in the console, page by page."""

    def __init__(self, page, url):
        self.page, self.url = page, url

    def opens(self, path):
        """Go to a page by its path."""
        self.page.goto(f"{self.url}{path}")

    def signs_in(self, name="ada", *, at=PROVIDERS):
        """Sign in as Ada, or somebody else of her company."""
        self.opens(at)
        self.page.get_by_label("Email").fill(f"{name}@acme.example")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.clicks("Sign in")

    def follows(self, name, *, within=None):
        """Click the first link of this name."""
        place = within or self.page
        place.get_by_role("link", name=name, exact=True).first.click()

    def clicks(self, name, *, within=None):
        """Click the first button of this name."""
        place = within or self.page
        place.get_by_role("button", name=name, exact=True).first.click()

    def row(self, text):
        """Return the row of a table that holds a text."""
        return self.page.get_by_role("row").filter(has_text=text)

    def sees(self, *texts):
        """Wait until the page shows all these texts."""
        for text in texts:
            expect(self.page.locator("main").get_by_text(text).first).to_be_visible()

    def finds_person(self, address):
        """Open the page of a person by the address."""
        self.opens(f"/directory/users/?q={address}")
        self.row(address).get_by_role("link").first.click()
        self.sees("Account ID")

    def finds_group(self, name):
        """Open the page of a group by its name."""
        self.opens("/directory/groups/")
        self.follows(name)

    def opens_directory(self, name):
        """Open the page of an identity provider."""
        self.opens(PROVIDERS)
        self.follows(name)

    def confirms_by_typing(self, text, button):
        """Type what a dangerous button asks for, then click it."""
        self.page.get_by_label(re.compile("to confirm")).fill(text)
        self.clicks(button)

    def finds_the_page_good(self):
        """Look for what hinders people at a desk, and on a phone in the dark."""
        assert violations(self.page) == []
        self.page.emulate_media(color_scheme="dark")
        self.page.set_viewport_size({"width": 400, "height": 800})
        wider = "document.documentElement.scrollWidth > innerWidth"
        assert not self.page.evaluate(wider)
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size({"width": 1280, "height": 900})

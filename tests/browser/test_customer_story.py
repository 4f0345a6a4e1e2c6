"""Customers come with their organizations, and use the portals they are let into."""

import re

import pytest
from playwright.sync_api import expect

from directories.models import RoleAssignment
from provisioning.models import App
from tests.browser.admin import PASSWORD, Console
from tests.browser.okta import Okta
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)
from tests.factories.portals import ServiceProjectFactory, ServiceSiteFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]
COMPANIES = ["Alder", "Birch", "Cedar", "Dune", "Elm", "Fjord"]
PEOPLE = {
    name: [f"{n}@{name.lower()}.example" for n in ("kim", "lou", *range(8))]
    for name in COMPANIES
}
KIM = "kim@alder.example"
LINK = re.compile(r"https?://\S+")
NEW_PASSWORD = "a password of kim alone"


@pytest.fixture
def site():
    """Return a site with two projects, an organization admin and a Jira admin."""
    organization = OrganizationFactory.create(name="Acme")
    site = ServiceSiteFactory.create(organization=organization, name="acme-help")
    role, app = RoleAssignment.Role, App.Kind.SERVICE_MANAGEMENT
    for name in ("ada", "jo"):
        account = AccountFactory.create(name=name.title(), email=f"{name}@acme.example")
        account.set_password(PASSWORD)
        account.save()
        MemberFactory.create(organization=organization, account=account)
        right = {"account": account, "organization": organization}
        RoleAssignmentFactory.create(**right, role=role.APP_ADMIN, app=app, site=site)
        if name == "ada":
            RoleAssignmentFactory.create(**right, role=role.ORGANIZATION_ADMIN)
    ServiceProjectFactory.create(site=site, key="HELP", name="Technical help")
    ServiceProjectFactory.create(
        site=site, key="CARE", name="Care", customer_service_management=True
    )
    ServiceProjectFactory.create(site=site, key="SHOP", name="Shop")
    return site


@pytest.fixture
def console(strict_page, live_server, site):
    return Console(strict_page, live_server.url)


def test_from_connecting_entra_to_a_portal_that_closes(console, site, mailoutbox):
    console.page.set_default_timeout(5000)
    console.signs_in(at="/")
    entra = connect_entra(console)
    for name, people in PEOPLE.items():
        entra.pushes_people(*people)
        entra.pushes_group(name, *people)
    console.sees("60 customers and 6 organizations")
    console.finds_the_page_good()
    find_customers(console)

    console.page.context.clear_cookies()
    console.signs_in("jo", at=f"/sites/{site.pk}/projects/")
    let_in(console, "Care", ["Organizations"])
    let_in(console, "Technical help", ["Customers"])

    console.page.context.clear_cookies()
    choose_password(console, mailoutbox)
    use_portals(console)
    entra.takes_out("Alder", KIM)
    find_the_portal_closed(console)


def connect_entra(admin):
    """Go where the labels lead; return the Entra that pushes from then on."""
    admin.page.get_by_role("navigation").get_by_text("Apps", exact=True).click()
    for name in ("Sites and products", "acme-help"):
        admin.follows(name)
    admin.page.get_by_role("link", name="Jira Service Management", exact=True).click()
    admin.page.locator("main").get_by_role("link", name="Portal-only customers").click()
    admin.sees("No customers yet")
    admin.finds_the_page_good()
    admin.clicks("More options")
    admin.follows("Identity providers", within=admin.page.locator("#page-menu"))
    admin.finds_the_page_good()
    admin.page.get_by_role("link", name="Microsoft Entra ID").click()
    admin.page.get_by_label("Directory name").fill("Entra customers")
    admin.finds_the_page_good()
    admin.clicks("Add")
    admin.finds_the_page_good()
    admin.follows("Set up provisioning")
    admin.page.get_by_label("Sync the group", exact=True).check()
    admin.page.get_by_label("Start with test users and groups").uncheck()
    admin.finds_the_page_good()
    admin.clicks("Get provisioning credentials")
    entra = Okta(shown(admin, "SCIM base URL"), shown(admin, "SCIM API key"))
    admin.sees("Expiration date")
    admin.finds_the_page_good()
    admin.follows("Save")
    admin.finds_the_page_good()
    admin.follows("Next")
    return entra


def shown(admin, label):
    return admin.page.get_by_label(label, exact=True).input_value()


def find_customers(admin):
    crumbs = admin.page.get_by_role("navigation", name="Breadcrumbs")
    admin.follows("Portal-only customers", within=crumbs)
    admin.sees("Showing 50 of 60", "Synced")
    admin.finds_the_page_good()
    admin.page.get_by_label("Search by name, email or organization").fill(KIM)
    admin.sees("Showing 1 of 1")
    admin.row(KIM).get_by_role("link", name="Kim").click()
    admin.sees("Alder", "Entra customers")
    admin.finds_the_page_good()


def let_in(admin, project, way):
    """Add three companies to a project, with the keys alone."""
    for number, company in enumerate(("Alder", "Birch", "Cedar")):
        site = admin.page.get_by_role("list", name="acme-help")
        admin.follows("Service projects", within=site)
        admin.follows(project)
        for name in [*way, "Add organization"]:
            admin.follows(name, within=admin.page.locator("main"))
        field = admin.page.get_by_role("combobox", name="Organization")
        expect(field).to_be_focused()
        field.press_sequentially(company[:3])
        expect(admin.page.get_by_role("option", name=company)).to_be_visible()
        field.press("ArrowDown")
        field.press("Enter")
        expect(field).to_have_value(company)
        if not number:
            admin.finds_the_page_good()
        admin.clicks("Add")
        admin.sees(company, "10")
    admin.finds_the_page_good()


def choose_password(customer, mailoutbox):
    """Ask for a link by trying to log in, and follow it from the mail."""
    customer.opens("/servicedesk/customer/portals")
    customer.finds_the_page_good()
    customer.page.get_by_label("Email").fill(KIM)
    customer.clicks("Next")
    customer.finds_the_page_good()
    assert mailoutbox[-1].to == [KIM]
    (link,) = LINK.findall(mailoutbox[-1].body)
    customer.page.goto(link)
    customer.finds_the_page_good()
    customer.page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    customer.page.get_by_label("New password again").fill(NEW_PASSWORD)
    customer.clicks("Set password")


def use_portals(customer):
    """Log in and open one of the two portals that Alder is let into, and no third."""
    customer.opens("/servicedesk/customer/portals")
    customer.page.get_by_label("Email").fill(KIM)
    customer.clicks("Next")
    customer.page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    customer.clicks("Log in")
    customer.sees("Care", "Technical help")
    expect(customer.page.locator(".portal b")).to_have_text(["Care", "Technical help"])
    customer.finds_the_page_good()
    customer.page.get_by_role("link", name="Care").click()
    expect(customer.page.get_by_role("heading", name="Care", level=1)).to_be_visible()
    customer.finds_the_page_good()


def find_the_portal_closed(customer):
    customer.page.reload()
    customer.sees("This portal is not open to you", "Ask your contact at Acme")
    customer.finds_the_page_good()
    customer.opens("/servicedesk/customer/portals")
    customer.sees("No portal is open to you yet", f"you log in as {KIM}")
    customer.finds_the_page_good()

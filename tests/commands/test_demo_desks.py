"""The help desks of the demonstration: what they begin with, and who runs them."""

import json
from typing import Any

from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Organization,
    RoleAssignment,
    Site,
)
from portals.models import Customer, CustomerOrganization, ServiceProject
from provisioning.demonstration import organization
from tests.commands.starting import opens, start


def test_first_start_makes_help_desks_and_pushes_customers(place):
    told = start(place)

    named = Site.objects.get(pk=told["site"]["id"])
    other = Site.objects.exclude(pk=named.pk).get()
    for site in (named, other):
        assert site.service_projects.filter(customer_service_management=True).exists()
        assert site.service_projects.filter(customer_service_management=False).exists()
    people = {c.email_key.partition("@")[0]: c for c in other.customers.all()}
    synced = {name for name, c in people.items() if c.source == "synced"}
    assert synced == {"mara.lind", "zofia.nunes", "new.client"}
    assert people["zofia.nunes"].revoked_by == Customer.RevokedBy.PROVIDER
    assert people["hugo.stamm"].revoked_by == Customer.RevokedBy.ADMIN
    firms = other.customer_organizations.values_list("name", "source", "member_count")
    assert set(firms) == {
        ("Harbor Books", "synced", 2),
        ("Lakeside Clinic", "manual", 2),
        ("Friends of the house", "manual", 1),
    }
    portals = other.service_projects.filter(
        project_organizations__organization__name="Harbor Books"
    )
    assert set(portals.values_list("key", flat=True)) == {"HELP", "CARE"}
    conflict = GroupRecord.objects.get(display_name="Lakeside Clinic")
    assert conflict.link_reason == "organization_same_name"


def test_directory_of_customers_waits_for_a_first_push(place):
    told = start(place)

    named = Directory.objects.get(pk=told["directories"]["customers"]["id"])
    assert str(named.site_id) == told["site"]["id"]
    assert (named.kind, named.mode, named.state) == (
        "customers",
        "compatible",
        "active",
    )
    assert not named.guard_on
    assert named.first_request_at is None
    assert named.customer_directory.is_default
    assert named.customer_directory.group_policy == "sync"


def test_admins_run_jira_where_they_should(place):
    told = start(place)

    rights = RoleAssignment.objects.filter(role="app_admin", group_id=0)
    held: dict[str, set[Any]] = {name: set() for name in ("admin", "jira_admin")}
    for name, found in held.items():
        mine = rights.filter(account__email=told[name]["email"])
        found |= set(mine.values_list("site__name", "app"))
    jira = {"jira", "jira-service-management"}
    assert held == {
        "admin": {(site, app) for site in organization.SITES for app in jira},
        "jira_admin": {(told["site"]["name"], app) for app in jira},
    }


def test_database_of_an_earlier_version_gets_help_desks(place):
    first = start(place)
    Directory.objects.filter(kind="customers").delete()
    for table in (ServiceProject, Customer, CustomerOrganization):
        table.objects.all().delete()
    Organization.objects.update(demonstration=Organization.Demonstration.PUSHED)
    Account.objects.filter(email=first["jira_admin"]["email"]).delete()
    kept = json.loads((place / "demo.json").read_text())
    kept["jira_admin"] = {"email": "", "password": ""}
    kept["directories"]["customers"] = dict.fromkeys(
        kept["directories"]["customers"], ""
    )
    (place / "demo.json").write_text(json.dumps(kept))
    (place / "demo_secrets.json").unlink()

    second = start(place)

    assert opens(second)
    same = ("organization", "admin", "site")
    assert [second[key] for key in same] == [first[key] for key in same]
    jira_admin = Account.objects.get(email=second["jira_admin"]["email"])
    assert jira_admin.check_password(second["jira_admin"]["password"])
    assert Customer.objects.filter(source="synced").count() == 3
    assert start(place) == second

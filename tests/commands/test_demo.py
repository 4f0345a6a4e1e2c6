"""The demonstration: its contract, its first start, and the starts after it."""

import json
import stat
import uuid

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from directories.demonstration.roster import COMPANY, read_roster
from directories.models import (
    Account,
    ApiKey,
    Directory,
    Domain,
    GroupRecord,
    Organization,
    UserRecord,
)
from directories.services import api_keys, organization_api_keys, passwords
from directories.services.audit import SYSTEM
from directories.services.directories import delete_configuration
from directories.services.organizations import create_organization
from portals.demonstration.content import SAMPLED
from portals.demonstration.desks import CUSTOMERS
from provisioning.demonstration import organization
from provisioning.models import App, Group
from tests.commands.starting import opens, start

KEYS = {
    "base_url": None,
    "organization": {"id", "name", "api_key"},
    "admin": {"email", "password"},
    "jira_admin": {"email", "password"},
    "site": {"id", "name", "api_email", "api_token"},
    "directories": {"organization", "customers"},
}
DIRECTORY = {"id", "scim_base_url", "scim_api_key"}


def opens_organization(told):
    """Tell whether the organization's id and key go together."""
    named = told["organization"]
    organization_api_keys.open_organization(
        organization_id=uuid.UUID(named["id"]),
        text=named["api_key"],
        now=timezone.now(),
    )
    return True


def test_demo_json_keeps_its_contract(place):
    told = start(place)

    assert set(told) == set(KEYS)
    assert all(set(told[k]) == v for k, v in KEYS.items() if v)
    assert all(set(d) == DIRECTORY for d in told["directories"].values())
    assert stat.S_IMODE((place / "demo.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((place / "demo_secrets.json").stat().st_mode) == 0o600
    named = told["directories"]["organization"]
    assert named["scim_base_url"].endswith(f"/scim/directory/{named['id']}")
    admin = Account.objects.get(email=told["admin"]["email"])
    assert admin.check_password(told["admin"]["password"])
    assert told["site"]["id"]
    assert opens_organization(told)
    jira_admin = Account.objects.get(email=told["jira_admin"]["email"])
    assert jira_admin.check_password(told["jira_admin"]["password"])
    customers = told["directories"]["customers"]
    assert customers["scim_base_url"].endswith(f"/scim/directory/{customers['id']}")
    assert opens(told)
    ready = [named["id"], customers["id"]]
    assert UserRecord.objects.filter(directory__in=ready).count() == 0
    empty = {("site", "api_email"), ("site", "api_token")}
    assert {
        (key, name)
        for key in ("organization", "admin", "jira_admin", "site")
        for name, text in told[key].items()
        if not text
    } == empty


def test_first_start_prepares_and_pushes(place):
    start(place)

    made = Organization.objects.get()
    assert made.demonstration == Organization.Demonstration.CUSTOMERS
    assert made.sites.count() == 2
    assert App.objects.count() == 2 * len(App.Kind.values)
    free = Domain.objects.filter(name__in=["example.com", "example.org"])
    assert all(d.verified_at and d.directory is None for d in free)
    company = UserRecord.objects.filter(directory__kind="organization")
    states = dict(company.values_list("user_name", "link_state"))
    assert states == {
        "priya.natarajan@meridian.example": "held",
        "tomas.lindgren@meridian.example": "linked",
        "new.person@meridian.example": "linked",
    }
    pushed = GroupRecord.objects.filter(directory__kind="organization")
    groups = dict(pushed.values_list("display_name", "link_state"))
    assert groups == {"Design": "held", "Sales": "linked"}
    kinds = set(Group.objects.values_list("kind", flat=True))
    assert kinds == set(Group.Kind.values) - {Group.Kind.ALL_MEMBERS}


def test_everybody_may_try_as_fast_as_they_can(place):
    start(place)

    rates = Directory.objects.values_list("reads_per_minute", "writes_per_minute")
    assert list(rates.exclude(kind="local")) == [(0, 0)] * 4


def test_second_start_keeps_all_and_pushes_nothing(place):
    first = start(place)
    UserRecord.objects.filter(user_name="new.person@meridian.example").delete()

    second = start(place)

    assert second == first
    assert opens(second)
    assert not UserRecord.objects.filter(user_name__startswith="new.person").exists()
    assert not (place / "demo.previous.json").exists()


def test_push_that_was_cut_off_is_done_on_the_next_start(place, monkeypatch):
    def crash(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("directories.demonstration.push.push_group", crash)
        with pytest.raises(KeyboardInterrupt):
            start(place)
    assert not (place / "demo.json").exists()
    password = json.loads((place / "demo_secrets.json").read_text())["admin_password"]

    told = start(place)

    assert told["admin"]["password"] == password
    assert UserRecord.objects.count() == 6
    assert GroupRecord.objects.count() == 4
    assert Organization.objects.count() == 1


def test_first_start_is_read_from_the_database(place):
    first = start(place)
    for name in ("demo.json", "demo_secrets.json"):
        (place / name).unlink()

    second = start(place)

    assert second["organization"]["id"] == first["organization"]["id"]
    assert second["admin"]["password"] != first["admin"]["password"]
    assert Account.objects.get(email=second["admin"]["email"]).check_password(
        second["admin"]["password"]
    )
    assert opens(first)
    assert opens(second)


def test_values_of_a_removed_demo_json_are_kept(place):
    first = start(place)
    (place / "demo_secrets.json").unlink()

    assert start(place) == first


def test_password_changed_in_the_console_is_left_alone(place, capsys):
    first = start(place)
    admin = Account.objects.get(email=first["admin"]["email"])
    passwords.change_password(
        account=admin, password="chosen by myself", now=timezone.now()
    )

    for _ in range(2):
        assert start(place)["admin"] == {"email": admin.email, "password": ""}

    admin.refresh_from_db()
    assert admin.check_password("chosen by myself")
    assert "changed in the console" in capsys.readouterr().out


def test_revoked_key_is_replaced(place):
    first = start(place)
    for key in ApiKey.objects.filter(revoked_at=None):
        api_keys.revoke_api_key(key=key, by=SYSTEM, now=timezone.now())

    second = start(place)

    assert opens(second)
    assert second["directories"] != first["directories"]


def test_deleted_configuration_is_set_up_again_once_it_is_gone(place):
    told = start(place)
    empty = Directory.objects.get(pk=told["directories"]["organization"]["id"])
    delete_configuration(directory=empty, by=SYSTEM, now=timezone.now())

    assert start(place)["directories"]["organization"]["scim_api_key"] == ""
    Directory.objects.filter(pk=empty.pk).update(state=Directory.State.NOT_SET_UP)

    assert opens(start(place))


def test_json_prints_a_fresh_key_beside_the_others(place, capsys):
    first = start(place)
    capsys.readouterr()

    call_command("demo", "--json")

    printed = json.loads(capsys.readouterr().out)
    assert opens(printed)
    assert opens(first)
    assert opens_organization(printed)
    assert opens_organization(first)
    assert printed["organization"].pop("api_key") != (
        first["organization"].pop("api_key")
    )
    for kind, named in printed["directories"].items():
        assert named != first["directories"][kind]
        named["scim_api_key"] = first["directories"][kind]["scim_api_key"]
    assert printed == first


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_somebody_elses_database_is_refused(db, options):
    create_organization(name="Real", now=timezone.now())

    with pytest.raises(CommandError, match="did not make this database"):
        call_command("demo", *options)


def test_json_of_an_empty_database_is_refused(db):
    with pytest.raises(CommandError, match="did not make this database"):
        call_command("demo", "--json")


def test_server_that_does_not_answer_is_told(place, settings, monkeypatch):
    monkeypatch.setattr("directories.demonstration.client.FIRST_WAIT_S", 0)
    settings.PORT = 9

    with pytest.raises(CommandError, match="Could not push a sample company"):
        start(place)

    assert not (place / "demo.json").exists()


def test_push_without_address_goes_into_the_sample_company(place, capsys):
    start(place)
    before = ApiKey.objects.count()

    call_command("push", "--changes", "3", "--seed", "1")

    assert "Pushing into Meridian Okta." in capsys.readouterr().out
    assert ApiKey.objects.count() == before


def test_local_people_meet_the_sample_company():
    company = read_roster(COMPANY)

    addresses = {person.email for person in company.people}
    clients = read_roster(CUSTOMERS)
    assert (
        len(set(SAMPLED.customers) & {person.email for person in clients.people}) == 3
    )
    assert set(SAMPLED.organizations) & set(clients.groups) == {"Lakeside Clinic"}
    local = [name for name, _, _ in organization.LOCAL_GROUPS]
    meeting = {organization.TOMAS[1], organization.YUKI[1], organization.PRIYA[1]}
    assert meeting <= addresses
    assert [name for name in local if name in company.groups] == ["Design"]
    addresses |= {person.email for person in clients.people}
    domains = {address.rpartition("@")[2] for address in addresses}
    assert domains.isdisjoint(organization.FREE_DOMAINS)

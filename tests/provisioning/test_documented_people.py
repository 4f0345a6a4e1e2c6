"""What each operation on a person does, for managed and for external people.

A row for each row of the documented tables: pushed through SCIM, then looked at where
an admin would look: the person's page with its history, the groups, the managed
accounts, the troubleshooting log and the audit log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.provisioning.promises import (
    account_of,
    act,
    audit_page,
    change,
    email_of,
    group_page,
    history_of,
    local_person,
    log_page,
    move,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import ScimClient, refusal

MANAGED, EXTERNAL = "ada@example.com", "ada@partner.example"
SEVEN = {
    "displayName": "Countess Ada",
    "organization": "Analytical Works",
    "title": "Countess",
    "timezone": "Europe/London",
    "department": "Engines",
    "preferredLanguage": "en-GB",
}
OUT_OF_LINE = "the domain of the new address is not verified"
ONLY_GROUPS = "Only the synced groups of this person follow Okta of Acme"
Step = Callable[[ScimClient, Any], Any]


@dataclass(frozen=True)
class Row:
    """One cell of the table of operations: what was done, what an admin then sees.

    `shows` and `hides` are words of the page above its history, `logs` words of the
    log, `events` titles of the audit log; the history tells both. `managed` is the
    state under Managed accounts, "" for who is not there.
    """

    name: str
    address: str
    step: Step
    shows: Sequence[str] = ()
    hides: Sequence[str] = ()
    logs: Sequence[str] = ()
    events: Sequence[str] = ()
    managed: str = ""
    crew: bool = True
    called: str = ""


def nothing(_scim: ScimClient, _user: Any) -> None:
    """Leave the person as they were pushed."""


def update(scim: ScimClient, user: Any) -> None:
    change(scim, user, **SEVEN)


def moved(address: str) -> Step:
    return lambda scim, user: move(scim, user, address)


def switched_off(scim: ScimClient, user: Any) -> None:
    change(scim, user, active=False)


def off_and_on(scim: ScimClient, user: Any) -> None:
    change(scim, user, active=False)
    change(scim, user, active=True)


def unassigned(scim: ScimClient, user: Any) -> None:
    """Send what Okta sends: everything it knows, and that it is inactive."""
    body = {k: user[k] for k in ("userName", "emails", "title")} | {"active": False}
    assert scim.put(f"/Users/{user['id']}", body).status_code == 200


def deleted(scim: ScimClient, user: Any) -> None:
    assert scim.delete(f"/Users/{user['id']}").status_code == 204
    refusal(scim.get(f"/Users/{user['id']}"), 404)


def off_and_deleted(scim: ScimClient, user: Any) -> None:
    switched_off(scim, user)
    deleted(scim, user)


OFF: dict[str, Any] = {
    "shows": ["This account is deactivated", "by your identity provider Okta of Acme"],
    "events": ["Deactivated account"],
    "managed": "Deactivated",
}
EXTERNAL_OFF: dict[str, Any] = {
    "shows": ["The person is inactive in the identity provider", "Active"],
    "hides": ["This account is deactivated"],
    "logs": ["access that an external person has here stays"],
    "crew": False,
}

OPERATIONS = [
    Row(
        "create",
        MANAGED,
        nothing,
        shows=["Managed by Okta of Acme", "Managed account"],
        hides=["Edit details"],
        events=["Created provisioned user", "Created account"],
        managed="Active",
    ),
    Row(
        "create",
        EXTERNAL,
        nothing,
        shows=[ONLY_GROUPS, "External account"],
        hides=["Edit details"],
        logs=["external and not among the managed accounts"],
        events=["Created provisioned user", "Created account"],
    ),
    Row(
        "update details",
        MANAGED,
        update,
        shows=list(SEVEN.values()),
        hides=["Okta of Acme says"],
        events=["Updated provisioned user", "Changed account details"],
        managed="Active",
    ),
    Row(
        "update details",
        EXTERNAL,
        update,
        shows=["Job title Analyst Okta of Acme says: Countess"],
        events=["Updated provisioned user"],
    ),
    Row(
        "change e-mail to verified",
        MANAGED,
        moved("countess@example.com"),
        shows=["Email address countess@example.com", "Linked"],
        hides=["Okta of Acme says"],
        events=["Changed email address"],
        managed="Active",
        called="countess@example.com",
    ),
    Row(
        "change e-mail to verified",
        EXTERNAL,
        moved(MANAGED),
        shows=[f"Email address {EXTERNAL} Okta of Acme says: {MANAGED}"],
        logs=["The new email address was not applied: the organization does not"],
        events=["Updated provisioned user"],
    ),
    Row(
        "change e-mail to unverified",
        MANAGED,
        moved("ada@home.example"),
        shows=[OUT_OF_LINE, "Verify the domain of the new address", "Paused"],
        logs=[OUT_OF_LINE, "The group left: Crew"],
        events=["Paused memberships of user"],
        managed="Active",
        crew=False,
    ),
    Row(
        "change e-mail to unverified",
        EXTERNAL,
        moved("ada@home.example"),
        shows=[OUT_OF_LINE, "Verify the domain of the new address", "Paused"],
        logs=[OUT_OF_LINE, "The group left: Crew"],
        events=["Paused memberships of user"],
        crew=False,
    ),
    Row(
        "activate",
        MANAGED,
        off_and_on,
        hides=["This account is deactivated"],
        events=["Deactivated account", "Reactivated account"],
        managed="Active",
    ),
    Row(
        "activate",
        EXTERNAL,
        off_and_on,
        shows=["Linked"],
        hides=["The person is inactive in the identity provider"],
        events=["Updated provisioned user"],
    ),
    Row("deactivate", MANAGED, switched_off, **OFF),
    Row("deactivate", EXTERNAL, switched_off, **EXTERNAL_OFF),
    Row("unassign from the app", MANAGED, unassigned, **OFF),
    Row("unassign from the app", EXTERNAL, unassigned, **EXTERNAL_OFF),
    Row(
        "delete, deactivated before",
        MANAGED,
        off_and_deleted,
        shows=["This account is deactivated", "Delete account", "Reactivate account"],
        events=["Deactivated account", "Deleted provisioned user"],
        managed="Deactivated",
        crew=False,
    ),
    Row(
        "delete, deactivated before",
        EXTERNAL,
        off_and_deleted,
        shows=["Local again"],
        hides=["Delete account", "This account is deactivated"],
        events=["Deleted provisioned user", "Unlinked user from account"],
        crew=False,
    ),
    Row(
        "DELETE",
        MANAGED,
        deleted,
        shows=["This account is deactivated", "Delete account", "Reactivate account"],
        events=["Deactivated account", "Deleted provisioned user"],
        managed="Deactivated",
        crew=False,
    ),
    Row(
        "DELETE",
        EXTERNAL,
        deleted,
        shows=["Local again", "Remove user from site"],
        hides=["Delete account", "This account is deactivated"],
        events=["Deleted provisioned user", "Unlinked user from account"],
        crew=False,
    ),
]


def kind_of(address: str) -> str:
    return "verified" if address == MANAGED else "unverified"


@pytest.mark.parametrize(
    "row", OPERATIONS, ids=lambda row: f"{row.name}, {kind_of(row.address)}"
)
def test_an_operation_is_carried_out_and_told(
    scim: ScimClient, console: Client, row: Row
) -> None:
    user = push(scim, row.address, displayName="Ada Love", title="Analyst")
    scim.group("Crew", user["id"])
    club = GroupFactory.create(organization=scim.directory.organization, name="Club")
    GroupMemberFactory.create(group=club, account=account_of(row.address))

    row.step(scim, user)

    address = row.called or row.address
    person, _, history = person_page(console, address).partition("What happened")
    assert [words for words in row.shows if words not in person] == []
    assert [words for words in row.hides if words in person] == []
    log, audit = log_page(console, scim.directory), audit_page(console)
    assert [words for words in row.logs if words not in log] == []
    assert [words for words in row.events if words not in audit] == []
    told = [*row.logs, *row.events]
    assert [words for words in told if words not in history] == []
    accounts = page(console, "provisioning:managed-account-list")
    assert (f"{address} {row.managed}" in accounts) == bool(row.managed)
    assert (address in accounts) == bool(row.managed)
    assert (address in group_page(console, "Crew")) == row.crew
    assert address in group_page(console, "Club")
    assert mail.outbox == []


@pytest.mark.parametrize("address", [MANAGED, EXTERNAL], ids=kind_of)
def test_a_person_who_was_there_and_is_pushed_is_linked_and_read_only(
    scim, console, address
):
    account = local_person(scim.directory.organization, address, name="Ada Before")

    user = push(scim, address, displayName="Ada After")

    name = "Ada After" if address == MANAGED else "Ada Before"
    assert scim.get(f"/Users/{user['id']}").json()["active"] is True
    person = person_page(console, address)
    assert name in person
    assert "Linked user to account" in person
    assert "Created account" not in person
    assert "Edit details" not in person
    act(console, "provisioning:user-edit", account.public_id, email=address, name="Me")
    assert name in person_page(console, address)
    warned = "Synced groups may give this person content and apps"
    assert (warned in log_page(console, scim.directory)) == (address == EXTERNAL)
    assert (warned in history_of(console, address)) == (address == EXTERNAL)


@pytest.mark.parametrize("address", [MANAGED, EXTERNAL], ids=kind_of)
def test_a_person_who_was_there_and_is_not_pushed_stays_as_they_are(
    scim, console, address
):
    organization = scim.directory.organization
    managed = organization if address == MANAGED else None
    local_person(organization, address, name="Ada Before", managed_by=managed)
    before = person_page(console, address)

    push(scim, "somebody.else@example.com")

    assert person_page(console, address) == before
    assert "Active Local" in before
    assert ("Edit details" in before) == (address == MANAGED)
    accounts = page(console, "provisioning:managed-account-list")
    assert (f"{address} Active" in accounts) == (address == MANAGED)


def test_an_address_that_another_account_has_is_refused_and_both_are_named(
    scim, console
):
    user = push(scim, MANAGED)
    local_person(scim.directory.organization, "bo@example.com", name="Bo Before")

    operations = replace("emails", email_of("bo@example.com"))
    answer = scim.patch(f"/Users/{user['id']}", operations)

    detail = "Resource [USER]: with email[bo@example.com] already exists."
    assert refusal(answer, 409, "uniqueness") == detail
    for seen in (log_page(console, scim.directory), history_of(console, MANAGED)):
        assert detail in seen
        assert "Bo Before" in seen
    assert f"Email address {MANAGED}" in person_page(console, MANAGED)


def test_a_deleted_person_is_reactivated_in_the_console_or_pushed_with_a_new_id(
    scim, console
):
    user = push(scim, MANAGED)
    scim.delete(f"/Users/{user['id']}")
    account = account_of(MANAGED)

    act(console, "provisioning:account-reactivate", account.public_id)
    assert "This account is deactivated" not in person_page(console, MANAGED)
    again = push(scim, MANAGED)

    assert again["id"] != user["id"]
    assert account_of(MANAGED).pk == account.pk
    history = history_of(console, MANAGED)
    assert history.count("Created provisioned user") == 2
    assert "Deleted provisioned user" in history
    assert "Reactivated account" in history


def test_editing_is_blocked_while_connected_and_possible_afterwards(scim, console):
    push(scim, MANAGED, displayName="Ada Love")
    account = account_of(MANAGED)
    form = {"email": MANAGED, "name": "Ada Local"}

    act(console, "provisioning:user-edit", account.public_id, **form)
    assert "Ada Love" in person_page(console, MANAGED)
    directory = scim.directory
    act(
        console,
        "directories:configuration-delete",
        directory.pk,
        confirmation=directory.name,
    )
    act(console, "provisioning:user-edit", account.public_id, **form)

    assert "Ada Local" in person_page(console, MANAGED)

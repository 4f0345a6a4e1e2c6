"""What the documented kinds of trouble leave in the troubleshooting log.

A row for each kind: what reaches us is in the log with what happened, to whom, by
which request and what to do, and in the history of the person or group; what cannot
reach us is a checklist in the wizard and on the directory's page.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from directories.models import Directory
from directories.services import request_log
from directories.services.audit import SYSTEM
from directories.services.directories import add_directory
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import csv_rows, main_of
from tests.provisioning.promises import (
    act,
    audit_page,
    email_of,
    group_page,
    history_of,
    local_group,
    local_person,
    log_page,
    page,
    push,
    replace,
)
from tests.scim.client import ScimClient

ADA, BO = "ada@example.com", "bo@partner.example"
LOG = "directories:troubleshooting-log"


def empty_by_local_name(scim: ScimClient) -> None:
    local_group(scim.directory.organization, "Design", "x@partner.example")
    scim.group("Design", push(scim, ADA)["id"])


def empty_by_default_name(scim: ScimClient) -> None:
    organization = scim.directory.organization
    GroupFactory.create(organization=organization, name="jira-users", kind="default")
    scim.post("/Groups", {"displayName": "jira-users"})


def external_person(scim: ScimClient) -> None:
    push(scim, BO)


def address_taken(scim: ScimClient) -> None:
    local_person(scim.directory.organization, "taken@example.com", name="Tay Before")
    user = push(scim, ADA)
    operations = replace("emails", email_of("taken@example.com"))
    scim.patch(f"/Users/{user['id']}", operations)


def built_in_name(scim: ScimClient) -> None:
    scim.post("/Groups", {"displayName": "org-admins"})


@dataclass(frozen=True)
class Kind:
    """A kind of trouble that reaches us, and its line in the log.

    `told` says where else an admin reads the reason: "person" or "group" page.
    """

    name: str
    cause: Callable[[ScimClient], None]
    level: str
    subject: str
    reason: str
    advice: str
    request: str
    told: str = ""


LOGGED = [
    Kind(
        "group synced but empty, a hand-made group has the name",
        empty_by_local_name,
        level="Warning",
        subject="Group Design",
        reason="The group waits for review: a local group of the organization has",
        advice="If both are the same group, sync or adopt it under Directory, Review.",
        request="POST Groups Answer",
        told="group",
    ),
    Kind(
        "group synced but empty, a default group has the name",
        empty_by_default_name,
        level="Error",
        subject="Group jira-users",
        reason="The group was refused: the default group of an app has its name.",
        advice="A default group of an app has this name. Rename the group in the",
        request="POST Groups Answer",
    ),
    Kind(
        "user synced but not among the managed accounts",
        external_person,
        level="Information",
        subject=f"User {BO}",
        reason=f"not among the managed accounts: the domain of {BO} is not verified.",
        advice="Look for the person under Directory, Users. Verify the domain",
        request="POST Users Answer 201",
        told=BO,
    ),
    Kind(
        "e-mail update refused, another account has it",
        address_taken,
        level="Error",
        subject=f"User {ADA}",
        reason="The new email address was refused: another account has it.",
        advice="The account Tay Before already has this address. Change the address of",
        request="PATCH Users/",
        told=ADA,
    ),
    Kind(
        "name equals a built-in group",
        built_in_name,
        level="Error",
        subject="Group org-admins",
        reason="The group was refused: a built-in group has its name.",
        advice="A built-in group has this name. Rename the group in the provider.",
        request="POST Groups Answer",
    ),
]


@pytest.mark.parametrize("kind", LOGGED, ids=lambda kind: kind.name)
def test_what_reaches_us_is_logged_and_told(
    scim: ScimClient, console: Client, kind: Kind
) -> None:
    kind.cause(scim)

    log = log_page(console, scim.directory)
    line = log.partition(f"{kind.level} {kind.subject} ")[2]
    sentence, _, rest = line.partition(" What to do: ")
    assert kind.reason in sentence
    assert rest.startswith(kind.advice)
    shown = request_of(console, scim.directory, kind)
    assert kind.request in shown
    assert kind.reason in shown
    histories = {
        "": lambda: sentence + rest,
        "group": lambda: group_page(console, "Design", "history"),
    }
    told = histories.get(kind.told, lambda: history_of(console, kind.told))()
    assert kind.reason in told
    assert kind.advice in told


def request_of(console: Client, directory: Directory, kind: Kind) -> str:
    """Follow the link of a line to its request; return the words shown there."""
    request_log.buffer.flush()
    source = console.get(reverse(LOG, args=[directory.pk])).content.decode()
    line = source[source.index(kind.subject.partition(" ")[2]) :]
    link = re.search(r'href="([^"]+\?request=[0-9a-f]+)"', line)
    assert link
    return main_of(console.get(link[1], follow=True))


# What no identity provider tells us.


def add(scim: ScimClient, provider: str) -> Directory:
    return add_directory(
        organization=scim.directory.organization,
        provider=provider,
        name="Another",
        by=SYSTEM,
        now=datetime.now(UTC),
    )


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("okta", "not visible on a site: the site is not among those"),
        ("okta", "People assigned already must be assigned again"),
        ("entra", "Use two enterprise applications"),
        ("entra", "not visible on a site: the site is not among those"),
        ("google_workspace", "Google pushes people, not groups"),
    ],
)
def test_what_cannot_reach_us_is_asked_before_one_begins(
    scim, console, provider, words
):
    directory = add(scim, provider)

    assert words in page(console, "directories:directory-set-up", directory.pk)


MISSING = [
    ("okta", "Is a group here, but not visible on a site?", "Add a missing site under"),
    (
        "okta",
        "Were people assigned before provisioning was set up?",
        "Remove and assign them or their group again under Assignments.",
    ),
    (
        "entra",
        "Is the app used for single sign-on too?",
        "Use two enterprise applications: one for SAML, one for provisioning.",
    ),
    (
        "google_workspace",
        "Is it a group that is missing?",
        "no group of Google appears or changes",
    ),
    (
        "onelogin",
        "Are people assigned to the application there?",
        "may have to be assigned again",
    ),
]


@pytest.mark.parametrize("people", [0, 1], ids=["nobody yet", "somebody came"])
@pytest.mark.parametrize(
    ("provider", "question", "remedy"), MISSING, ids=lambda value: str(value)[:32]
)
def test_what_cannot_reach_us_is_asked_when_something_is_missing(
    scim, console, provider, question, remedy, people
):
    Directory.objects.filter(pk=scim.directory.pk).update(provider=provider)
    scim.get("/Users")
    if people:
        push(scim, ADA)
    later = datetime.now(UTC) + timedelta(minutes=5)

    own = page(console, "directories:directory-detail", scim.directory.pk)
    with time_machine.travel(later, tick=False):
        place = ("directories:directory-set-up", scim.directory.pk)
        wizard = page(console, *place, query="?step=first-sync")

    for shown in (own, wizard):
        assert question in shown
        assert remedy in shown


# Facts about the log


def test_the_log_is_found_on_the_directorys_page(scim, console):
    place = ("directories:directory-detail", scim.directory.pk)

    assert "View troubleshooting log" in page(console, *place)
    assert "Date Level Type Name Message" in log_page_after(scim, console)
    assert "Entries are kept for" in log_page(console, scim.directory)


def log_page_after(scim, console):
    built_in_name(scim)
    return log_page(console, scim.directory)


def test_the_log_is_filtered_searched_and_exported(scim, console):
    built_in_name(scim)
    external_person(scim)
    place = (LOG, scim.directory.pk)

    assert "org-admins" not in page(console, *place, query="?type=user")
    assert BO not in page(console, *place, query="?level=error")
    assert BO not in page(console, *place, query="?q=org-admins")
    url = reverse("directories:troubleshooting-log-export", args=[scim.directory.pk])
    rows = csv_rows(console.post(url))
    assert any("org-admins" in cell for row in rows for cell in row)
    assert any(BO in cell for row in rows for cell in row)


def test_clearing_the_log_is_audited_and_histories_lose_it_too(scim, console):
    external_person(scim)
    assert "not among the managed accounts" in history_of(console, BO)

    act(console, "directories:troubleshooting-log-clear", scim.directory.pk)

    assert BO not in log_page(console, scim.directory)
    assert "not among the managed accounts" not in history_of(console, BO)
    assert "Linked user to account" in history_of(console, BO)
    assert "Okta of Acme" in audit_page(console, "scim_troubleshooting_log_cleared")

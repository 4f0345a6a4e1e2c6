"""What a provider's push beyond a limit ends in, and of what admins get mail."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.test import TestCase
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, AppRole, Group
from provisioning.services.sites_and_apps import app_grants, license_watch
from tests.factories.directories import RoleAssignmentFactory, SiteFactory
from tests.factories.provisioning import AppFactory
from tests.provisioning.access import check_access
from tests.provisioning.promises import change_members, push
from tests.scim.client import ScimClient

pytestmark = pytest.mark.django_db
State = AppAccess.State
NOW = timezone.now()


@pytest.fixture
def jira(scim: ScimClient):
    site = SiteFactory.create(organization=scim.directory.organization, name="northern")
    return AppFactory.create(site=site, user_limit=2)


@pytest.fixture
def crew(scim: ScimClient, jira):
    """Push a group of two people, and let it open Jira."""
    people = [push(scim, f"{name}@example.com") for name in ("ada", "bo")]
    group = scim.group("Crew", *(each["id"] for each in people))
    crew = Group.objects.get(name="Crew")
    app_grants.give_access(jira, crew, AppRole.USER, by=SYSTEM, now=NOW)
    return group


def limit(app, users, at_limit=App.AtLimit.QUEUE):
    App.objects.filter(pk=app.pk).update(user_limit=users, at_limit=at_limit)


def watch(**later):
    """Look at the licenses and return the subjects of the mails."""
    mail.outbox.clear()
    with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
        license_watch.watch(NOW + timedelta(**later))
    return [each.subject for each in mail.outbox]


@pytest.mark.parametrize(
    "case",
    [
        (App.AtLimit.REFUSE, State.REFUSED, "has no access: the app is full", "Try"),
        (App.AtLimit.QUEUE, State.WAITING, "waits for access", "longest is let in"),
        (App.AtLimit.ALLOW, State.ACTIVE, "more people than its user limit", "Raise"),
    ],
)
def test_who_is_pushed_beyond_the_limit(scim, jira, crew, case):
    at_limit, state, reason, advice = case
    limit(jira, 2, at_limit)
    change_members(scim, crew, "add", push(scim, "cy@example.com"))
    change_members(scim, crew, "add", push(scim, "cy2@example.com"))

    assert len(scim.members(crew["id"])) == 4
    late = AppAccess.objects.filter(account__email__startswith="cy")
    assert list(late.values_list("state", flat=True)) == [state] * 2
    for entry, address in zip(
        scim.log(), ("cy@example.com", "cy2@example.com"), strict=True
    ):
        assert entry.subject_name == address
        assert reason in entry.reason
        assert "Jira, northern." in entry.reason
        assert advice in entry.advice
    check_access()


def test_admins_get_one_mail_for_each_step_up(scim, jira, crew):
    RoleAssignmentFactory.create(organization=scim.directory.organization)
    limit(jira, 11)
    assert watch() == []
    for number in range(8):
        push_into(scim, crew, f"p{number}@example.com")
    assert watch() == ["Jira on northern: few licenses are left"]
    assert watch(minutes=2) == []

    push_into(scim, crew, "p10@example.com")
    assert watch(minutes=4) == ["Jira on northern: all licenses are used"]
    push_into(scim, crew, "p11@example.com")
    assert watch(minutes=6) == ["Jira on northern: 1 person waits for a license"]
    assert watch(days=3) == []
    check_access()


def push_into(scim, group, address):
    change_members(scim, group, "add", push(scim, address))


def test_the_same_step_is_mailed_once_a_day(scim, jira, crew):
    RoleAssignmentFactory.create(organization=scim.directory.organization)
    assert watch() == ["Jira on northern: all licenses are used"]
    limit(jira, 50)
    assert watch(hours=1) == []
    limit(jira, 2)

    assert watch(hours=2) == []
    limit(jira, 50)
    watch(hours=3)
    limit(jira, 2)
    assert watch(days=2) == ["Jira on northern: all licenses are used"]
    told = AuditEvent.objects.filter(action=Event.LICENSES_USED)
    assert told.count() == 3

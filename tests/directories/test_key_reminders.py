"""Reminders of keys: 30, 14, 7 and 1 days ahead, once each, of the key that counts."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import TestCase

from directories import tasks
from directories.models import Account, Directory, OrganizationApiKey
from directories.services import directories
from directories.services.audit import SYSTEM
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    DirectoryFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
END = START + timedelta(days=365)

pytestmark = pytest.mark.django_db


@pytest.fixture
def directory():
    organization = OrganizationFactory.create(name="Acme")
    account = AccountFactory.create(name="Ada Admin", email="ada@acme.example")
    RoleAssignmentFactory.create(organization=organization, account=account)
    return DirectoryFactory.create(organization=organization, name="Okta prod")


@pytest.fixture
def key(directory):
    return ApiKeyFactory.create(
        directory=directory, created_at=START, expires_at=END, last_used_at=START
    )


def mails_at(moment):
    """Return the subjects that go out when reminders are looked for."""
    before = len(mail.outbox)
    with (
        time_machine.travel(moment, tick=False),
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        tasks.remind()
    return [sent.subject for sent in mail.outbox[before:]]


@pytest.mark.slow
def test_each_reminder_goes_out_once(key):
    hours = range(40 * 24)

    sent = {}
    for hour in hours:
        moment = END - timedelta(days=40) + timedelta(hours=hour)
        if subjects := mails_at(moment):
            sent[(END - moment).days] = subjects

    assert sent == {
        30: ["The API key of Okta prod expires in 30 days"],
        14: ["The API key of Okta prod expires in 14 days"],
        7: ["The API key of Okta prod expires in 7 days"],
        1: ["The API key of Okta prod expires in 1 day"],
    }


def test_the_mail_says_what_to_do(key, directory):
    mails_at(END - timedelta(days=14))

    (sent,) = mail.outbox
    assert sent.to == ["ada@acme.example"]
    assert f"rck_{key.prefix}… of Okta prod works until 01 March 2027" in sent.body
    assert "Regenerate API key" in sent.body
    assert "Save the new key in Okta" in sent.body
    assert f"/security/identity-providers/{directory.pk}/" in sent.body


def test_days_that_were_slept_through_are_made_up_for_by_one_mail(key):
    assert mails_at(END - timedelta(days=5, hours=1)) == [
        "The API key of Okta prod expires in 6 days"
    ]
    assert mails_at(END - timedelta(days=4)) == []


NOT_REMINDED = [
    pytest.param({"revoked_at": START}, id="revoked"),
    pytest.param({"expires_at": START + timedelta(days=5)}, id="expired"),
]


@pytest.mark.parametrize("change", NOT_REMINDED)
def test_a_key_that_has_ended_is_left_alone(key, change):
    type(key).objects.update(**change)

    assert mails_at(END - timedelta(days=7)) == []


def test_a_directory_that_is_not_set_up_is_left_alone(key):
    Directory.objects.update(state=Directory.State.NOT_SET_UP)

    assert mails_at(END - timedelta(days=7)) == []


def test_who_is_no_active_admin_gets_none(key):
    Account.objects.update(status=Account.Status.DEACTIVATED)

    assert mails_at(END - timedelta(days=7)) == []


def test_a_key_with_a_successor_in_use_is_left_alone(key, directory):
    ApiKeyFactory.create(
        directory=directory,
        created_at=END - timedelta(days=20),
        last_used_at=END - timedelta(days=20),
        expires_at=END + timedelta(days=345),
    )

    for days in (14, 7, 1):
        assert mails_at(END - timedelta(days=days)) == []


def test_a_successor_that_nobody_uses_is_told_of_on_the_last_day(key, directory):
    ApiKeyFactory.create(
        directory=directory,
        created_at=END - timedelta(days=5),
        expires_at=END + timedelta(days=360),
    )

    assert mails_at(END - timedelta(days=2)) == []
    assert mails_at(END - timedelta(hours=23)) == [
        "The replaced API key of Okta prod is still in use and ends within a day"
    ]
    assert mails_at(END - timedelta(hours=22)) == []


def test_regenerated_by_the_admin_no_reminder_follows(key, directory):
    with time_machine.travel(END - timedelta(days=20), tick=False):
        directories.replace_api_key(
            directory=directory,
            former=key.prefix,
            by=SYSTEM,
            now=datetime.now(UTC),
            overlap=timedelta(hours=1),
        )

    for days in (14, 7, 1):
        assert mails_at(END - timedelta(days=days)) == []


def test_keys_of_the_organizations_programs_are_reminded_of_too(directory):
    organization = directory.organization
    OrganizationApiKey.objects.create(
        organization=organization,
        name="Reports",
        prefix="abc",
        digest="0" * 64,
        created_at=START,
        created_by="Ada",
        expires_at=START + timedelta(days=7),
    )

    assert mails_at(START + timedelta(hours=1)) == []
    assert mails_at(START + timedelta(days=6)) == [
        "The API key “Reports” expires in 1 day"
    ]
    assert mails_at(START + timedelta(days=6, hours=3)) == []
    assert "/settings/api-keys/" in mail.outbox[0].body

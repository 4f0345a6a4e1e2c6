"""Passwords: changed by who knows the old one, or by a link in a mail."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from directories.events import Event
from directories.models import AuditEvent
from directories.services import accounts
from directories.services.audit import SYSTEM
from tests.factories.directories import MemberFactory
from tests.pages.provisioning.reading import main_of

OLD, NEW = "a long old password", "quite another password"
BOTH = {"new_password": NEW, "repeated_password": NEW}


@pytest.fixture
def member(person, organization):
    MemberFactory.create(organization=organization, account=person)
    return person


@pytest.fixture
def signed_in(member):
    client = Client()
    client.force_login(member)
    return client


def change(client, **fields):
    return client.post("/account/password/", {"password": OLD, **BOTH, **fields})


def ask(client, email="pat@acme.example"):
    return client.post("/password-reset/", {"email": email})


@pytest.fixture
def link(stranger, member, mailoutbox):
    """Return the path in the mail that a wish for a link brings."""
    ask(stranger)
    return re.findall(r"http://testserver(/password-reset/\S+)", mailoutbox[0].body)[0]


def test_a_new_password_is_set_and_recorded(signed_in, member, organization):
    answer = change(signed_in)

    assert answer["Location"] == "/"
    member.refresh_from_db()
    assert member.check_password(NEW)
    event = AuditEvent.objects.get(action=Event.PASSWORD_CHANGED)
    assert (event.organization, event.actor_name) == (organization, "Pat Person")


def test_only_the_other_sessions_end(signed_in, member):
    elsewhere = Client()
    elsewhere.force_login(member)

    change(signed_in)

    assert signed_in.get("/account/password/").status_code == 200
    assert elsewhere.get("/account/password/").status_code == 302


def test_wrong_present_passwords_lock_as_those_at_the_sign_in_do(signed_in, member):
    answers = [change(signed_in, password=f"{n}") for n in range(5)]

    told = ["too many failed attempts" in main_of(each) for each in answers]
    assert told == [False] * 4 + [True]
    assert "too many failed attempts" in main_of(change(signed_in))
    typed = {"email": member.email, "password": OLD}
    assert Client().post("/sign-in/", typed).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert change(signed_in)["Location"] == "/"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"password": "wrong"}, "This is not your current password."),
        ({"repeated_password": "other"}, "The two passwords differ."),
        (
            {"new_password": "short", "repeated_password": "short"},
            "at least 10 characters",
        ),
        (
            {"new_password": "password123", "repeated_password": "password123"},
            "too common",
        ),
    ],
)
def test_a_mistake_changes_nothing(signed_in, member, fields, complaint):
    answer = change(signed_in, **fields)

    assert answer.status_code == 422
    assert complaint in main_of(answer)
    member.refresh_from_db()
    assert member.check_password(OLD)


def test_a_stranger_cannot_change_a_password(stranger, db):
    assert change(stranger)["Location"].startswith("/sign-in/")


def test_the_link_sets_a_password_and_lets_nobody_in_by_itself(stranger, link, member):
    answer = stranger.post(link, BOTH)

    assert answer["Location"] == "/password-reset/done/"
    assert "saved" in main_of(stranger.get(answer["Location"]))
    assert "_auth_user_id" not in stranger.session
    member.refresh_from_db()
    assert member.check_password(NEW)
    assert AuditEvent.objects.filter(action=Event.PASSWORD_CHANGED).count() == 1


def test_the_mail_names_the_person_and_how_long_the_link_works(link, mailoutbox):
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600

    assert mailoutbox[0].to == ["pat@acme.example"]
    assert "Hello Pat Person" in mailoutbox[0].body
    assert f"once and for {hours} hours" in mailoutbox[0].body


@pytest.mark.parametrize("email", ["PAT@acme.example", "nobody@acme.example"])
def test_the_answer_is_the_same_for_every_address(stranger, member, email):
    answer = ask(stranger, email)

    assert answer["Location"] == "/password-reset/sent/"
    assert "If there is an account" in main_of(stranger.get(answer["Location"]))


def test_no_mail_goes_to_strangers_or_deactivated_accounts(
    stranger, member, mailoutbox
):
    member.status = "deactivated"
    member.save()

    ask(stranger)
    ask(stranger, "nobody@acme.example")

    assert mailoutbox == []


def test_asking_again_at_once_sends_no_second_mail(stranger, member, mailoutbox):
    ask(stranger)
    ask(stranger, "PAT@ACME.EXAMPLE")

    assert len(mailoutbox) == 1


def test_looking_at_the_link_does_not_use_it_up(stranger, link, no_writes):
    with no_writes():
        assert stranger.get(link).status_code == 200
        assert stranger.get(link).status_code == 200


def test_a_used_link_is_a_page_that_helps(stranger, link):
    stranger.post(link, BOTH)

    answer = stranger.get(link)

    assert answer.status_code == 410
    assert "Send a new link" in main_of(answer)
    assert stranger.post(link, BOTH).status_code == 410


@pytest.mark.parametrize(
    "end",
    [
        lambda member: accounts.change_email(
            member,
            "new@acme.example",
            change=accounts.Change(
                MemberFactory.create(account__name="x").organization,
                SYSTEM,
                timezone.now(),
            ),
        ),
        lambda member: (
            type(member).objects.filter(pk=member.pk).update(session_epoch=7)
        ),
        lambda member: (
            type(member).objects.filter(pk=member.pk).update(status="deactivated")
        ),
    ],
    ids=["another address", "sessions ended", "deactivated"],
)
def test_what_ends_sessions_ends_links(stranger, link, member, end):
    end(member)

    assert stranger.post(link, BOTH).status_code == 410


def test_an_old_link_does_not_work(stranger, link):
    later = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT + 1)
    with time_machine.travel(timezone.now() + later, tick=False):
        assert stranger.get(link).status_code == 410


@pytest.mark.parametrize("path", ["x/y", "AAAA/set", "Zm9v/0-0"])
def test_an_invented_link_does_not_work(stranger, db, path):
    assert stranger.get(f"/password-reset/{path}/").status_code == 410


def test_a_new_password_forgets_failed_attempts(stranger, link):
    wrong = {"email": "pat@acme.example", "password": "wrong"}
    for _ in range(5):
        stranger.post("/sign-in/", wrong)
    assert stranger.post("/sign-in/", wrong).status_code == 429

    stranger.post(link, BOTH)

    right = {"email": "pat@acme.example", "password": NEW}
    assert stranger.post("/sign-in/", right).status_code == 302

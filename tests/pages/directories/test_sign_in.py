"""Sign-in and sign-out: who gets in, where to, what is told to the others."""

import pytest
from django.urls import reverse

from directories.events import Event
from directories.models import AuditEvent
from tests.factories.directories import AccountFactory, MemberFactory
from tests.pages.provisioning.reading import main_of

URL = "/sign-in/"
PASSWORD = "a long old password"
WRONG = "The email or the password is not right."


def sign_in(client, email="pat@acme.example", password=PASSWORD, **more):
    return client.post(URL, {"email": email, "password": password, **more})


def test_the_right_password_lets_in(stranger, person):
    answer = sign_in(stranger)

    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert stranger.session["_auth_user_id"] == str(person.pk)


def test_the_letter_case_of_the_address_does_not_matter(stranger, person):
    assert sign_in(stranger, email="PAT@Acme.Example").status_code == 302


def test_each_organization_of_the_account_hears_of_it(stranger, person, organization):
    MemberFactory.create(organization=organization, account=person)

    sign_in(stranger)

    event = AuditEvent.objects.get(action=Event.SIGNED_IN)
    assert event.organization == organization
    assert (event.actor_name, event.target_name) == ("Pat Person", "pat@acme.example")


@pytest.mark.parametrize("email", ["pat@acme.example", "nobody@acme.example"])
def test_a_failure_does_not_tell_whether_the_address_exists(stranger, person, email):
    answer = sign_in(stranger, email=email, password="wrong")

    assert answer.status_code == 422
    assert WRONG in main_of(answer)
    assert "_auth_user_id" not in stranger.session


def test_a_deactivated_account_gets_the_same_answer(stranger, person):
    person.status = "deactivated"
    person.save()

    assert WRONG in main_of(sign_in(stranger))


@pytest.mark.parametrize(
    ("email", "complaint"),
    [
        ("", "This field is required."),
        ("no address", "Enter a valid email address."),
        (f"{'a' * 300}@acme.example", "at most 254 characters"),
        ("pat\0@acme.example", "Null characters are not allowed."),
    ],
)
def test_a_mistake_is_told_beside_its_field(stranger, db, email, complaint):
    answer = sign_in(stranger, email=email)

    assert answer.status_code == 422
    assert complaint in main_of(answer)


def test_the_password_is_not_sent_back(stranger, person):
    assert b"secret typed" not in sign_in(stranger, password="secret typed").content


@pytest.mark.parametrize("email", ["pat@acme.example", "nobody@acme.example"])
def test_too_many_failures_lock_and_say_how_long(stranger, person, email):
    for _ in range(4):
        assert sign_in(stranger, email=email, password="wrong").status_code == 422

    answer = sign_in(stranger, email=email, password="wrong")

    assert answer.status_code == 429
    assert "Wait 15 minutes" in main_of(answer)
    assert sign_in(stranger, email=email).status_code == 429


def test_a_lock_is_noted_once(stranger, person, organization):
    MemberFactory.create(organization=organization, account=person)

    for _ in range(7):
        sign_in(stranger, email="Pat@acme.example", password="wrong")

    event = AuditEvent.objects.get(action=Event.SIGN_IN_LOCKED)
    assert event.organization == organization
    assert (event.actor_name, event.target_name) == ("Rollcall", "pat@acme.example")
    assert event.details == {"address": "127.0.0.1"}


def test_a_lock_of_nobody_is_noted_nowhere(stranger, organization):
    for _ in range(6):
        sign_in(stranger, email="nobody@acme.example", password="wrong")

    assert not AuditEvent.objects.filter(action=Event.SIGN_IN_LOCKED).exists()


def test_a_lock_is_for_one_address(stranger, person):
    for _ in range(5):
        sign_in(stranger, email="nobody@acme.example", password="wrong")

    assert sign_in(stranger).status_code == 302


def test_the_page_asked_for_comes_next(stranger, person):
    form = stranger.get(f"{URL}?next=/security/audit-log/?q=eva")

    assert b'name="next" value="/security/audit-log/?q=eva"' in form.content
    answer = sign_in(stranger, next="/security/audit-log/?q=eva")
    assert answer["Location"] == "/security/audit-log/?q=eva"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil"],
)
def test_a_strange_place_never_comes_next(stranger, person, target):
    assert b"evil" not in stranger.get(URL, {"next": target}).content

    assert sign_in(stranger, next=target)["Location"] == "/"


def test_who_is_signed_in_goes_on(console):
    assert console.get(URL)["Location"] == "/"


def test_without_a_right_a_plain_page_says_so(stranger, person):
    sign_in(stranger)

    answer = stranger.get("/")

    assert answer.status_code == 403
    assert "You are not an admin of any organization" in main_of(answer)
    assert "pat@acme.example" in main_of(answer)
    assert reverse("directories:sign-out") in answer.content.decode()


def test_sign_out_ends_the_session(console):
    answer = console.post("/sign-out/")

    assert answer["Location"] == URL
    assert console.get("/")["Location"] == f"{URL}?next=/"


def test_a_link_cannot_sign_out(console):
    assert console.get("/sign-out/").status_code == 405
    assert console.get("/").status_code == 200


def test_reading_the_form_writes_nothing(stranger, db, no_writes):
    with no_writes():
        assert stranger.get(URL).status_code == 200


def test_two_people_of_one_name_have_their_own_passwords(stranger, person):
    AccountFactory.create(name=person.name)

    assert sign_in(stranger).status_code == 302

"""What a new address means for a person, and what having none does."""

import pytest

from directories.models import Account, TroubleshootingEntry
from tests.factories.directories import AccountFactory
from tests.provisioning.conftest import account, people_in

pytestmark = pytest.mark.django_db


def test_a_new_address_in_a_verified_domain_reaches_the_account(idp):
    user = idp.push("ada@example.com")
    before = account("ada@example.com")

    idp.move(user, "countess@example.com")

    after = account("countess@example.com")
    assert after.pk == before.pk
    assert after.get_session_auth_hash() != before.get_session_auth_hash()


def test_a_new_address_that_another_account_has_is_refused_whole(idp):
    user = idp.push("ada@example.com", title="Analyst")
    AccountFactory.create(email="taken@example.com", name="Tess Taken")

    answer = idp.send(
        "PATCH",
        f"/Users/{user['id']}",
        {
            "Operations": [
                {"op": "replace", "path": "title", "value": "Countess"},
                {"op": "replace", "path": "emails", "value": "taken@example.com"},
            ]
        },
    )

    assert answer.status_code == 409
    assert answer.json()["scimType"] == "uniqueness"
    assert account("ada@example.com").job_title == "Analyst"
    entry = TroubleshootingEntry.objects.get(kind="email_taken")
    assert "Tess Taken" in entry.advice


def test_a_new_address_in_an_unverified_domain_pauses_the_person(idp):
    user = idp.push("ada@example.com")
    idp.group("Engines", user)

    idp.move(user, "ada@partner.example")

    assert people_in("Engines") == set()
    assert not Account.objects.filter(email_key="ada@partner.example").exists()
    assert account("ada@example.com").status == Account.Status.ACTIVE
    kinds = TroubleshootingEntry.objects.values_list("kind", flat=True)
    assert "email_domain_not_verified" in kinds


def test_the_groups_come_back_when_the_address_does(idp):
    user = idp.push("ada@example.com")
    idp.group("Engines", user)
    idp.move(user, "ada@partner.example")

    idp.move(user, "ada@example.com")

    assert people_in("Engines") == {"ada@example.com"}


def test_a_person_without_an_address_is_stored_unlinked_and_logged(idp):
    answer = idp.send("POST", "/Users", {"userName": "ada"})

    assert answer.status_code == 201
    assert not Account.objects.exists()
    assert TroubleshootingEntry.objects.get(kind="no_email").subject_name == "ada"

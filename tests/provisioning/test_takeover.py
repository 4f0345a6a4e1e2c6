"""Two directories and one person: the linked domain decides."""

import pytest
from django.utils import timezone

from directories.models import (
    Account,
    AuditEvent,
    Directory,
    Member,
    TroubleshootingEntry,
    UserRecord,
)
from directories.services import records
from directories.services.audit import SYSTEM
from provisioning.services.accounts import people
from tests.factories.directories import DirectoryFactory, RoleAssignmentFactory
from tests.provisioning.conftest import account, people_in, provider_of
from tests.scim.invariants import check_invariants

pytestmark = pytest.mark.django_db

EMAIL = "ada@example.com"


@pytest.fixture
def entra(organization):
    return provider_of(organization, "Entra")


def link(organization, directory: Directory | None) -> None:
    organization.domains.update(directory=directory)


def state(idp) -> tuple[str, str]:
    record = UserRecord.objects.get(directory=idp.directory)
    return record.link_state, record.link_reason


def revisit(idp) -> None:
    for record in UserRecord.objects.filter(directory=idp.directory):
        records.revisit_user(
            directory=idp.directory, scim_id=record.scim_id, now=timezone.now()
        )


def test_the_directory_of_the_domain_takes_a_person_over(idp, entra, organization):
    user = idp.push(EMAIL, displayName="Ada of Okta")
    idp.group("Okta crew", user)
    link(organization, entra.directory)

    taken = entra.push(EMAIL, displayName="Ada of Entra")
    entra.group("Entra crew", taken)

    assert state(idp) == ("held", "domain_linked_elsewhere")
    assert state(entra) == ("linked", "")
    assert account(EMAIL).name == "Ada of Entra"
    assert Member.objects.get().directory == entra.directory
    assert people_in("Okta crew") == set()
    assert people_in("Entra crew") == {EMAIL}
    check_invariants()


def test_both_directories_are_told(idp, entra, organization):
    idp.push(EMAIL, userName="ada.okta")
    link(organization, entra.directory)

    entra.push(EMAIL)

    there = TroubleshootingEntry.objects.get(kind="domain_linked_elsewhere")
    assert there.directory == idp.directory
    assert "Entra" in there.reason
    here = TroubleshootingEntry.objects.get(kind="taken_over")
    assert here.directory == entra.directory
    assert "ada.okta" in here.reason
    assert "Okta" in here.reason
    event = AuditEvent.objects.get(action="scim_user_unlinked_from_aa")
    assert event.details["directory"] == "Okta"
    assert event.actor_name == "Entra"


def test_who_lost_a_person_changes_nothing_any_more(idp, entra, organization):
    user = idp.push(EMAIL)
    link(organization, entra.directory)
    entra.push(EMAIL)

    idp.change(user, active=False)
    idp.send("DELETE", f"/Users/{user['id']}")

    assert account(EMAIL).is_active
    assert Member.objects.get().directory == entra.directory


def test_a_person_who_is_inactive_there_is_deactivated_by_the_take_over(
    idp, entra, organization
):
    idp.push(EMAIL)
    link(organization, entra.directory)

    entra.push(EMAIL, active=False)

    assert not account(EMAIL).is_active
    assert state(idp)[0] == "held"


def test_an_admin_is_not_taken_over_without_a_look(idp, entra, organization):
    idp.push(EMAIL)
    RoleAssignmentFactory.create(organization=organization, account=account(EMAIL))
    link(organization, entra.directory)

    entra.push(EMAIL)

    assert state(entra) == ("held", "admin_account")
    assert state(idp) == ("linked", "")


@pytest.mark.parametrize("local", [True, False])
def test_pushes_for_a_domain_of_another_directory_wait(idp, organization, local):
    user = idp.push(EMAIL)
    idp.group("Crew", user)
    other = DirectoryFactory.create(organization=organization, local=local)
    link(organization, other)

    idp.change(user, title="Countess")

    assert state(idp) == ("held", "domain_linked_elsewhere")
    assert people_in("Crew") == set()
    assert account(EMAIL).is_active
    assert account(EMAIL).job_title == ""
    member = Member.objects.get()
    assert (member.directory, member.former_directory) == (None, "Okta")
    entry = TroubleshootingEntry.objects.get(kind="domain_linked_elsewhere")
    assert other.name in entry.reason


def test_looking_again_gives_what_pushing_again_gives(idp, entra, organization):
    idp.push(EMAIL)
    entra.push(EMAIL)
    assert state(entra) == ("held", "other_directory")

    link(organization, entra.directory)
    for provider in (idp, entra, idp, entra):
        revisit(provider)

    assert state(idp) == ("held", "domain_linked_elsewhere")
    assert state(entra) == ("linked", "")
    assert Account.objects.count() == 1

    link(organization, idp.directory)
    for provider in (entra, idp, entra):
        revisit(provider)

    assert state(idp) == ("linked", "")
    assert state(entra) == ("held", "domain_linked_elsewhere")


def test_the_first_directory_owns_until_it_lets_go(idp, entra):
    user = idp.push(EMAIL, userName="ada.okta")
    entra.push(EMAIL)
    entry = TroubleshootingEntry.objects.get(kind="other_directory")
    assert "ada.okta" in entry.reason
    assert "Okta" in entry.reason

    idp.send("DELETE", f"/Users/{user['id']}")
    revisit(entra)

    assert state(entra) == ("linked", "")
    assert account(EMAIL).is_active


def test_an_address_in_the_domain_of_another_directory_pauses(idp, entra, organization):
    organization.domains.create(
        name="entra.example",
        directory=entra.directory,
        verified_at=timezone.now(),
        created_at=timezone.now(),
    )
    user = idp.push(EMAIL)
    idp.group("Crew", user)

    idp.move(user, "ada@entra.example")

    assert state(idp) == ("paused", "email_domain_linked_elsewhere")
    assert people_in("Crew") == set()
    idp.move(user, EMAIL)
    assert state(idp) == ("linked", "")
    assert people_in("Crew") == {EMAIL}


def test_an_account_that_is_to_be_deleted_is_not_linked(idp, organization):
    user = idp.push(EMAIL)
    idp.send("DELETE", f"/Users/{user['id']}")
    Account.objects.update(deletion_at=timezone.now())

    idp.push(EMAIL)

    assert state(idp) == ("held", "deletion_scheduled")
    assert not account(EMAIL).is_active


def test_an_admin_whose_link_is_approved_is_taken_over(idp, entra, organization):
    idp.push(EMAIL)
    RoleAssignmentFactory.create(organization=organization, account=account(EMAIL))
    link(organization, entra.directory)
    entra.push(EMAIL)
    held = UserRecord.objects.get(directory=entra.directory)

    people.approve_link(held, by=SYSTEM, now=timezone.now())

    assert state(entra) == ("linked", "")
    assert state(idp) == ("held", "domain_linked_elsewhere")


def test_who_waited_for_a_drifted_person_of_the_directory_is_linked_then(
    idp, django_capture_on_commit_callbacks
):
    drifted = idp.push(EMAIL, userName="first")
    idp.move(drifted, "ada@partner.example")
    idp.push(EMAIL, userName="second")

    with django_capture_on_commit_callbacks(execute=True):
        idp.send("DELETE", f"/Users/{drifted['id']}")

    assert state(idp) == ("linked", "")
    assert account(EMAIL).is_active

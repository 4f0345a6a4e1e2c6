"""What each operation of an identity provider does to a person, by their domain.

A row for each operation and for each kind of domain; then for who was there before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.utils import timezone

from directories.models import (
    Account,
    AuditEvent,
    Member,
    TroubleshootingEntry,
    UserRecord,
)
from directories.tasks import wake
from provisioning.services.syncing import sync
from tests.factories.directories import AccountFactory, MemberFactory
from tests.provisioning.conftest import Provider, account, people_in, provider_of

pytestmark = pytest.mark.django_db

MANAGED, EXTERNAL = "ada@example.com", "ada@partner.example"


@dataclass(frozen=True)
class Case:
    """An operation on somebody in the group Crew, and what is there afterwards.

    `email` is the address that the account has, `state` that of the record, "" when
    it is gone; `kind` an entry of the troubleshooting log that must be there.
    """

    name: str
    start: str
    operation: Callable[[Provider, Any], Any]
    email: str
    active: bool = True
    title: str = "Analyst"
    groups: bool = True
    state: str = "linked"
    kind: str = ""


def nothing(_idp: Provider, _user: Any) -> None:
    """Leave the person as they were pushed."""


def retitle(idp: Provider, user: Any) -> None:
    idp.change(user, title="Countess")


def move(email: str) -> Callable[[Provider, Any], Any]:
    return lambda idp, user: idp.move(user, email)


def switch_off(idp: Provider, user: Any) -> None:
    idp.change(user, active=False)


def off_and_on(idp: Provider, user: Any) -> None:
    idp.change(user, active=False)
    idp.change(user, active=True)


def delete(idp: Provider, user: Any) -> None:
    assert idp.send("DELETE", f"/Users/{user['id']}").status_code == 204


ROWS = [
    Case("create", MANAGED, nothing, MANAGED),
    Case("create", EXTERNAL, nothing, EXTERNAL, kind="external_person"),
    Case("update", MANAGED, retitle, MANAGED, title="Countess"),
    Case("update", EXTERNAL, retitle, EXTERNAL),
    Case("to verified", MANAGED, move("countess@example.com"), "countess@example.com"),
    Case(
        "to verified", EXTERNAL, move(MANAGED), EXTERNAL, kind="external_email_change"
    ),
    Case(
        "to unverified",
        MANAGED,
        move(EXTERNAL),
        MANAGED,
        groups=False,
        state="paused",
        kind="email_domain_not_verified",
    ),
    Case(
        "to unverified",
        EXTERNAL,
        move("ada@other.example"),
        EXTERNAL,
        groups=False,
        state="paused",
        kind="email_domain_not_verified",
    ),
    Case("deactivate", MANAGED, switch_off, MANAGED, active=False),
    Case(
        "deactivate",
        EXTERNAL,
        switch_off,
        EXTERNAL,
        groups=False,
        state="paused",
        kind="inactive",
    ),
    Case("activate", MANAGED, off_and_on, MANAGED),
    Case("activate", EXTERNAL, off_and_on, EXTERNAL),
    Case("delete", MANAGED, delete, MANAGED, active=False, groups=False, state=""),
    Case("delete", EXTERNAL, delete, EXTERNAL, groups=False, state=""),
]


@pytest.mark.parametrize(
    "case", ROWS, ids=lambda c: f"{c.name}-{c.start.partition('@')[2]}"
)
def test_an_operation_of_the_provider(idp, organization, case):
    user = idp.push(case.start, title="Analyst")
    idp.group("Crew", user)

    case.operation(idp, user)

    person = Account.objects.get()
    assert person.email == case.email
    assert person.is_active == case.active
    assert person.job_title == case.title
    assert (person.managed_by == organization) == (case.start == MANAGED)
    assert people_in("Crew") == ({case.email} if case.groups else set())
    assert Member.objects.get().account == person
    states = UserRecord.objects.values_list("link_state", flat=True)
    assert list(states) == ([case.state] if case.state else [])
    logged = set(TroubleshootingEntry.objects.values_list("kind", flat=True))
    assert case.kind in {*logged, ""}


@pytest.mark.parametrize("email", [MANAGED, EXTERNAL])
def test_who_was_there_before_is_linked(idp, organization, email):
    before = AccountFactory.create(email=email, name="Ada Before")
    MemberFactory.create(organization=organization, account=before)

    idp.push(email, displayName="Ada After")

    after = account(email)
    assert UserRecord.objects.get().account == before
    assert Member.objects.get().directory == idp.directory
    assert after.name == ("Ada After" if email == MANAGED else "Ada Before")
    warned = TroubleshootingEntry.objects.filter(kind="external_account_linked")
    assert warned.exists() == (email == EXTERNAL)


@pytest.mark.parametrize("email", [MANAGED, EXTERNAL])
def test_who_is_not_in_the_provider_is_left_alone(idp, organization, email):
    before = AccountFactory.create(email=email, name="Ada Before")
    local = MemberFactory.create(organization=organization, account=before)

    idp.push("somebody.else@example.com")

    local.refresh_from_db()
    assert (local.status, local.directory) == (Member.Status.ACTIVE, None)
    assert account(email).name == "Ada Before"


def test_a_deleted_person_pushed_again_has_a_new_id_and_the_old_account(idp):
    user = idp.push(MANAGED)
    before = account(MANAGED)
    delete(idp, user)
    let_go = Member.objects.get()

    again = idp.push(MANAGED)

    assert (let_go.directory, let_go.former_directory) == (None, idp.directory.name)
    assert let_go.released_at
    assert again["id"] != user["id"]
    assert account(MANAGED).pk == before.pk
    assert account(MANAGED).is_active
    back = Member.objects.get()
    assert (back.directory, back.former_directory) == (idp.directory, None)
    assert back.released_at is None


def test_who_is_suspended_stays_so_through_a_deactivation(idp):
    user = idp.push(MANAGED)
    Member.objects.update(status=Member.Status.SUSPENDED)

    idp.change(user, active=False)
    assert not account(MANAGED).is_active
    idp.change(user, active=True)

    assert account(MANAGED).is_active
    assert Member.objects.get().status == Member.Status.SUSPENDED


def test_memberships_wait_while_the_address_is_out_of_line(idp):
    user = idp.push(MANAGED)
    idp.group("Crew", user)
    idp.move(user, EXTERNAL)

    kind = "email_domain_not_verified"
    assert "Crew" in TroubleshootingEntry.objects.get(kind=kind).reason
    idp.move(user, MANAGED)

    assert people_in("Crew") == {MANAGED}
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert "scim_user_memberships_paused" in actions
    assert "scim_user_memberships_restored" in actions


def test_memberships_are_forgotten_where_the_organization_wishes_so(idp, organization):
    organization.restores_memberships = False
    organization.save()
    user = idp.push(MANAGED)
    group = idp.group("Crew", user)
    idp.move(user, EXTERNAL)

    idp.move(user, MANAGED)

    assert people_in("Crew") == set()
    assert not idp.send("GET", f"/Groups/{group['id']}").json().get("members")
    idp.members(group, "add", user)
    assert people_in("Crew") == {MANAGED}


def test_the_address_that_becomes_free_is_for_who_waited_for_it(
    idp, organization, django_capture_on_commit_callbacks
):
    entra = provider_of(organization, "Entra")
    user = idp.push(MANAGED)
    entra.push(MANAGED)
    assert UserRecord.objects.filter(link_state="held").count() == 1

    with django_capture_on_commit_callbacks(execute=True):
        idp.move(user, "countess@example.com")

    assert UserRecord.objects.filter(link_state="linked").count() == 2
    assert Member.objects.get(account=account(MANAGED)).directory == entra.directory


def test_an_address_that_another_person_of_the_directory_holds_names_them(idp):
    drifted = idp.push(MANAGED, userName="first")
    idp.move(drifted, EXTERNAL)

    idp.push(MANAGED, userName="second")

    record = UserRecord.objects.get(user_name="second")
    assert (record.link_state, record.link_reason) == ("held", "other_record")
    reason = TroubleshootingEntry.objects.get(kind="other_record").reason
    assert "first" in reason
    assert MANAGED in reason


@pytest.mark.parametrize("attributes", [{"userName": "first"}, {"userName": "x"}])
def test_a_value_that_another_record_has_names_that_record(idp, attributes):
    first = idp.push(MANAGED, userName="first")

    body = {"emails": [{"value": MANAGED, "primary": True}], **attributes}
    answer = idp.send("POST", "/Users", body)

    assert answer.status_code == 409
    advice = TroubleshootingEntry.objects.get(kind__endswith="_taken").advice
    assert "first" in advice
    assert first["id"] in advice


def test_a_newcomer_with_the_key_of_somebody_else_is_taken_and_warned_of(idp):
    idp.push(MANAGED, externalId="42", userName="ada")

    idp.push("king@example.com", externalId="42", userName="ada.king")
    idp.push("other@example.com", externalId="43")

    entry = TroubleshootingEntry.objects.get(kind="duplicate_external_id")
    assert "ada " in entry.reason
    assert entry.subject_name == "ada.king"
    assert UserRecord.objects.filter(link_state="linked").count() == 3


def test_an_address_that_was_not_ours_to_change_is_looked_at_when_it_is(
    idp, organization, django_capture_on_commit_callbacks
):
    user = idp.push(EXTERNAL)
    idp.move(user, MANAGED)
    assert UserRecord.objects.get().link_reason == "external_email_change"
    Account.objects.update(managed_by=organization)

    with django_capture_on_commit_callbacks(execute=True):
        job = sync.queue_reconcile(idp.directory, timezone.now())
        wake(job.pk)

    assert Account.objects.get().email == MANAGED
    assert UserRecord.objects.get().link_reason == ""

"""Two requests about the same person at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from directories.models import Account, UserRecord
from directories.services import records
from provisioning.models import GroupMember
from tests.provisioning.conftest import Provider, account, person, provider_of
from tests.scim.invariants import check_invariants

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 15


def at_once(*calls: Callable[[], object]) -> None:
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def switch(idp: Provider, user, active: bool) -> Callable[[], object]:
    operations = [{"op": "replace", "path": "active", "value": active}]
    path = f"/Users/{user['id']}"
    return lambda: idp.send("PATCH", path, {"Operations": operations})


def test_an_account_is_active_exactly_when_its_record_is(idp):
    user = idp.push("ada@example.com")

    for _ in range(ROUNDS):
        at_once(switch(idp, user, active=True), switch(idp, user, active=False))

        active = account("ada@example.com").status == Account.Status.ACTIVE
        assert active == UserRecord.objects.get().active


def test_who_is_activated_while_being_added_to_a_group_is_in_it(idp):
    user = idp.push("bo@partner.example")
    group = idp.group("Partners")

    for _ in range(ROUNDS):
        idp.members(group, "remove", user)
        idp.change(user, active=False)
        at_once(
            switch(idp, user, active=True),
            lambda: idp.members(group, "add", user),
        )

        assert GroupMember.objects.count() == 1


def test_two_directories_that_push_a_person_of_a_linked_domain(idp, organization):
    entra = provider_of(organization, "Entra")
    for number in range(ROUNDS):
        email = f"ada{number}@example.com"
        user = idp.push(email)
        idp.group(f"Crew {number}", user)
        organization.domains.update(directory=entra.directory)
        at_once(
            posting(entra, email),
            switch(idp, user, active=bool(number % 2)),
            posting(entra, email),
        )
        entra_record = UserRecord.objects.get(directory=entra.directory, email=email)
        assert entra_record.link_state == "linked"
        assert entra_record.account == account(email)
        assert account(email).is_active
        check_invariants()
        organization.domains.update(directory=None)


def test_directories_that_take_a_person_from_each_other_end_with_one_owner(
    idp, organization
):
    entra = provider_of(organization, "Entra")
    idp.push("ada@example.com")
    entra.push("ada@example.com")
    owners = [idp, entra]
    for number in range(ROUNDS):
        organization.domains.update(directory=owners[number % 2].directory)
        at_once(*(revisiting(each) for each in owners * 2))
        for each in owners:
            revisiting(each)()

        linked = UserRecord.objects.get(link_state="linked")
        assert linked.directory == owners[number % 2].directory
        check_invariants()


def revisiting(provider: Provider) -> Callable[[], object]:
    record = UserRecord.objects.get(directory=provider.directory)
    return lambda: records.revisit_user(
        directory=provider.directory, scim_id=record.scim_id, now=timezone.now()
    )


def posting(provider: Provider, email: str) -> Callable[[], object]:
    return lambda: provider.send("POST", "/Users", person(email))

"""Two requests about the same person at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from directories.models import Account, UserRecord
from provisioning.models import GroupMember
from tests.provisioning.conftest import Provider, account

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

"""What is put back after a removal names the admin who decided so."""

import re

import pytest

from directories.models import AuditEvent, Directory
from tests.provisioning.promises import (
    account_of,
    act,
    audit_page,
    change,
    history_of,
    push,
)

ADA, BO = "ada@example.com", "bo@partner.example"


def root():
    return account_of("root@acme.example").get_full_name()


def by_root(action):
    """Return the targets of what the admin did, or had done."""
    events = AuditEvent.objects.filter(action=action, actor_name=root())
    assert set(events.values_list("actor_kind", flat=True)) <= {"account"}
    return list(events.values_list("target_name", flat=True))


@pytest.fixture
def undo(scim, console):
    """Return a function that decides about all removals in the console."""

    def undo(decision="undo"):
        act(
            console,
            "provisioning:removal-decide",
            scim.directory.pk,
            decision,
            everything="1",
            confirmed="1",
        )

    return undo


def test_who_is_active_again_by_an_undo_is_so_by_the_admin(scim, console, undo):
    user = push(scim, ADA)
    change(scim, user, active=False)

    undo()

    assert account_of(ADA).is_active
    assert by_root("managed_account_reactivated") == [ADA]
    told = history_of(console, ADA)
    assert re.search(f"Reactivated account [^.]{{,25}} by {root()}", told)
    assert root() in audit_page(console, "managed_account_reactivated")


def test_who_was_deleted_is_let_in_again_by_the_admin(scim, console, undo):
    user = push(scim, ADA)
    scim.delete(f"/Users/{user['id']}")

    undo()

    assert by_root("managed_account_reactivated") == [ADA]
    told = history_of(console, ADA)
    assert re.search(f"Reactivated account [^.]{{,25}} by {root()}", told)


def test_a_discarded_removal_and_later_pushes_are_told_apart(scim, console, undo):
    Directory.objects.filter(pk=scim.directory.pk).update(
        guard_percent=0, guard_least=0
    )
    user = push(scim, ADA)
    change(scim, user, active=False)
    undo("discard")
    by_decision = AuditEvent.objects.filter(action="scim_user_update").latest("pk")
    assert (by_decision.actor_kind, by_decision.actor_name) == ("account", root())

    change(scim, user, title="Dr")

    last = AuditEvent.objects.filter(action="scim_user_update").latest("pk")
    assert (last.actor_kind, last.actor_name) == ("directory", "Okta of Acme")

"""Whatever is pushed in whatever order: what was said is what there is."""

import os

import pytest
from django.utils import timezone

from directories.models import RoleAssignment
from directories.services.audit import SYSTEM
from provisioning.models import Group
from provisioning.services.admin_rights.group_roles import give_role
from tests.factories.directories import AccountFactory, RoleAssignmentFactory
from tests.factories.provisioning import GroupFactory
from tests.scim.invariants import check_invariants
from tests.scim.pushes import Pusher

pytestmark = pytest.mark.slow

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_sequences.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "6")))
REQUESTS = 60


@pytest.fixture
def people_before(scim, monkeypatch):
    """Add a local group, an admin and a stranger with names that get pushed."""
    organization = scim.directory.organization
    GroupFactory.create(organization=organization, name="Local")
    GroupFactory.create(organization=organization, name="Staff", kind="default")
    admin = AccountFactory.create(email="ada@example.com")
    RoleAssignmentFactory.create(organization=organization, account=admin)
    AccountFactory.create(email="bob@elsewhere.example")
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)


def give_some_group_a_right():
    """Let the newest synced group give one; whoever leaves it must lose it."""
    group = Group.objects.filter(kind=Group.Kind.SYNCED).order_by("-pk").first()
    if group is not None:
        give_role(
            group,
            RoleAssignment.Role.ORGANIZATION_ADMIN,
            site=None,
            app="",
            by=SYSTEM,
            now=timezone.now(),
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_random_pushes_lead_to_what_they_say(
    scim, second, stranger, settings, people_before, seed
):
    # By jobs in half of the runs, inside the request in the others.
    settings.MEMBERS_IN_REQUEST = seed % 2 * 500
    if seed % 3 == 0:
        scim.directory.all_members = True
        scim.directory.save()
    pusher = Pusher(seed, [scim, second, stranger])

    for step in range(REQUESTS):
        pusher.push()
        if step % 10 == 4:
            give_some_group_a_right()
        if step % 10 == 9:
            check_invariants()

    for client, pushed in pusher.held:
        users = client.get("/Users?attributes=id").json()["Resources"]
        groups = client.get("/Groups?attributes=id,members.value").json()["Resources"]
        assert {user["id"] for user in users} == pushed.users
        assert {
            group["id"]: {member["value"] for member in group.get("members", [])}
            for group in groups
        } == pushed.groups

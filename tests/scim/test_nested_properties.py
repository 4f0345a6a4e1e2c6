"""Random groups in groups: who counts is what plain Python says."""

import os
from dataclasses import dataclass, field
from random import Random

import pytest

from directories import tasks as directory_tasks
from directories.models import Directory
from directories.services import directories
from directories.services.audit import SYSTEM
from provisioning.models import Group
from tests.scim.client import values
from tests.scim.invariants import check_invariants

# More by hand: FUZZ_SEEDS=200 pytest tests/scim/test_nested_properties.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "4")))
REQUESTS = 50
PEOPLE, GROUPS = 5, 7


@dataclass
class Model:
    """What was pushed, and who counts by it."""

    users: dict[str, str] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    members: dict[str, set[str]] = field(default_factory=dict)
    counts: bool = True

    def below(self, group):
        """Return a group and the groups in it that count."""
        found, fresh = {group}, [group]
        while fresh and self.counts:
            new = (self.members[fresh.pop()] & set(self.members)) - found
            found |= new
            fresh += new
        return found

    def people(self, group):
        """Return who counts as a member of a group."""
        inside = set().union(*(self.members[each] for each in self.below(group)))
        return inside & set(self.users)

    def groups(self, user):
        """Return how a user is in each of their groups."""
        return {
            group: "direct" if user in direct else "indirect"
            for group, direct in self.members.items()
            if user in self.people(group)
        }

    def forget(self, gone):
        """Take a user or group out of everything."""
        self.users.pop(gone, None)
        self.members.pop(gone, None)
        for inside in self.members.values():
            inside.discard(gone)


class Player:
    """Pushes at random; the same seed pushes the same."""

    def __init__(self, scim, seed):
        self.scim, self.model = scim, Model()
        self.random = Random(seed)  # noqa: S311 - nothing secret about it
        self.made = 0

    def step(self):
        """Send one request and note what it means."""
        model = self.model
        if len(model.users) < PEOPLE:
            self.add_user()
        elif len(model.members) < GROUPS:
            self.add_group()
        else:
            steps = [self.patch] * 8 + [self.put, self.turn, self.delete, self.choose]
            self.random.choice(steps)()

    def some(self, ids, most=4):
        """Return some of the ids."""
        ids = sorted(ids)
        return self.random.sample(ids, min(len(ids), self.random.randrange(most + 1)))

    def anybody(self, but=""):
        """Return some users and groups."""
        return self.some({*self.model.users, *self.model.members} - {but})

    def a_group(self):
        """Return one group."""
        return self.random.choice(sorted(self.model.members))

    def add_user(self):
        """Push a person."""
        self.made += 1
        address = f"user{self.made}@elsewhere.example"
        user = self.scim.user(address, emails=[{"value": address}])["id"]
        self.model.users[user] = address
        self.model.active.add(user)

    def add_group(self):
        """Push a group with members."""
        self.made += 1
        members = self.anybody()
        group = self.scim.group(f"Group {self.made}", *members)["id"]
        self.model.members[group] = set(members)

    def patch(self):
        """Add and remove members."""
        group = self.a_group()
        after, operations = set(self.model.members[group]), []
        for _ in range(self.random.randrange(1, 4)):
            some, op = self.anybody(group), self.random.choice(["add", "remove"])
            operations.append({"op": op, "path": "members", "value": values(*some)})
            after = after | set(some) if op == "add" else after - set(some)
        answer = self.scim.patch(f"/Groups/{group}", operations)
        assert answer.status_code == 200, answer.content
        self.model.members[group] = after

    def put(self):
        """Replace the members of a group."""
        group = self.a_group()
        members = self.anybody(group)
        body = {"displayName": f"Group of {group}", "members": values(*members)}
        answer = self.scim.put(f"/Groups/{group}", body)
        assert answer.status_code == 200, answer.content
        self.model.members[group] = set(members)

    def turn(self):
        """Let a person pause or come back."""
        user = self.random.choice(sorted(self.model.users))
        self.model.active ^= {user}
        active = user in self.model.active
        operation = {"op": "replace", "path": "active", "value": active}
        self.scim.patch(f"/Users/{user}", [operation])

    def delete(self):
        """Delete a user or a group."""
        ids = {"Users": set(self.model.users), "Groups": set(self.model.members)}
        kind = self.random.choice(sorted(ids))
        gone = self.random.choice(sorted(ids[kind]))
        self.scim.delete(f"/{kind}/{gone}")
        self.model.forget(gone)

    def choose(self):
        """Let groups in groups count from now on, or no more."""
        self.model.counts = not self.model.counts
        choice = Directory.NestedGroups
        directory = self.scim.directory
        directory.nested_groups = choice.COUNT if self.model.counts else choice.IGNORE
        directory.save()
        job = directories.request_sync(
            directory=directory, by=SYSTEM, now=directory.created_at
        )
        directory_tasks.run_job(job_id=str(job.pk))

    def check(self):
        """Compare groups, users, filters and synced groups with the model."""
        check_invariants()
        for user in self.scim.get("/Users").json()["Resources"]:
            shown = {group["value"]: group["type"] for group in user["groups"]}
            assert shown == self.model.groups(user["id"])
        for group, members in self.model.members.items():
            assert self.scim.members(group) == members
            self.check_people(group)

    def check_people(self, group):
        """Compare who is in a group with the model."""
        people = self.model.people(group)
        query = f'/Users?attributes=id&filter=groups.value eq "{group}"'
        found = self.scim.get(query).json()["Resources"]
        assert {user["id"] for user in found} == people
        synced = Group.objects.get(record__scim_id=group)
        inside = set(synced.members.values_list("email", flat=True))
        active = people & self.model.active
        assert inside == {self.model.users[user] for user in active}


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_who_counts_is_what_plain_python_says(scim, settings, monkeypatch, seed):
    # By jobs in half of the runs, inside the request in the others.
    settings.MEMBERS_IN_REQUEST = seed % 2 * 500 or 2
    monkeypatch.setattr("provisioning.services.pace.BREATH_S", 0)
    player = Player(scim, seed)

    for step in range(REQUESTS):
        player.step()
        if step % 5 == 4:
            player.check()

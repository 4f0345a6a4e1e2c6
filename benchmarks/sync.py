"""Measures how fast pushes are in effect: members in groups, and their access to apps.

    python benchmarks/sync.py --json figures.json

On PostgreSQL, against a server with a worker. People, groups and memberships are laid
into the tables of the demonstration's directory: first 80,000 memberships, then
8,000,000. Measured are one change of a member with few and with many memberships,
500 groups of 300 people, a group of 150,000 by requests of 1,000 and by one request,
what a bare INSERT of the same rows takes, and one change while that sync runs. The
groups open apps, so what is in effect is access. `--workers 2` adds a worker.
"""

import argparse
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from benchmarks.connection import Target
from benchmarks.filling import Place, Sizes, fill
from benchmarks.measure import Memory
from benchmarks.postgresql import address, socket_folder, tidy_up, write_to_disk
from benchmarks.rollcall import rollcall, workers
from benchmarks.scale import INSIDE, under_postgresql
from benchmarks.scim import tell
from directories.demonstration.client import ScimClient
from directories.demonstration.resources import group_resource, member_patches, patch

FULL = Sizes(
    users=280_000,
    groups=199_000,
    members=40,
    each=40,
    held=0,
    events=1_000,
    entries=100,
    requests=1_000,
)
QUICK = Sizes(5_000, 1_000, 40, 20, 0, 100, 100, 100)
MEMBERS, QUICK_MEMBERS = 150_000, 3_000
# So many groups hold the first 80,000 memberships.
FIRST_GROUPS = 2_000
SMALL_GROUPS, SMALL_SIZE = 500, 300
CONNECTIONS = 8
BATCH = 1_000
CHANGES = 60
WITHIN_S = 600.0
DOMAIN = "limits.example"

Connection = psycopg.Connection[tuple[Any, ...]]


def main() -> int:
    """Fill, push, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a small organization")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if not os.environ.get(INSIDE):
        return under_postgresql()
    write_to_disk(socket_folder())
    sizes, members = (QUICK, QUICK_MEMBERS) if given.quick else (FULL, MEMBERS)
    with (
        rollcall(processes=2, workers=given.workers) as (target, pid),
        psycopg.connect(address(), autocommit=True) as connection,
    ):
        memory = [Memory(each) for each in workers(pid)]
        for each in memory:
            each.start()
        figures = Bench(target, connection, sizes, members).run()
        figures["workers"] = [each.stop()["largest_mib"] for each in memory]
    text = json.dumps(figures, indent=2) + "\n"
    if given.json:
        given.json.write_text(text)
    sys.stdout.write(text)
    return 0


@dataclass
class Bench:
    """A server, its database, and how much is to be done."""

    target: Target
    connection: Connection
    sizes: Sizes
    members: int

    def run(self) -> dict[str, Any]:
        """Return what each piece of work took."""
        few: list[dict[str, float]] = []
        fill(
            address(),
            self.place(),
            self.sizes,
            first=FIRST_GROUPS,
            between=lambda: few.append(self.changes("few")),
        )
        tidy_up()
        people = self.people()
        return {
            "one change with few memberships, ms": few[0],
            "one change with many memberships, ms": self.changes("many"),
            "500 groups of 300, s": self.small_groups(people),
            "150,000 by requests of 1,000": self.large(
                "In batches", people, in_batches
            ),
            "150,000 by one request": self.large("At once", people, at_once),
            "memberships": self.one("SELECT count(*) FROM provisioning_groupmember"),
            "access rows": self.one("SELECT count(*) FROM provisioning_appaccess"),
            "largest tables with indexes, MB": dict(
                self.connection.execute(TABLES).fetchall()
            ),
        }

    def place(self) -> Place:
        """Return where people and groups belong to."""
        found = self.connection.execute(
            "SELECT organization_id::text, id::text FROM directories_directory"
            " WHERE id = %s",
            [self.target.path.rpartition("/")[2]],
        ).fetchone()
        if found is None:
            raise LookupError(self.target.path)
        return Place(organization=found[0], directory=found[1], domain=DOMAIN)

    def one(self, ask: str, *given: object) -> Any:
        """Return the one value that a statement brings."""
        found = self.connection.execute(ask, given).fetchone()
        return None if found is None else found[0]

    def people(self) -> list[str]:
        """Return the SCIM ids of active, linked people."""
        found = self.connection.execute(
            "SELECT scim_id::text FROM directories_userrecord WHERE directory_id = %s"
            " AND active AND link_state = 'linked' ORDER BY id LIMIT %s",
            [self.place().directory, self.members],
        ).fetchall()
        return [scim_id for (scim_id,) in found]

    def client(self) -> ScimClient:
        """Return a client of the directory."""
        base = f"http://{self.target.host}:{self.target.port}{self.target.path}"
        return ScimClient(base, self.target.key)

    def open_apps(self, name: str, apps: int = 3) -> None:
        """Let an empty group open some apps, as an admin would."""
        self.connection.execute(
            "INSERT INTO provisioning_appgrant (app_id, group_id, role, is_default,"
            " created_at) SELECT a.id, g.id, CASE a.kind WHEN"
            " 'jira-service-management' THEN 'agent' ELSE 'user' END, false, now()"
            " FROM provisioning_group g CROSS JOIN (SELECT a.* FROM provisioning_app a"
            " JOIN directories_site s ON s.id = a.site_id WHERE s.organization_id = %s"
            " AND a.kind <> 'bitbucket' ORDER BY s.name, a.id LIMIT %s) a"
            " WHERE g.organization_id = %s AND g.name = %s",
            [self.place().organization, apps, self.place().organization, name],
        )

    def changes(self, name: str) -> dict[str, float]:
        """Return what adding and removing one member took, until it was in effect."""
        with self.client() as client:
            prober = Prober(self, client, f"Changes with {name}")
            took = [prober.change() for _ in range(CHANGES)]
        return told(took)

    def small_groups(self, people: list[str]) -> float:
        """Push many groups at once; return when the last one was in effect."""
        started = time.monotonic()

        def push(number: int) -> None:
            start = number * 7 % max(1, len(people) - SMALL_SIZE)
            body = group_resource(f"Small {number}")
            body["members"] = [
                {"value": each} for each in people[start : start + SMALL_SIZE]
            ]
            with self.client() as client:
                client.request("POST", "/Groups", body)

        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(push, range(SMALL_GROUPS)))
        wanted = SMALL_GROUPS * min(SMALL_SIZE, len(people))
        self.wait(
            wanted,
            "SELECT count(*) FROM provisioning_groupmember m JOIN provisioning_group g"
            " ON g.id = m.group_id WHERE g.name LIKE 'Small %%'",
        )
        took = round(time.monotonic() - started, 2)
        tell(f"{SMALL_GROUPS} groups: {took} s")
        return took

    def large(
        self,
        name: str,
        people: list[str],
        push: Callable[[ScimClient, str, list[str]], None],
    ) -> dict[str, Any]:
        """Push a large group that opens apps; return when all had access."""
        with self.client() as client, self.client() as other:
            prober = Prober(self, other, f"Beside {name}")
            group = client.request("POST", "/Groups", group_resource(name))
            self.open_apps(name)
            meanwhile: list[float] = []
            done = threading.Event()
            probing = threading.Thread(
                target=lambda: meanwhile.extend(prober.until(done))
            )
            probing.start()
            started = time.monotonic()
            push(client, group["id"], people)
            pushed = time.monotonic()
            key = self.one("SELECT id FROM provisioning_group WHERE name = %s", name)
            self.wait(
                len(people),
                "SELECT count(*) FROM provisioning_groupmember WHERE group_id = %s",
                key,
            )
            self.wait(
                0,
                "SELECT count(*) FROM provisioning_appgrant g JOIN"
                " provisioning_groupmember m ON m.group_id = g.group_id"
                " LEFT JOIN provisioning_appaccess a ON a.app_id = g.app_id"
                " AND a.account_id = m.account_id AND a.role = g.role"
                " WHERE g.group_id = %s AND a.id IS NULL",
                key,
            )
            in_effect = time.monotonic()
            done.set()
            probing.join()
        figures = {
            "pushed_in_s": round(pushed - started, 2),
            "in_effect_after_s": round(in_effect - pushed, 2),
            "bare_insert_s": self.bare_insert(key),
            "one change meanwhile, ms": told(meanwhile),
        }
        tell(f"{name}: {figures}")
        return figures

    def bare_insert(self, group: int) -> dict[str, float]:
        """Return what inserting the same rows by one statement takes; undo it."""
        took = {}
        for name, statement in BARE.items():
            with self.connection.transaction(force_rollback=True):
                self.connection.execute(BARE_GROUP, [group])
                started = time.monotonic()
                self.connection.execute(statement, [group])
                took[name] = round(time.monotonic() - started, 2)
        return took

    def wait(self, wanted: int, ask: str, *given: object) -> None:
        """Wait until a count is what it is to be."""
        deadline = time.monotonic() + WITHIN_S
        while (found := self.one(ask, *given)) != wanted:
            if time.monotonic() > deadline:
                msg = f"{found} instead of {wanted}: {ask}"
                raise TimeoutError(msg)
            time.sleep(0.1)


TABLES = """
SELECT relname, pg_total_relation_size(oid) / 1000000 FROM pg_class
WHERE relkind = 'r' ORDER BY pg_total_relation_size(oid) DESC LIMIT 12
"""
# A group beside the pushed one, for the same rows once more.
BARE_GROUP = """
INSERT INTO provisioning_group (public_id, organization_id, kind, name, name_key,
  description, created_at)
SELECT gen_random_uuid(), organization_id, 'local', 'bare', 'bare', '', now()
FROM provisioning_group WHERE id = %s
"""
BARE = {
    "members": (
        "INSERT INTO provisioning_groupmember (group_id, account_id)"
        " SELECT (SELECT id FROM provisioning_group WHERE name = 'bare'), account_id"
        " FROM provisioning_groupmember WHERE group_id = %s"
    ),
    "access": (
        "INSERT INTO provisioning_appaccess (app_id, account_id, role, state, since)"
        " SELECT g.app_id, m.account_id, 'guest', 'active', now()"
        " FROM provisioning_groupmember m"
        " JOIN provisioning_appgrant g ON g.group_id = m.group_id"
        " WHERE m.group_id = %s"
    ),
}


class Prober:
    """Adds a person to a group that opens an app, and removes them, again and again."""

    def __init__(self, bench: Bench, client: ScimClient, name: str) -> None:
        self._client = client
        found = bench.connection.execute(
            "SELECT scim_id::text, account_id FROM directories_userrecord"
            " WHERE directory_id = %s AND active AND link_state = 'linked'"
            " ORDER BY id DESC LIMIT 1",
            [bench.place().directory],
        ).fetchone()
        if found is None:
            raise LookupError(name)
        self._person, self._account = found
        self._group = client.request("POST", "/Groups", group_resource(name))["id"]
        bench.open_apps(name, apps=1)
        self._key = bench.one("SELECT id FROM provisioning_group WHERE name = %s", name)
        self._inside = False
        self._database: Connection = psycopg.connect(address(), autocommit=True)

    def change(self) -> float:
        """Change the member; return the milliseconds until access has followed."""
        op = "remove" if self._inside else "add"
        body = patch(
            [{"op": op, "path": "members", "value": [{"value": self._person}]}]
        )
        started = time.monotonic()
        self._client.request("PATCH", f"/Groups/{self._group}", body)
        self._inside = not self._inside
        while self._has() != self._inside:
            time.sleep(0.002)
        return (time.monotonic() - started) * 1000

    def until(self, done: threading.Event) -> list[float]:
        """Change again and again until told to stop."""
        took = []
        while not done.is_set():
            took.append(self.change())
            time.sleep(0.1)
        return took

    def _has(self) -> bool:
        """Say whether the person is in the group, and has what it gives."""
        found = self._database.execute(
            "SELECT EXISTS (SELECT 1 FROM provisioning_groupmember m"
            " JOIN provisioning_appgrant g ON g.group_id = m.group_id"
            " JOIN provisioning_appaccess a ON a.app_id = g.app_id"
            " AND a.role = g.role AND a.account_id = m.account_id"
            " WHERE m.group_id = %s AND m.account_id = %s)",
            [self._key, self._account],
        ).fetchone()
        return bool(found and found[0])


def in_batches(client: ScimClient, group: str, people: list[str]) -> None:
    """Fill a group bit by bit."""
    for body in member_patches(people, [], size=BATCH):
        client.request("PATCH", f"/Groups/{group}", body)


def at_once(client: ScimClient, group: str, people: list[str]) -> None:
    """Give a group everybody by one request."""
    value = [{"value": each} for each in people]
    body = patch([{"op": "replace", "path": "members", "value": value}])
    client.request("PATCH", f"/Groups/{group}", body)


def told(took: list[float]) -> dict[str, float]:
    """Return the middle and the longest of some times, and how many there were."""
    if not took:
        return {"changes": 0}
    return {
        "changes": len(took),
        "middle": round(statistics.median(took), 1),
        "longest": round(max(took), 1),
    }


if __name__ == "__main__":
    sys.exit(main())

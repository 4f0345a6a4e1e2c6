"""Measures when a push of 150,000 customers into one organization is in effect.

    python benchmarks/customer_push.py --json figures.json

On PostgreSQL, against a server with a worker: 240,000 customers are laid into the
tables of the demonstration's site, then one group gets 150,000 of them, once by
requests of 1,000 members each, and once more in a single request. It is in effect when
the organization has all of them and its project lets it in.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from benchmarks.connection import Target
from benchmarks.filling import DeskPlace, DeskSizes, fill_desks
from benchmarks.postgresql import address, socket_folder, write_to_disk
from benchmarks.rollcall import rollcall
from benchmarks.scale import INSIDE, under_postgresql
from benchmarks.scim import tell
from directories.demonstration.client import ScimClient
from directories.demonstration.resources import group_resource, member_patches, patch

SIZES = DeskSizes(
    customers=240_000,
    organizations=1_000,
    members=50,
    each=5,
    projects=10,
    attached=100,
    told=1_000,
)
MEMBERS = 150_000
BATCH = 1_000
AIM_S = 10.0
WITHIN_S = 300.0
# What the rule of a demonstration's project lets in by its name.
NAME = "Partner companies"
IN_EFFECT = """
SELECT o.member_count, (SELECT count(*) FROM portals_organizationmember m
  JOIN portals_customer c ON c.id = m.customer_id
  WHERE m.organization_id = o.id AND m.synced AND c.site_id = o.site_id),
  EXISTS (SELECT 1 FROM portals_projectorganization p WHERE p.organization_id = o.id)
FROM portals_customerorganization o WHERE o.name = %s AND o.archived_at IS NULL
"""

Connection = psycopg.Connection[tuple[Any, ...]]


def main() -> int:
    """Fill, push, print; return 1 when a push took too long to be in effect."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    if not os.environ.get(INSIDE):
        return under_postgresql()
    write_to_disk(socket_folder())
    with rollcall(processes=2, directory="customers") as (target, _pid):
        figures = measure(target, given.members)
    text = json.dumps(figures, indent=2) + "\n"
    if given.json:
        given.json.write_text(text)
    sys.stdout.write(text)
    return 1 if any(each["in_effect_after_s"] > AIM_S for each in figures) else 0


def measure(target: Target, members: int) -> list[dict[str, Any]]:
    """Return how long each way of pushing took, and until it was in effect."""
    directory = target.path.rpartition("/")[2]
    base_url = f"http://{target.host}:{target.port}{target.path}"
    with psycopg.connect(address(), autocommit=True) as connection:
        fill_desks(address(), place(connection, directory), SIZES)
        people = connection.execute(
            "SELECT scim_id::text FROM directories_userrecord WHERE directory_id = %s"
            " ORDER BY id LIMIT %s",
            [directory, members],
        ).fetchall()
        ids = [scim_id for (scim_id,) in people]
        with ScimClient(base_url, target.key) as client:
            ways = {"requests of 1,000": in_batches, "one request": at_once}
            return [
                timed(connection, f"{NAME} in {name}", partial(push, client, ids), ids)
                for name, push in ways.items()
            ]


def place(connection: Connection, directory: str) -> DeskPlace:
    """Return where the customers of a directory belong to."""
    found = connection.execute(
        "SELECT organization_id::text, site_id::text FROM directories_directory"
        " WHERE id = %s",
        [directory],
    ).fetchone()
    if found is None:
        raise LookupError(directory)
    return DeskPlace(organization=found[0], site=found[1], directory=directory)


def in_batches(client: ScimClient, ids: list[str], name: str) -> None:
    """Make a group and fill it bit by bit."""
    made = client.request("POST", "/Groups", group_resource(name))
    for body in member_patches(ids, [], size=BATCH):
        client.request("PATCH", f"/Groups/{made['id']}", body)


def at_once(client: ScimClient, ids: list[str], name: str) -> None:
    """Make a group and give it everybody by one request."""
    made = client.request("POST", "/Groups", group_resource(name))
    value = [{"value": each} for each in ids]
    body = patch([{"op": "replace", "path": "members", "value": value}])
    client.request("PATCH", f"/Groups/{made['id']}", body)


def timed(
    connection: Connection, name: str, push: Callable[[str], None], ids: list[str]
) -> dict[str, Any]:
    """Push; wait until that is in effect."""
    started = time.monotonic()
    push(name)
    pushed = time.monotonic()
    wanted = (len(ids), len(ids), True)
    while connection.execute(IN_EFFECT, [name]).fetchone() != wanted:
        if time.monotonic() - pushed > WITHIN_S:
            msg = f"{name} did not come into effect."
            raise TimeoutError(msg)
        time.sleep(0.1)
    done = time.monotonic()
    tell(f"{name}: pushed in {pushed - started:.1f} s, then {done - pushed:.1f} s")
    return {
        "push": name,
        "members": len(ids),
        "pushed_in_s": round(pushed - started, 2),
        "in_effect_after_s": round(done - pushed, 2),
    }


if __name__ == "__main__":
    sys.exit(main())

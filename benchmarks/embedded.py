"""Measures the embedded default, SQLite, with 50,000 people.

    python benchmarks/embedded.py --json figures.json

People and groups are pushed over SCIM, in bulk; one group of 20,000 opens an app.
Then the pages that admins use most, and single requests of a provider, are timed over
HTTP, so the figures have the server's and the client's part.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

# Run as a file, its folder is on the path; what it imports is in the one above.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from benchmarks.rollcall import serving
from benchmarks.scim import tell
from directories.demonstration.client import ScimClient
from directories.demonstration.resources import group_resource, member_patches, patch

USERS = 50_000
LARGE = 20_000
GROUPS, GROUP_SIZE = 1_000, 30
IN_BULK = 500
TIMES = 20
WITHIN_S = 300.0
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PAGES = [
    *("/", "/directory/users/", "/directory/users/?q=person49999"),
    *("/directory/users/?status=deactivated", "/directory/users/?sort=-name"),
    *("/directory/groups/", "/directory/groups/?q=team", "/directory/reports/"),
    *("/directory/review/", "/apps/sites/", "/security/identity-providers/"),
    *("/security/audit-log/", "/search/?q=person4", "/jobs/"),
]


def main() -> int:
    """Push, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--users", type=int, default=USERS)
    parser.add_argument("--json", type=Path, help="also write the figures here")
    given = parser.parse_args()
    with serving() as (told, _pid):
        figures = measure(told, given.users)
    text = json.dumps(figures, indent=2) + "\n"
    if given.json:
        given.json.write_text(text)
    sys.stdout.write(text)
    return 0


def measure(told: dict[str, Any], users: int) -> dict[str, Any]:
    """Return how long the pushes took, and the milliseconds of pages and requests."""
    named = told["directories"]["organization"]
    figures: dict[str, Any] = {"users": users}
    with (
        ScimClient(named["scim_base_url"], named["scim_api_key"]) as scim,
        httpx.Client(base_url=told["base_url"], timeout=60) as console,
    ):
        sign_in(console, told)
        ids: list[str] = []
        figures["users pushed in s"] = took(
            lambda: ids.extend(push_people(scim, users))
        )
        figures["groups pushed in s"] = took(lambda: push_groups(scim, ids))
        large = scim.request("POST", "/Groups", group_resource("Everybody here"))["id"]
        open_app(console, told, "Everybody here")
        figures["large group pushed in s"] = took(
            lambda: [
                scim.request("PATCH", f"/Groups/{large}", body)
                for body in member_patches(ids[:LARGE], [], size=1_000)
            ]
        )
        figures["quiet after s"] = took(lambda: until_quiet(console))
        figures["pages, ms"] = {page: page_ms(console, page) for page in PAGES}
        figures["requests, ms"] = requests_ms(scim, large, ids)
    return figures


def took(work: Callable[[], object]) -> float:
    """Return how many seconds some work takes."""
    started = time.monotonic()
    work()
    seconds = round(time.monotonic() - started, 1)
    tell(f"{seconds} s")
    return seconds


def push_people(scim: ScimClient, users: int) -> Iterator[str]:
    """Create people in bulk; yield their ids."""
    for start in range(0, users, IN_BULK):
        operations = [
            {"method": "POST", "path": "/Users", "bulkId": str(n), "data": person(n)}
            for n in range(start, min(start + IN_BULK, users))
        ]
        body = {"schemas": [BULK], "Operations": operations}
        for done in scim.request("POST", "/Bulk", body)["Operations"]:
            yield done["location"].rpartition("/")[2]


def person(number: int) -> dict[str, Any]:
    """Return the resource of a person."""
    address = f"person{number}@example.com"
    return {
        "schemas": [USER],
        "userName": address,
        "externalId": f"ext{number}",
        "displayName": f"Person {number}",
        "name": {"givenName": "Person", "familyName": str(number)},
        "emails": [{"value": address, "type": "work", "primary": True}],
        "active": number % 50 != 0,
    }


def push_groups(scim: ScimClient, ids: list[str]) -> None:
    """Create groups with some members each."""
    for number in range(GROUPS):
        start = number * 37 % max(1, len(ids) - GROUP_SIZE)
        body = group_resource(f"Team {number}")
        body["members"] = [{"value": each} for each in ids[start : start + GROUP_SIZE]]
        scim.request("POST", "/Groups", body)


def sign_in(console: httpx.Client, told: dict[str, Any]) -> None:
    """Sign in as the demonstration's admin."""
    page = console.get("/sign-in/").text
    form = {"csrfmiddlewaretoken": token(page), **told["admin"]}
    console.post("/sign-in/", data=form, headers={"Referer": told["base_url"]})


def open_app(console: httpx.Client, told: dict[str, Any], group: str) -> None:
    """Let a group open Jira of a site."""
    url = f"/apps/sites/{told['site']['id']}/jira/access/add/"
    page = console.get(url, params={"q": group}).text
    found = re.search(r'name="group"\s+value="([0-9a-f-]+)"', page)
    if found is None:
        raise LookupError(group)
    form = {"csrfmiddlewaretoken": token(page), "role": "user", "group": found[1]}
    console.post(url, data=form, headers={"Referer": told["base_url"]})


def token(page: str) -> str:
    """Return the token of a form on a page."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    if found is None:
        raise LookupError(page[:200])
    return found[1]


def until_quiet(console: httpx.Client) -> None:
    """Wait until no work goes on."""
    deadline = time.monotonic() + WITHIN_S
    while "In progress" in console.get("/").text and time.monotonic() < deadline:
        time.sleep(0.5)


def page_ms(console: httpx.Client, page: str) -> dict[str, float]:
    """Return status and the middle of some milliseconds that a page takes."""
    times, status = [], 0
    for _ in range(5):
        started = time.perf_counter()
        status = console.get(page).status_code
        times.append((time.perf_counter() - started) * 1000)
    return {"status": status, "ms": round(statistics.median(times), 1)}


def requests_ms(scim: ScimClient, group: str, ids: list[str]) -> dict[str, float]:
    """Return the middle of the milliseconds that single requests take."""
    one = ids[-1]

    def member(op: str) -> dict[str, Any]:
        return patch([{"op": op, "path": "members", "value": [{"value": one}]}])

    asks: dict[str, Callable[[], object]] = {
        "get a user": lambda: scim.request("GET", f"/Users/{one}"),
        "find by userName": lambda: scim.request(
            "GET", '/Users?filter=userName eq "person49998@example.com"'
        ),
        "add a member to the large group": lambda: scim.request(
            "PATCH", f"/Groups/{group}", member("add")
        ),
        "remove it": lambda: scim.request(
            "PATCH", f"/Groups/{group}", member("remove")
        ),
    }
    times: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(TIMES):
        for name, ask in asks.items():
            started = time.perf_counter()
            ask()
            times[name].append((time.perf_counter() - started) * 1000)
    return {name: round(statistics.median(each), 1) for name, each in times.items()}


if __name__ == "__main__":
    sys.exit(main())

"""Reads everything back through SCIM, as a provider does that wants to be sure."""

import json
import time
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from benchmarks.connection import Target
from tests.faults.company import Company
from tests.faults.provider import Provider
from tests.faults.truth import Findings

PAGE = 1_000
GROUPS_PAGE = 50
AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 4.0)


def compare_reads(
    findings: Findings, target: Target, company: Company, provider: Provider
) -> None:
    """Compare what SCIM answers with what was acknowledged."""
    findings.same(
        "users read through SCIM",
        (
            (provider.people[person.key], person.name, person.active)
            for person in company.people.values()
        ),
        (
            (user["id"], user["userName"], user["active"])
            for user in pages(target, "Users", PAGE)
        ),
    )
    findings.same(
        "groups and members read through SCIM",
        (
            (provider.teams[team.key], team.name, provider.people[each])
            for team in company.teams.values()
            for each in team.members
        ),
        (
            (group["id"], group["displayName"], member["value"])
            for group in pages(target, "Groups", GROUPS_PAGE)
            for member in group.get("members", [])
        ),
    )


def pages(target: Target, collection: str, size: int) -> Iterator[dict[str, Any]]:
    """Yield all resources of a collection."""
    start = 1
    while True:
        query = urlencode({"startIndex": start, "count": size})
        page = read(target, f"/{collection}?{query}")
        yield from page.get("Resources", [])
        start += len(page.get("Resources", []))
        if not page.get("Resources") or start > page["totalResults"]:
            return


def read(target: Target, path: str) -> dict[str, Any]:
    """Return one document; ask again, as providers do, where the answer is 503.

    A thread of the web server learns at its next request that the database was away.
    """
    url = f"http://{target.host}:{target.port}{target.path}{path}"
    request = Request(url, headers={"Authorization": f"Bearer {target.key}"})
    for pause in AGAIN_AFTER_S:
        try:
            return _document(request)
        except HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            time.sleep(pause)
    return _document(request)


def _document(request: Request) -> dict[str, Any]:
    with urlopen(request, timeout=120) as answer:  # noqa: S310 - this machine's
        document: dict[str, Any] = json.loads(answer.read())
        return document

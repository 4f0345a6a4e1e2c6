"""Other people's suites of checks, all of them, against a running server."""

from collections import Counter

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from scim_sanity.probe.runner import run_probe_api

from tests.scim.client import add_client, add_organization

# Resources of a draft that no identity provider pushes.
NOT_OFFERED = {
    "Agent CRUD Lifecycle",
    "AgenticApplication CRUD Lifecycle",
    "Agent Rapid Lifecycle",
}


@pytest.fixture
def served(live_server, settings, transactional_db):
    """Return the base URL and the key of a directory that is reached by HTTP."""
    settings.BASE_URL = live_server.url
    client = add_client(add_organization("Acme", "example.com"), "Okta of Acme")
    return f"{live_server.url}{client.base}", client.key


@pytest.mark.slow
def test_scim2_tester_finds_nothing(served):
    base, key = served
    headers = {"Authorization": f"Bearer {key}"}

    with httpx2.Client(base_url=base, headers=headers, timeout=30) as http:
        results = check_server(SyncSCIMClient(http))

    found = [result for result in results if result.status != Status.SUCCESS]
    assert not found, "\n".join(
        f"{result.status.name} {result.title} {result.resource_type}: {result.reason}"
        for result in found
    )
    assert len(results) > 130


def test_scim_sanity_finds_nothing(served):
    base, key = served

    report = run_probe_api(base, token=key)

    results = Counter(each["status"] for each in report["results"])
    found = [each for each in report["results"] if each["status"] != "pass"]
    assert {each["name"] for each in found} == NOT_OFFERED, found
    assert report["exit_code"] == 0
    assert results["pass"] >= 28

"""Random requests: never our failure, always an answer a client can read."""

import json
import os

import pytest

from directories.models import LinkState, UserRecord
from tests.scim.client import ERROR_SCHEMA, SCIM_JSON
from tests.scim.invariants import check_invariants
from tests.scim.malformed import Breaker

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_fuzz.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "10")))
REQUESTS = 40


@pytest.mark.parametrize("seed", SEEDS)
def test_malformed_requests_never_fail_here(scim, seed):
    user = scim.user("ada@example.com")["id"]
    ids = {"user": user, "group": scim.group("Crew", user)["id"]}
    breaker = Breaker(seed, ids)

    for _ in range(REQUESTS):
        request = breaker.request()
        answer = scim.send(
            request.method, request.path, request.content, **request.headers
        )
        check(request, answer)

    check_invariants()
    assert not UserRecord.objects.exclude(link_state__in=LinkState.values).exists()


def check(request, answer):
    shown = f"{request} -> {answer.status_code} {answer.content[:300]!r}"
    assert answer.status_code < 500, shown
    if request.method == "HEAD" or answer.status_code == 204:
        assert not answer.content, shown
    elif answer.status_code >= 400:
        assert answer["Content-Type"] == SCIM_JSON, shown
        body = answer.json()
        assert body["schemas"] == [ERROR_SCHEMA], shown
        assert body["status"] == str(answer.status_code), shown
        assert len(body["detail"]) > 10, shown
    else:
        assert json.loads(answer.content), shown

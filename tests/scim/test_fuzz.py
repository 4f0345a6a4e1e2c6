"""Random requests: never our failure, always an answer that is described."""

import os

import pytest

from directories.models import LinkState, UserRecord
from directories.scim.openapi.generator import ScimGenerator
from tests.fuzzing.campaign import play
from tests.fuzzing.conformity import Description
from tests.fuzzing.player import Player
from tests.fuzzing.sending import Answer, Sent
from tests.scim.invariants import check_invariants

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_fuzz.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "2")))
REQUESTS = 200


@pytest.mark.parametrize("seed", SEEDS)
def test_random_requests_never_fail_here(scim, seed):
    def send(sent: Sent) -> Answer:
        answer = scim.send(sent.method, sent.path, sent.content, **sent.headers)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, answer.content)

    document = ScimGenerator().get_schema(public=True)
    player = Player(send, Description(document))

    play(player, requests=REQUESTS, first=seed * 1000)

    assert not player.failures
    check_invariants()
    assert not UserRecord.objects.exclude(link_state__in=LinkState.values).exists()

"""Random requests: never our failure, always an answer that is described."""

import os
from dataclasses import replace

import orjson
import pytest

from directories.models import Directory, LinkState, UserRecord
from directories.scim.openapi.generator import ScimGenerator
from tests.fuzzing.campaign import play
from tests.fuzzing.conformity import Description
from tests.fuzzing.player import Player
from tests.fuzzing.sending import Answer, Send, Sent
from tests.scim.client import ScimClient
from tests.scim.invariants import check_invariants

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_fuzz.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "2")))
REQUESTS = 150
BROKEN = Sent("POST", "/Users", b"{", {"Content-Type": "application/scim+json"})


@pytest.fixture(scope="module")
def description():
    return Description(ScimGenerator().get_schema(public=True))


@pytest.fixture
def send(scim: ScimClient) -> Send:
    def sending(sent: Sent) -> Answer:
        answer = scim.send(sent.method, sent.path, sent.content, **sent.headers)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, headers, answer.content)

    return sending


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_random_requests_never_fail_here(send, description, seed):
    if seed % 2:
        Directory.objects.update(mode=Directory.Mode.STRICT)
    player = Player(send, description)

    play(player, requests=REQUESTS, first=seed * 1000)

    assert not player.failures
    check_invariants()
    assert not UserRecord.objects.exclude(link_state__in=LinkState.values).exists()


def test_player_notices_what_a_refused_write_leaves(scim, send: Send, description):
    def leaving(sent: Sent) -> Answer:
        answer = send(sent)
        if sent == BROKEN:
            scim.user("left@example.com")
        return answer

    player = Player(leaving, description)
    player.play(BROKEN)
    player.settle()

    assert [failure[:28] for failure in player.failures] == [
        "refused writes left a trace:"
    ]


def test_player_notices_what_a_write_changes_besides(scim, send: Send, description):
    user = scim.user("ada@example.com")["id"]

    def leaving(sent: Sent) -> Answer:
        answer = send(sent)
        if sent.method == "DELETE":
            scim.user("left@example.com")
        return answer

    player = Player(leaving, description)
    player.play(Sent("DELETE", f"/Users/{user}"))

    assert [failure[:15] for failure in player.failures] == ["changed as well"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": 500}, "the service failed"),
        ({"status": 418}, "the status is not described"),
        ({"content": b"<html>"}, "the body is no JSON"),
        ({"content": orjson.dumps({"detail": "?"})}, '[]: "schemas" is a required'),
        ({"headers": {"content-type": "text/html"}}, "the media type is text/html"),
    ],
)
def test_player_notices_answers_that_are_not_described(
    send: Send, description, change, problem
):
    def lying(sent: Sent) -> Answer:
        answer = send(sent)
        return replace(answer, **change) if sent == BROKEN else answer

    player = Player(lying, description)
    player.play(BROKEN)

    assert player.failures[0].startswith(problem)


def test_player_notices_when_nobody_answers(send: Send, description):
    def silent(sent: Sent) -> Answer:
        if sent == BROKEN:
            raise TimeoutError
        return send(sent)

    player = Player(silent, description)
    player.play(BROKEN)

    assert player.failures[0].startswith("no answer: TimeoutError()")

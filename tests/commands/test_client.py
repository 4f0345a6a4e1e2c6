"""The client's patience, and which answers end a push."""

import httpx
import pytest

from directories.demonstration.client import (
    TRIES,
    PushError,
    RefusedError,
    ScimClient,
    at_once,
)


class Server:
    """Gives the prepared answers in turn and keeps what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.slept = []

    def __call__(self, request):
        """Answer a request."""
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self):
        """Return a client of this server."""
        return ScimClient(
            "http://scim.example/v2/",
            "secret",
            sleep=self.slept.append,
            transport=httpx.MockTransport(self),
        )


def ok(document):
    return httpx.Response(200, json=document)


def refusal(status, **headers):
    return httpx.Response(status, json={"detail": "because"}, headers=headers)


def test_request_carries_key_and_media_type():
    server = Server(ok({"id": "1"}))

    assert server.client().request("POST", "/Users", {"userName": "ada"}) == {"id": "1"}

    request = server.requests[0]
    assert str(request.url) == "http://scim.example/v2/Users"
    assert request.headers["Authorization"] == "Bearer secret"
    assert request.headers["Content-Type"] == "application/scim+json"


def test_find_quotes_the_value():
    server = Server(ok({"totalResults": 0}))

    assert server.client().find("Users", "userName", 'a"b\\c') is None

    assert server.requests[0].url.params["filter"] == r'userName eq "a\"b\\c"'


def test_busy_server_is_asked_again_after_the_pause_it_names():
    busy = refusal(429, **{"Retry-After": "3"})
    server = Server(busy, refusal(503), httpx.ConnectError("gone"), ok({"id": "1"}))

    assert server.client().request("GET", "/Users/1") == {"id": "1"}

    assert 3.0 in server.slept
    assert len(server.requests) == 4


def test_server_that_stays_away_ends_the_push():
    server = Server(*[httpx.ConnectError("gone")] * TRIES)

    with pytest.raises(PushError, match="gone"):
        server.client().request("GET", "/Users")


def test_wrong_key_ends_the_push():
    server = Server(refusal(401))

    with pytest.raises(PushError, match="because"):
        server.client().request("GET", "/Users")


def test_refusal_concerns_one_request():
    server = Server(refusal(409))

    with pytest.raises(RefusedError, match="409: because") as caught:
        server.client().request("POST", "/Users", {})

    assert caught.value.status == 409


def test_refused_connection_test_ends_the_push():
    server = Server(httpx.Response(404, text="<h1>Not here</h1>"))

    with pytest.raises(PushError, match="refuses to list users"):
        server.client().test_connection()


def test_answer_that_is_no_scim_ends_the_push():
    server = Server(httpx.Response(200, text="<h1>Welcome</h1>"))

    with pytest.raises(PushError, match="no SCIM"):
        server.client().test_connection()


def test_empty_answer_is_an_empty_document():
    assert Server(httpx.Response(204)).client().request("DELETE", "/Users/1") == {}


def test_pages_are_read_until_there_is_enough():
    first = {"totalResults": 150, "Resources": [{"id": i} for i in range(100)]}
    second = {"totalResults": 150, "Resources": [{"id": i} for i in range(100, 150)]}
    server = Server(ok(first), ok(second))

    assert len(list(server.client().pages("Users", at_most=1000))) == 150
    assert server.requests[1].url.params["startIndex"] == "101"
    assert len(list(Server(ok(first)).client().pages("Users", at_most=7))) == 7


def test_at_once_keeps_the_order_and_stops_at_an_error():
    assert list(at_once(lambda n: n * n, [3, 1, 2])) == [9, 1, 4]

    with pytest.raises(ZeroDivisionError):
        list(at_once(lambda n: 1 // n, [1, 0, 1]))

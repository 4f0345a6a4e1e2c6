"""Plays requests, judges each answer, and watches what the directory holds."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from http.client import HTTPException
from urllib.parse import unquote
from uuid import UUID

import orjson

from tests.fuzzing.conformity import Description
from tests.fuzzing.holdings import EVERYTHING, Holdings, unexplained
from tests.fuzzing.sending import Answer, Send, Sent

# More would make each look at everything slow, and names that meet rare.
MOST = {"Users": 30, "Groups": 10}
# With fewer, most requests would be about nothing.
FEWEST = {"Users": 10, "Groups": 4}
# After so many failures it is known well enough that something is wrong.
ENOUGH = 20
# Of failures alike the first ones are kept.
EXAMPLES = 2
_PLACE = re.compile(r"~(user|group|cursor|tag)(\d?)~")
_RESOURCE = re.compile(r"/(?:Users|Groups)/([^/?]+)")


class Player:
    """One client that sends anything to one directory, and nobody else does.

    Requests may name what is there by `~user0~`, `~group3~`, `~tag~` (of the
    resource in the path) and `~cursor~` (the last one that came).
    """

    def __init__(self, send: Send, description: Description) -> None:
        self._send, self.description = send, description
        self.failures: list[str] = []
        # Those played; the answers count looks at the directory as well.
        self.requests = 0
        self.answers: Counter[tuple[str, int]] = Counter()
        self.refused_writes = 0
        self._told: Counter[str] = Counter()
        self._cursor = ""
        self._made = 0
        self._known = self._look()
        self._keep_some()

    @property
    def has_enough(self) -> bool:
        """Say whether it makes no sense to go on."""
        return len(self.failures) >= ENOUGH

    def play(self, sent: Sent) -> None:
        """Send one request and look at everything that it may have done."""
        self.requests += 1
        sent = self._filled(sent)
        if sent.is_bulk:
            self._check_no_trace(self._look())
        answer = self._exchange(sent)
        if answer is None:
            return
        for problem in self.description.problems(sent, answer):
            self._fail(problem, sent, answer)
        self._note_cursor(answer)
        if sent.is_write and answer.status < 300:
            self._compare(sent, answer)
        elif sent.is_write:
            self.refused_writes += 1

    def settle(self) -> None:
        """Check that refused writes left nothing, then what must always hold."""
        found = self._look()
        self._check_no_trace(found)
        for problem in found.problems():
            self._fail(problem)
        for kind, keys in (("Users", found.users), ("Groups", found.groups)):
            for key in keys:
                answer = self._exchange(Sent("GET", f"/{kind}/{key}"))
                if answer and answer.json() != found.listed[key]:
                    self._fail(f"{key} is {answer.content!r} and listed otherwise")
        self._keep_some()

    def _check_no_trace(self, found: Holdings) -> None:
        if found.own != self._known.own:
            self._fail(f"refused writes left a trace: {_shown(self._known, found)}")
        self._known = found

    def _keep_some(self) -> None:
        """Delete where there are many, and make new ones where there are few."""
        held = {"Users": self._known.users, "Groups": self._known.groups}
        for kind, keys in held.items():
            for key in keys[MOST[kind] // 2 :] if len(keys) > MOST[kind] else ():
                self.play(Sent("DELETE", f"/{kind}/{key}"))
        for _ in range(FEWEST["Users"] - len(held["Users"])):
            self._made += 1
            name = f"person{self._made}@example.com"
            # Strict mode wants an address.
            self._create("/Users", {"userName": name, "emails": [{"value": name}]})
        for number in range(FEWEST["Groups"] - len(held["Groups"])):
            self._made += 1
            members = [{"value": f"~user{n}~"} for n in range(number, number + 3)]
            body = {"displayName": f"Group {self._made}", "members": members}
            self._create("/Groups", body)

    def _create(self, path: str, body: Mapping[str, object]) -> None:
        self.play(Sent("POST", path, orjson.dumps(body)))

    def _compare(self, sent: Sent, answer: Answer) -> None:
        """Check that a write, and those refused before it, changed one resource."""
        found = self._look()
        others = self._others(found, sent, answer)
        if others:
            shown = _shown(self._known, found)
            self._fail(f"changed as well: {others}: {shown}", sent, answer)
        self._known = found

    def _others(self, found: Holdings, sent: Sent, answer: Answer) -> set[str]:
        """Return what changed, or came and went, besides what the write was about."""
        if sent.is_bulk:
            results = answer.json()["Operations"]
            if any(result["status"] < "300" for result in results):
                return set()
            return unexplained(self._known, found, sent, "")
        changed = _named(sent.path) or answer.json()["id"]
        return unexplained(self._known, found, sent, changed)

    def _look(self) -> Holdings:
        answers = [self._exchange(sent) for sent in EVERYTHING]
        assert None not in answers, self.failures
        return Holdings(filter(None, answers))

    def _exchange(self, sent: Sent) -> Answer | None:
        try:
            answer = self._send(sent)
        except (HTTPException, OSError) as error:
            self._fail(f"no answer: {error!r}", sent)
            return None
        self.answers[sent.method, answer.status] += 1
        return answer

    def _note_cursor(self, answer: Answer) -> None:
        if b'"nextCursor"' in answer.content:
            self._cursor = answer.json().get("nextCursor", "")

    def _filled(self, sent: Sent) -> Sent:
        path = self._fill(sent.path, "")
        tag = self._known.tag(_named(path))
        return Sent(
            sent.method,
            path,
            self._fill(sent.content.decode("latin-1"), tag).encode("latin-1"),
            {
                name: value and self._fill(value, tag)
                for name, value in sent.headers.items()
            },
        )

    def _fill(self, text: str, tag: str) -> str:
        fillers: dict[str, Callable[[int], str]] = {
            "user": lambda n: _one(self._known.users, n),
            "group": lambda n: _one(self._known.groups, n),
            "cursor": lambda _n: self._cursor,
            "tag": lambda _n: tag,
        }
        return _PLACE.sub(lambda m: fillers[m[1]](int(m[2] or 0)), text)

    def _fail(
        self, problem: str, sent: Sent | None = None, answer: Answer | None = None
    ) -> None:
        kind = re.sub(r"[0-9a-f-]*[0-9][0-9a-f-]*", "0", problem)[:100]
        self._told[kind] += 1
        if self._told[kind] <= EXAMPLES:
            came = f" -> {answer.status} {answer.content[:600]!r}" if answer else ""
            self.failures.append(f"{problem}: {str(sent or '')[:1500]}{came}")


def _named(path: str) -> str:
    """Return the id of the resource that a path names, "" for none."""
    found = _RESOURCE.match(path)
    try:
        return str(UUID(unquote(found[1]))) if found else ""
    except ValueError:
        return ""


def _one(keys: list[str], number: int) -> str:
    return keys[number % len(keys)] if keys else "nobody"


def _shown(before: Holdings, after: Holdings) -> str:
    keys = before.own.keys() | after.own.keys()
    return str(
        [
            (before.own.get(key), after.own.get(key))
            for key in keys
            if before.own.get(key) != after.own.get(key)
        ]
    )[:1500]

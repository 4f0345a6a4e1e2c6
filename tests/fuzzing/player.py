"""Plays requests, judges each answer, and watches what the directory holds."""

import re
from collections import Counter
from collections.abc import Callable
from http.client import HTTPException
from urllib.parse import unquote
from uuid import UUID

from tests.fuzzing.conformity import Description
from tests.fuzzing.holdings import EVERYTHING, Holdings, unexplained
from tests.fuzzing.sending import Answer, Send, Sent

# More would make each look at everything slow, and names that meet rare.
MOST = {"Users": 30, "Groups": 8}
# After so many failures it is known well enough that something is wrong.
ENOUGH = 20
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
        self.statuses: Counter[int] = Counter()
        self.refused_writes = 0
        self._cursor = ""
        self._known = self._look()

    @property
    def requests(self) -> int:
        """Return how many requests were answered."""
        return self.statuses.total()

    @property
    def has_enough(self) -> bool:
        """Say whether it makes no sense to go on."""
        return len(self.failures) >= ENOUGH

    def play(self, sent: Sent) -> None:
        """Send one request and look at everything that it may have done."""
        sent = self._filled(sent)
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
        if found.own != self._known.own:
            self._fail(f"refused writes left a trace: {_shown(self._known, found)}")
        for problem in found.problems():
            self._fail(problem)
        for kind, keys in (("Users", found.users), ("Groups", found.groups)):
            for key in keys:
                answer = self._exchange(Sent("GET", f"/{kind}/{key}"))
                if answer and answer.json() != found.listed[key]:
                    self._fail(f"{key} is {answer.content!r} and listed otherwise")
        self._known = found
        self._thin_out()

    def _thin_out(self) -> None:
        for kind, keys in (
            ("Users", self._known.users),
            ("Groups", self._known.groups),
        ):
            for key in keys[MOST[kind] // 2 :] if len(keys) > MOST[kind] else ():
                self.play(Sent("DELETE", f"/{kind}/{key}"))

    def _compare(self, sent: Sent, answer: Answer) -> None:
        """Check that a write, and those refused before it, changed one resource."""
        found = self._look()
        changed = _named(sent.path) or answer.json()["id"]
        others = unexplained(self._known, found, sent, changed)
        if others:
            shown = _shown(self._known, found)
            self._fail(f"changed as well: {others}: {shown}", sent, answer)
        self._known = found

    def _look(self) -> Holdings:
        answer = self._exchange(EVERYTHING)
        assert answer is not None, self.failures
        return Holdings(answer)

    def _exchange(self, sent: Sent) -> Answer | None:
        try:
            answer = self._send(sent)
        except (HTTPException, OSError) as error:
            self._fail(f"no answer: {error!r}", sent)
            return None
        self.statuses[answer.status] += 1
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
        came = f" -> {answer.status} {answer.content[:600]!r}" if answer else ""
        self.failures.append(f"{problem}: {sent or ''}{came}")


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

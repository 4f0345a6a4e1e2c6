"""Plays a recorded flow of an identity provider's SCIM client, step by step.

A scenario is a JSON file: `steps` of `request` and `expect`; see the functions
for what each may hold. Every play has its own values for `{run}` and `{guid}`.
"""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.scim.client import SCIM_JSON, Answer, ScimClient

Json = Any
MISSING = object()
PATH_STEP = re.compile(
    r"""\.(?P<key>[\w$-]+)
      | \["(?P<quoted>[^"]+)"\]
      | \[(?P<index>\d+)\]
      | (?P<each>\[\*\])
      | \[\?(?P<name>\w+)=="(?P<value>[^"]*)"\]""",
    re.VERBOSE,
)
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


@dataclass
class Play:
    """One run of a scenario against one directory."""

    client: ScimClient
    values: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the values that are new for each play."""
        run = f"r{uuid.uuid4().hex[:8]}"
        self.values = {"run": run, "RUN": run.upper(), "guid": str(uuid.uuid4())}

    def run(self, scenario: Json) -> list[str]:
        """Play all steps and return what was not as expected."""
        failures: list[str] = []
        for step in scenario["steps"]:
            if self._is_called_for(step):
                failures += self._take(step)
        return failures

    def _is_called_for(self, step: Json) -> bool:
        condition = step.get("only_if")
        if condition is None:
            return True
        earlier = self.answers.get(condition["step"])
        return earlier is not None and earlier.status_code in condition["status"]

    def _take(self, step: Json) -> list[str]:
        answer = self.answers[step["name"]] = self._send(step)
        body = json_of(answer)
        for name, path in step.get("capture", {}).items():
            found = select(body, path)[0]
            if found is MISSING:
                return [f"{step['name']}: no {path} in {answer.content!r}"]
            self.values[name] = str(found)
        choices = self._filled(step["expect"])
        choices = choices if isinstance(choices, list) else [choices]
        problems = [mismatches(choice, answer, body) for choice in choices]
        if not all(problems):
            return []
        said = f"{answer.status_code} {answer.content[:500]!r}"
        return [f"{step['name']}: {'; '.join(problems[0])}; got {said}"]

    def _send(self, step: Json) -> Answer:
        request = self._filled(step["request"])
        content = self._content(step, request)
        headers: dict[str, str | None] = {"Accept": SCIM_JSON}
        if content:
            headers["Content-Type"] = SCIM_JSON
        headers |= request.get("headers", {})
        path = quote(request["path"], safe="%/?&=+:,;@!$'()*~#")
        return self.client.send(request["method"], path, content, **headers)

    def _content(self, step: Json, request: Json) -> bytes:
        if "raw_body" in request:
            return str(request["raw_body"]).encode()
        body = request.get("body")
        if "body_from" in step:
            body = {**json_of(self.answers[step["body_from"]]), **(body or {})}
        return b"" if body is None else json.dumps(body).encode()

    def _filled(self, node: Json) -> Json:
        """Put the values of this play into every text of a JSON value."""
        if isinstance(node, str):
            return re.sub(r"\{(\w+)\}", self._value, node)
        if isinstance(node, list):
            return [self._filled(each) for each in node]
        if isinstance(node, dict):
            return {self._filled(k): self._filled(v) for k, v in node.items()}
        return node

    def _value(self, placeholder: re.Match[str]) -> str:
        return self.values.get(placeholder[1], placeholder[0])


def json_of(answer: Answer) -> Json:
    """Return the JSON of an answer, None when it has no body."""
    return answer.json() if answer.content else None


def mismatches(expected: Json, answer: Answer, body: Json) -> list[str]:
    """Return what of one expectation does not hold; a 204 has no body to check."""
    found = []
    if answer.status_code not in expected["status"]:
        found.append(f"status is not in {expected['status']}")
    for name, wanted in expected.get("headers", {}).items():
        if not agrees(answer.headers.get(name, MISSING), wanted):
            found.append(f"header {name} is not {wanted}")
    if answer.status_code == 204:
        return found
    for path, wanted in expected.get("body", {}).items():
        if not holds(body, path, wanted):
            found.append(f"{path} is not {wanted}")
    return found


def select(document: Json, path: str) -> list[Json]:
    """Return the values at a path like `$.a[?b=="c"].d`; never none: MISSING."""
    values, at = [document], 1
    while at < len(path):
        step = PATH_STEP.match(path, at)
        assert step is not None, f"cannot read {path}"
        values = [found for value in values for found in follow(value, step)]
        at = step.end()
    return values or [MISSING]


def follow(value: Json, step: re.Match[str]) -> list[Json]:
    if step["index"] is not None:
        place = int(step["index"])
        fits = isinstance(value, list) and place < len(value)
        return [value[place]] if fits else [MISSING]
    if step["each"] or step["name"]:
        entries = value if isinstance(value, list) else []
        name, wanted = step["name"], step["value"]
        return [e for e in entries if not name or e.get(name) == wanted]
    key = step["key"] or step["quoted"]
    return [value.get(key, MISSING) if isinstance(value, dict) else MISSING]


def holds(body: Json, path: str, wanted: Json) -> bool:
    """Say whether every value at a path is as wanted, and there is one.

    A set or a length is that of all values together where a path finds several.
    """
    found = select(body, path)
    of_all = isinstance(wanted, dict) and wanted.keys() <= {"set", "length"}
    if of_all and ("[*]" in path or "[?" in path):
        return agrees([each for each in found if each is not MISSING], wanted)
    return all(agrees(value, wanted) for value in found)


def agrees(value: Json, wanted: Json) -> bool:
    """Say whether a value is the wanted one, or fulfils all of its matchers."""
    if isinstance(wanted, dict) and wanted and wanted.keys() <= MATCHERS:
        return all(fulfils(value, name, given) for name, given in wanted.items())
    # True is no 1 here.
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def fulfils(value: Json, matcher: str, given: Json) -> bool:
    match matcher:
        case "missing":
            return (value is MISSING) is given
        case "absent":
            return is_absent(value) is given
        case "exists":
            return is_absent(value) is not given
        case "any_of":
            return any(agrees(value, each) for each in given)
        case _:
            return value is not MISSING and COMPARISONS[matcher](value, given)


def is_absent(value: Json) -> bool:
    """Say whether a value is missing, null or an empty list: one and the same."""
    return value is MISSING or value is None or value == []


def is_of_type(value: Json, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES.get(name, ()))


COMPARISONS: dict[str, Callable[[Json, Json], bool]] = {
    "type": is_of_type,
    "ne": lambda value, given: not agrees(value, given),
    "gte": lambda value, given: value >= given,
    "lte": lambda value, given: value <= given,
    "length": lambda value, given: agrees(len(value), given),
    "set": lambda value, given: sorted(map(repr, value)) == sorted(map(repr, given)),
    "contains": lambda value, given: given in value,
    "matches": lambda value, given: re.search(given, value) is not None,
    "ieq": lambda value, given: value.casefold() == given.casefold(),
}
MATCHERS = {"exists", "absent", "missing", "any_of", *COMPARISONS}

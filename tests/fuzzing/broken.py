"""Makes random requests out of valid ones by breaking them in random places."""

import json
import uuid
from random import Random
from typing import Any
from urllib.parse import quote

from tests.fuzzing.sending import Sent

OTHER = str(uuid.UUID(int=7))
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ODD_METHODS = ["HEAD", "OPTIONS", "TRACE", "LINK", "get", "PROPFIND"]
TEXTS = [
    "", " ", "x", "true", "False", "null", "0", "-1", "\x00", "a\x00b", "\ud800",
    "é", "e\u0301", "İ", "ﬃ" * 200, "👩🏽‍💻", "\u202e", "x" * 300, "x" * 10_000,
    "ada@example.com", "@", "a@b", "a" * 250 + "@example.com", "a@é.example",
    "'; DROP TABLE x; --", "%00", "%s", "{}", "\\", '"', "\r\nX: y", "urn:x:y",
    "urn:ietf:params:scim:schemas:core:2.0:User", "userName", "members",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2**31, 2**63, 2**64, -(2**63), 10**40, 1e308, 1e-9, 0.1]
KEYS = [
    "userName", "USERNAME", "displayName", "emails", "emails.value", "name",
    "name.givenName", "active", "members", "MEMBERS", "schemas", "id", "meta",
    "externalId", "groups", "value", "type", "primary", "op", "path", "Operations",
    "password", "roles", "addresses", "$ref", "", "x", "urn:x:y:z", "a.b.c", "[",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
    "urn:ietf:params:scim:schemas:core:2.0:User:userName",
    'emails[type eq "work"].value', 'members[value eq "~user0~"]', "members[",
    'emails[primary eq true or type eq "x"]', "name.nope", "members.value",
]  # fmt: skip
FILTERS = [
    'userName eq "ada"', 'emails[type eq "work" and value eq "x"]', "active eq true",
    'members.value eq "~user0~"', 'id eq "~user0~" or externalId eq "x"', "title pr",
    'not (displayName sw "C")', 'meta.lastModified gt "2026-01-01T00:00:00Z"',
]  # fmt: skip
PARAMETERS = [
    "startIndex",
    "count",
    "attributes",
    "excludedAttributes",
    "filter",
    "x",
    "cursor",
    "sortBy",
    "sortOrder",
]
IDS = [
    "~user1~",
    "~group1~",
    OTHER,
    OTHER.upper(),
    "1",
    "x",
    "..",
    "%00",
    "é",
    "a" * 900,
]
CONTENT_TYPES = [
    "application/json", "application/scim+json; charset=utf-8", "text/plain", "", "é",
    "application/json; charset=latin-1", "multipart/form-data; boundary=x", ";;=",
]  # fmt: skip
USER = {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
    "userName": "ada",
    "externalId": "x-1",
    "name": {"givenName": "Ada", "familyName": "King"},
    "active": True,
    "emails": [
        {"value": "ada@example.com", "type": "work", "primary": True},
        {"value": "ada@home.example", "type": "home"},
    ],
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "department": "R&D",
        "manager": {"value": "26118915"},
    },
}
GROUP = {"displayName": "Crew", "externalId": "g-1", "members": [{"value": "~user0~"}]}
PATCH = {
    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    "Operations": [
        {"op": "Replace", "path": "displayName", "value": "New"},
        {"op": "add", "path": "members", "value": [{"value": "~user0~"}]},
        {"op": "add", "path": 'emails[type eq "work"].value', "value": "a@example.com"},
        {"op": "remove", "path": 'members[value eq "~user0~"]'},
        {"op": "replace", "value": {"active": "False", "name.givenName": "Eva"}},
    ],
}


PIECES: list[bytes] = [b"", b"\x00", b"\xff", b"\xed\xa0\x80", b'"', b"}", b"\\ud800"]


class Breaker:
    """Makes requests at random; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - nothing secret about it

    def request(self) -> Sent:
        """Make one request."""
        return Sent(
            self._one(METHODS) if self._often() else self._one(ODD_METHODS),
            self._path(),
            self._content() if self._often() else b"",
            self._headers(),
        )

    def _one(self, choices: list[Any]) -> Any:
        return self.random.choice(choices)

    def _often(self) -> bool:
        return self.random.random() < 0.8

    def _rarely(self) -> bool:
        return self.random.random() < 0.2

    def _path(self) -> str:
        kind = self._one(["/Users", "/Groups"])
        if self._rarely():
            kind = self._one(["/Schemas", "/ResourceTypes", "/Bulk", "/Me", "", "/"])
        given = "~user0~" if kind == "/Users" else "~group0~"
        given = self._one(IDS) if self._rarely() else given
        path = f"{kind}/{quote(given, safe='%')}" if self._often() else kind
        path += "/" if self._rarely() else ""
        query = "&".join(self._parameter() for _ in range(self.random.randrange(3)))
        return f"{path}?{query}" if query else path

    def _parameter(self) -> str:
        name = self._one(PARAMETERS)
        value = self._one(FILTERS) if name == "filter" else self._text()
        if self._rarely():
            value = self._cut(value)
        raw = "%ff%fe%%zz" if self._rarely() else ""
        return f"{name}={quote(value, errors='surrogatepass')}{raw}"

    def _text(self) -> str:
        return str(self._one(TEXTS + KEYS))

    def _cut(self, text: str) -> str:
        at = self.random.randrange(len(text) + 1)
        return text[:at] + self._text() + text[at + self.random.randrange(3) :]

    def _headers(self) -> dict[str, str | None]:
        headers: dict[str, str | None] = {"Content-Type": "application/scim+json"}
        if self._rarely():
            headers["Content-Type"] = self._one(CONTENT_TYPES)
        if self._rarely():
            headers["Accept"] = self._one(["", "text/html", "application/json", "é;;"])
        if self._rarely():
            headers["Accept-Language"] = self._one(["ja", "xx-" + "y" * 600, "*", ","])
        if self.random.random() < 0.05:
            headers["Authorization"] = self._one([None, "", "Bearer x", "Bearer é_é_é"])
        return headers

    def _content(self) -> bytes:
        body = json.loads(json.dumps(self._one([USER, GROUP, PATCH, PATCH])))
        for _ in range(self.random.randrange(4)):
            body = self._broken(body)
        raw = json.dumps(body).encode()
        return self._torn(raw) if self._rarely() else raw

    def _broken(self, node: Any) -> Any:
        """Put something else into one place of a JSON value."""
        if self._rarely() or not isinstance(node, dict | list) or not node:
            return self._value()
        node = node.copy()
        key = self._one(
            list(node) if isinstance(node, dict) else list(range(len(node)))
        )
        chance = self.random.random()
        if chance < 0.6:
            node[key] = self._broken(node[key])
        elif chance < 0.75:
            del node[key]
        elif isinstance(node, list):
            node.append(self._one([node[key], self._value()]))
        else:
            node[self._one(KEYS)] = self._one([node[key], self._value()])
        return node

    def _value(self, depth: int = 0) -> Any:
        makers = [
            self._text,
            lambda: self._one(NUMBERS),
            lambda: self._one([True, False, None]),
        ]
        if depth < 3:
            makers += [
                lambda: [
                    self._value(depth + 1) for _ in range(self.random.randrange(4))
                ],
                lambda: {
                    self._one(KEYS): self._value(depth + 1)
                    for _ in range(self.random.randrange(4))
                },
            ]
        return self._one(makers)()

    def _torn(self, raw: bytes) -> bytes:
        """Damage the bytes of a body."""
        at = self.random.randrange(len(raw))
        piece: bytes = self._one(
            [b"", b"\x00", b"\xff", b"\xed\xa0\x80", b'"', b"}", b"\\ud800"]
        )
        return raw[:at] + piece + raw[at + self.random.randrange(5) :]

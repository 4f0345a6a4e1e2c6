"""Holds answers against the OpenAPI description, word by word."""

import copy
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

import jsonschema_rs

from tests.fuzzing.sending import Answer, Sent

SCIM_JSON = "application/scim+json"
Json = dict[str, Any]
# What may be said of a path or method that the description does not have.
ELSEWHERE = {401, 404, 405}
_ELSEWHERE: Json = {"content": {SCIM_JSON: {"schema": {"$ref": "Error"}}}}


class Description:
    """An OpenAPI description, ready to judge answers by."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._paths = [
            (re.compile(_pattern(path)), operations)
            for path, operations in sorted(document["paths"].items(), key=_rank)
        ]
        components = {"schemas": _closed(document["components"]["schemas"])}
        self._validators = {
            name: jsonschema_rs.validator_for(
                {"$ref": f"#/components/schemas/{name}", "components": components}
            )
            for name in components["schemas"]
        }

    def problems(self, sent: Sent, answer: Answer) -> Iterator[str]:
        """Yield what is wrong with an answer."""
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and (
            answer.status != HTTPStatus.NOT_IMPLEMENTED
        ):
            yield "the service failed"
            return
        described = self._described(sent, answer)
        if described is None:
            yield "the status is not described"
            return
        yield from self._body_problems(sent, answer, described)
        for name, header in described.get("headers", {}).items():
            if header["required"] and name.lower() not in answer.headers:
                yield f"the header {name} is missing"

    def _described(self, sent: Sent, answer: Answer) -> Json | None:
        """Return what is described, which elsewhere is that nothing is there."""
        operation = self._operation(sent)
        if operation is not None:
            found: Json | None = operation["responses"].get(str(answer.status))
            return found
        # The framework tells on its own which methods there are.
        known = answer.status in ELSEWHERE or sent.method == "OPTIONS"
        return _ELSEWHERE if known else None

    def _operation(self, sent: Sent) -> Json | None:
        path = unquote(sent.path.partition("?")[0], errors="replace")
        method = "get" if sent.method == "HEAD" else sent.method.lower()
        for pattern, operations in self._paths:
            if pattern.fullmatch(path):
                found: Json | None = operations.get(method)
                return found
        return None

    def _body_problems(
        self, sent: Sent, answer: Answer, described: Json
    ) -> Iterator[str]:
        content = described.get("content", {})
        if sent.method in {"HEAD", "OPTIONS"} or not content:
            if answer.content and sent.method != "OPTIONS":
                yield "there should be no body"
            return
        media_type = answer.headers.get("content-type", "")
        if media_type not in content:
            yield f"the media type is {media_type}"
            return
        schema = content[media_type]["schema"]["$ref"].rpartition("/")[2]
        try:
            body = answer.json()
        except ValueError:
            yield "the body is no JSON"
            return
        for error in self._validators[schema].iter_errors(body):
            yield f"{error.instance_path}: {error.message[:300]}"
        yield from _message_problems(body, answer)


def _message_problems(body: Json, answer: Answer) -> Iterator[str]:
    """Yield what no schema can say."""
    if "Resources" in body and body["itemsPerPage"] != len(body["Resources"]):
        yield "itemsPerPage is not the number of resources"
    if answer.status >= HTTPStatus.BAD_REQUEST:
        if body.get("status") != str(answer.status):
            yield "the status in the body is another"
        if len(body.get("detail", "")) < 10:
            yield "the detail says too little"


def _pattern(path: str) -> str:
    parts = re.split(r"\{\w+\}", path.rstrip("/"))
    return "[^/]+".join(re.escape(part) for part in parts) + "/?"


def _rank(item: tuple[str, Json]) -> tuple[bool, str]:
    return "{" in item[0], item[0]


def _closed(schemas: Any) -> Any:
    """Return schemas whose objects hold nothing but what is described."""
    schemas = copy.deepcopy(schemas)
    waiting = [schemas]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            if node.get("type") == "object" and "properties" in node:
                node["additionalProperties"] = False
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return schemas

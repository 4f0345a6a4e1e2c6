"""Random PATCHes against a model of a few lines, and what a PUT of a GET does."""

import os
import random
from copy import deepcopy
from typing import Any

import pytest

from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA
from tests.scim.client import refusal

# More by hand: FUZZ_SEEDS=500 pytest tests/scim/test_model_properties.py
SEEDS = range(int(os.environ.get("FUZZ_SEEDS", "12")))
REQUESTS = 12
SINGLES = ("title", "nickName", "displayName", "locale")
PARTS = ("givenName", "familyName", "middleName")
EXTRAS = ("department", "costCenter", "division")
TYPES = ("work", "mobile", "home")
WORDS = ("Ada", "łódź", "O'Neil", 'a "b" \\c', "x" * 40, "0", "False", "日本")
Model = dict[str, Any]


class Patcher:
    """Draws operations, and does to a plain dictionary what each one says."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable, no secret

    def word(self) -> str:
        """Return a value to set."""
        return self.random.choice(WORDS)

    def operation(self, model: Model) -> Any:
        """Return an operation; the model is as it shall be after it."""
        draw = self.random.choice(
            [self.single, self.part, self.extra, self.phone, self.phones, self.several]
        )
        return draw(model)

    def _kind(self) -> str:
        return self.random.choice(["add", "replace", "Add", "REPLACE", "remove"])

    def _at(self, model: Model, path: str, within: Model, name: str) -> Any:
        kind = self._kind()
        if kind == "remove":
            within.pop(name, None)
            return {"op": kind, "path": path}
        within[name] = self.word()
        return {"op": kind, "path": path, "value": within[name]}

    def single(self, model: Model) -> Any:
        """Change or remove an attribute."""
        name = self.random.choice(SINGLES)
        return self._at(model, name, model, name)

    def part(self, model: Model) -> Any:
        """Change or remove a part of the name."""
        name = self.random.choice(PARTS)
        return self._at(model, f"name.{name}", model["name"], name)

    def extra(self, model: Model) -> Any:
        """Change or remove an attribute of the extension."""
        name = self.random.choice(EXTRAS)
        path = f"{ENTERPRISE_SCHEMA}:{name}"
        return self._at(model, path, model[ENTERPRISE_SCHEMA], name)

    def phone(self, model: Model) -> Any:
        """Change, make or remove the value of one type."""
        kind, phones = self.random.choice(TYPES), model["phoneNumbers"]
        path = f'phoneNumbers[type eq "{kind}"]'
        if self.random.random() < 0.3:
            phones[:] = [each for each in phones if each["type"] != kind]
            return {"op": "remove", "path": path}
        chosen = [each for each in phones if each["type"] == kind]
        if not chosen:
            chosen = [{"type": kind}]
            phones += chosen
        value = self.word()
        for each in chosen:
            each["value"] = value
        # What has become the same twice is there once.
        phones[:] = [p for n, p in enumerate(phones) if p not in phones[:n]]
        return {"op": "add", "path": f"{path}.value", "value": value}

    def phones(self, model: Model) -> Any:
        """Add some values, or replace all of them."""
        count = self.random.randint(0, 3)
        said = [
            {"type": self.random.choice(TYPES), "value": self.word()}
            for _ in range(count)
        ]
        kind = self.random.choice(["add", "replace"])
        before = [] if kind == "replace" else model["phoneNumbers"]
        model["phoneNumbers"] = deepcopy(before)
        for each in said:
            if each not in model["phoneNumbers"]:
                model["phoneNumbers"].append(dict(each))
        return {"op": kind, "path": "phoneNumbers", "value": said}

    def several(self, model: Model) -> Any:
        """Change several attributes without a path; complex ones are merged."""
        title, given = self.word(), self.word()
        model["title"] = title
        model["name"]["givenName"] = given
        return {
            "op": "replace",
            "value": {"title": title, "name": {"givenName": given}},
        }


def said(user: Any) -> Model:
    """Return what a user says of the attributes that the model has."""
    found: Model = {name: user[name] for name in SINGLES if name in user}
    phones = user.get("phoneNumbers", [])
    pairs = [{"type": each["type"], "value": each["value"]} for each in phones]
    return {
        **found,
        "name": user.get("name", {}),
        ENTERPRISE_SCHEMA: user.get(ENTERPRISE_SCHEMA, {}),
        "phoneNumbers": sorted(pairs, key=str),
    }


def in_order(model: Model) -> Model:
    return {**model, "phoneNumbers": sorted(model["phoneNumbers"], key=str)}


@pytest.mark.parametrize("seed", SEEDS)
def test_patches_do_what_a_simple_model_does(scim, seed):
    patcher = Patcher(seed)
    path = f"/Users/{scim.user('ada@example.com')['id']}"
    model: Model = {"name": {}, ENTERPRISE_SCHEMA: {}, "phoneNumbers": []}

    for _ in range(REQUESTS):
        changed = deepcopy(model)
        count = patcher.random.randint(1, 5)
        operations = [patcher.operation(changed) for _ in range(count)]
        if patcher.random.random() < 0.2:
            # One impossible operation takes the others with it.
            place = patcher.random.randint(0, count)
            operations.insert(place, {"op": "remove", "path": "userName"})
            refusal(scim.patch(path, operations), 400, "mutability")
        else:
            answer = scim.patch(path, operations)
            assert answer.status_code == 200, answer.content
            model = changed
        assert said(scim.get(path).json()) == in_order(model)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_put_of_what_was_read_changes_nothing(scim, nothing_written, seed):
    patcher = Patcher(seed)
    body: Model = {"name": {}, ENTERPRISE_SCHEMA: {}, "phoneNumbers": []}
    for _ in range(20):
        patcher.operation(body)
    path = f"/Users/{scim.user('ada@example.com', **body)['id']}"
    before = scim.get(path)

    with nothing_written():
        answer = scim.put(path, before.json())

    assert answer.status_code == 200
    assert answer.json() == before.json()
    assert answer["ETag"] == before["ETag"]

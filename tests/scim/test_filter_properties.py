"""Filters, orders and cursors against what plain Python makes of them."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directories.folding import fold
from directories.scim.protocol.documents import read_user
from directories.scim.protocol.filters import parse_filter
from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA
from directories.scim.writing.users import values_of
from directories.services import records
from tests.scim.evaluation import holds

TEXT = st.text(alphabet="aAbBßsSéÉeİiǅ%_\\\"'*$~\U0001f600", max_size=3)
COST = f"{ENTERPRISE_SCHEMA}:costCenter"
SLOWLY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

VALUES = st.lists(
    st.fixed_dictionaries(
        {"value": TEXT},
        optional={
            "type": st.sampled_from(["work", "Home", "ß"]),
            "display": TEXT,
            "primary": st.booleans(),
        },
    ),
    max_size=3,
)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"userName": TEXT},
        optional={
            "externalId": TEXT,
            "title": TEXT,
            "displayName": TEXT,
            "profileUrl": TEXT,
            "name": st.fixed_dictionaries({"familyName": TEXT}),
            "active": st.booleans(),
            "emails": VALUES,
            "phoneNumbers": VALUES,
            "photos": VALUES,
            ENTERPRISE_SCHEMA: st.fixed_dictionaries({"costCenter": TEXT}),
        },
    ),
    min_size=1,
    max_size=5,
)
TEXTS = ["userName", "externalId", "title", "displayName", "profileUrl", COST]
TEXTS += ["name.familyName", "emails", "phoneNumbers.type", "photos.value"]
OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]


def compared(names: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, operator, text: f"{name} {operator} {json.dumps(text)}",
        st.sampled_from(names),
        st.sampled_from(OPERATORS),
        TEXT,
    )


def asked(names: list[str]) -> st.SearchStrategy[str]:
    forms = ["{} pr", "{} eq null", "{} ne null"]
    return st.builds(
        str.format, st.sampled_from(forms), st.sampled_from(names)
    ) | compared(names)


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    two = st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
    return two | st.builds("not ({})".format, inner)


IN_BRACKETS = st.recursive(
    asked(["value", "type", "display"])
    | st.sampled_from(["primary eq true", "primary ne true", "primary pr"]),
    joined,
    max_leaves=3,
)
FILTERS = st.recursive(
    asked(TEXTS)
    | st.sampled_from(
        ["active eq true", "active ne true", "phoneNumbers[primary eq false]"]
    )
    | st.builds(
        "{}[{}]".format,
        st.sampled_from(["emails", "phoneNumbers", "photos"]),
        IN_BRACKETS,
    )
    | st.builds(
        'meta.created {} "2026-01-0{}T0{}:00:00+02:00"'.format,
        st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
        st.integers(1, 5),
        st.integers(1, 3),
    ),
    joined,
    max_leaves=5,
)
ORDERS = ["userName", "externalId", "title", "displayName", COST, "name.familyName"]
ORDERS += ["emails.value", "phoneNumbers.type", "photos", "meta.created", "active"]


def push(scim: Any, people: list[dict[str, Any]]) -> None:
    for number, person in enumerate(people):
        body = {**person, "userName": f"{person['userName']}{number}"}
        records.create_user(
            directory=scim.directory,
            values=values_of(read_user(body)),
            now=datetime(2026, 1, 1 + number, tzinfo=UTC),
        )


def found(scim: Any, query: str = "") -> list[dict[str, Any]]:
    answer = scim.get(f"/Users?{query}")
    assert answer.status_code == 200, answer.content
    # Who is not said to be inactive is active.
    return [{"active": True, **each} for each in answer.json()["Resources"]]


@pytest.mark.slow
@SLOWLY
@given(people=PEOPLE, texts=st.lists(FILTERS, min_size=1, max_size=5))
def test_a_filter_finds_what_it_describes(scim, people, texts):
    with transaction.atomic():
        push(scim, people)
        everybody = found(scim)
        for text in texts:
            node = parse_filter(text)
            expected = [each["id"] for each in everybody if holds(node, each)]
            ids = [each["id"] for each in found(scim, f"filter={quote(text)}")]
            assert ids == expected, text
        transaction.set_rollback(True)


def key(resource: dict[str, Any], name: str) -> tuple[bool, str]:
    """Return what a resource is sorted by."""
    urn, _, local = name.rpartition(":")
    first, _, sub = local.partition(".")
    value: Any = (resource.get(urn, {}) if urn else resource).get(first)
    if isinstance(value, list):
        value = next((e for e in value if e.get("primary")), value[0])
        value = value.get(sub or "value")
    elif sub:
        value = (value or {}).get(sub)
    if isinstance(value, bool):
        return False, str(int(value))
    exact = name in {"externalId", "photos"}
    text = (value if exact else fold(value)) if value else ""
    return not text, text


@pytest.mark.slow
@SLOWLY
@given(
    people=PEOPLE,
    name=st.sampled_from(ORDERS),
    down=st.booleans(),
    size=st.integers(1, 3),
)
def test_an_order_is_that_of_python_by_index_and_by_cursor(
    scim, people, name, down, size
):
    with transaction.atomic():
        push(scim, people)
        everybody = sorted(found(scim), key=lambda each: key(each, name))
        expected = [each["id"] for each in (everybody[::-1] if down else everybody)]
        order = f"sortBy={quote(name)}&sortOrder={'de' if down else 'a'}scending"
        assert [each["id"] for each in found(scim, order)] == expected

        walked, cursor = [], ""
        for _ in range(len(people) + 1):
            page = scim.get(f"/Users?{order}&count={size}&cursor={cursor}").json()
            walked += [each["id"] for each in page["Resources"]]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
        assert walked == expected
        transaction.set_rollback(True)


# What comes and goes between two pages is drawn beforehand: what a walk meets
# must not decide what is drawn next.
BETWEEN = st.lists(
    st.tuples(st.booleans(), TEXT, TEXT, st.booleans(), st.integers(0, 50)),
    min_size=6,
    max_size=6,
)


@pytest.mark.slow
@SLOWLY
@given(
    people=PEOPLE,
    between=BETWEEN,
    name=st.sampled_from(["", "userName", "title", "emails"]),
)
def test_a_walk_meets_once_whoever_stays(scim, people, between, name):
    with transaction.atomic():
        push(scim, people)
        stays = [each["id"] for each in found(scim)]
        walked: list[str] = []
        cursor = ""
        for number, (joins, start, title, leaves, which) in enumerate(between):
            page = scim.get(f"/Users?sortBy={name}&count=2&cursor={cursor}").json()
            walked += [each["id"] for each in page["Resources"]]
            cursor = page.get("nextCursor", "")
            if not cursor:
                break
            if joins:
                scim.user(f"{start}{100 + number}", title=title)
            if leaves and stays:
                scim.delete(f"/Users/{stays.pop(which % len(stays))}")
        assert len(walked) == len(set(walked))
        assert cursor or set(stays) <= set(walked)
        transaction.set_rollback(True)

"""What identity providers really send, each flow in a directory of its own."""

import json
from pathlib import Path

import pytest

from tests.portals.invariants import check_all_led_somewhere, check_customers
from tests.scim.invariants import check_invariants
from tests.scim.player import Play, holds

SCENARIOS = sorted((Path(__file__).parent / "scenarios").glob("*.json"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_passes(scim, scenario):
    failures = Play(scim).run(json.loads(scenario.read_text()))

    assert not failures, "\n".join(failures)
    check_invariants()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda path: path.stem)
def test_scenario_ends_in_the_right_customers(customer_scim, scenario):
    failures = Play(customer_scim).run(json.loads(scenario.read_text()))

    assert not failures, "\n".join(failures)
    check_customers()
    check_all_led_somewhere()


def test_there_are_scenarios():
    assert len(SCENARIOS) >= 26


DOCUMENT = {"a": [{"t": "x", "v": 1}, {"t": "y", "v": 2}], "urn:x:y": {"z": [None]}}


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$.a[*].v", {"gte": 1, "type": "number"}),
        ('$.a[?t=="y"].v', 2),
        ('$.a[?t=="z"].v', {"absent": True}),
        ("$.a", {"length": {"gte": 2}}),
        ("$.a[*].t", {"set": ["y", "x"]}),
        ('$.a[?t=="z"]', {"length": 0}),
        ("$.b", {"any_of": [{"absent": True}, ""]}),
        ("$.a[5].v", {"missing": True}),
        ('$["urn:x:y"].z[0]', {"absent": True, "missing": False}),
        ("$.a[0].t", {"ieq": "X", "matches": "^x$", "ne": "y"}),
    ],
)
def test_player_sees_what_agrees(path, wanted):
    assert holds(DOCUMENT, path, wanted)


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("$.a[*].v", 1),
        ("$.b", {"exists": True}),
        ("$.b", {"ne": 1}),
        ("$.a[0].v", True),
        ("$.a[0].v", {"type": "boolean"}),
        ("$.a[*].t", {"any_of": ["x"]}),
        ("$.a[*].t", {"set": ["x"]}),
        ("$.a", {"contains": {"t": "z"}}),
    ],
)
def test_player_sees_what_does_not_agree(path, wanted):
    assert not holds(DOCUMENT, path, wanted)

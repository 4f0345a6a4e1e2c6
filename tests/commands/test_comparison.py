"""The comparison: wrong figures count for nothing, one failure stops nobody."""

from xml.etree import ElementTree as ET

import pytest

from benchmarks import compare
from benchmarks.chart import chart
from benchmarks.contestants import CONTESTANTS
from benchmarks.report import as_markdown, as_text, ratios, table
from benchmarks.rows import ROWS
from benchmarks.scim import Size

CREATE = ROWS[0]
FIND_GROUP = next(row for row in ROWS if row.phase == "find group")


def figures(*, peer=True, durable=True, **phases):
    return {"is_peer": peer, "is_durable": durable, "phases": phases}


def rate(per_second, **more):
    return {"calls": 9, "per_second": per_second, **more}


@pytest.fixture
def results():
    wrong = {"is_wrong": True, "reasons": {"nobody found": 9}}
    return {
        "rollcall-PostgreSQL-2": figures(peer=False, **{"create user": rate(600)}),
        "django-scim2-1": figures(**{"create user": rate(200)}),
        "django-scim2-2": figures(**{"create user": rate(900, **wrong)}),
        "django-scim2-server-1": {"is_peer": True, "error": "ended with 1"},
        "scimmy-1": figures(durable=False, **{"create user": rate(1200)}),
    }


def test_ratios_are_to_the_best_right_peer(results):
    assert ratios(CREATE, results) == (3.0, 0.5)


def test_there_is_no_ratio_without_a_right_peer(results):
    assert ratios(FIND_GROUP, results) == (None, None)


def test_the_table_tells_of_failures_and_wrong_answers(results):
    made = table(CONTESTANTS, results)

    line = made.lines[0]
    assert line[2:] == ["600", "200", "wrong [1]", "failed", "1,200", "3 x", "0.5 x"]
    assert made.notes == [
        "[1] django-scim2: create a user: nobody found (measured: 900 /s)",
        "django-scim2-server, PostgreSQL, 1 failed: ended with 1",
    ]
    for text in (as_text(made), as_markdown(made)):
        assert "wrong [1]" in text
        assert made.notes[1] in text


def test_the_picture_is_drawn_of_what_there_is(results):
    drawn = ET.fromstring(chart(results))  # noqa: S314 - our own

    texts = [each.text or "" for each in drawn.iter() if each.tag.endswith("text")]
    assert "1. create a user" in texts
    assert "9. find it, without members" not in texts
    assert {"3\u00d7", "0.5\u00d7"} <= set(texts)
    assert ET.fromstring(chart({})) is not None  # noqa: S314 - our own


def test_a_peer_that_cannot_be_installed_does_not_stop_the_others(monkeypatch):
    def refuse(names):
        return {"SCIMMY": "could not be installed (no npm)"}

    monkeypatch.setattr(compare, "install", refuse)
    monkeypatch.setattr(compare, "figures_of", lambda *given: {"phases": {}})
    chosen = [
        each for each in CONTESTANTS if each.key in {"scimmy-1", "django-scim2-1"}
    ]

    found: dict[str, dict[str, object]] = {}
    compare.compare(chosen, Size(), "granian", found)

    assert found["scimmy-1"]["error"] == "could not be installed (no npm)"
    assert "error" not in found["django-scim2-1"]


def test_what_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(compare, "PATIENCE_S", 0.1)

    assert compare.run(["sleep", "60"], env={"PATH": "/usr/bin:/bin"}) is None

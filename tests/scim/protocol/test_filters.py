"""Filters: what they are read as, and how faults are told."""

import pytest

from directories.scim.protocol.errors import InvalidFilterError
from directories.scim.protocol.filters import (
    And,
    AttributePath,
    Comparison,
    Not,
    Or,
    Present,
    ValuePath,
    parse_filter,
)
from directories.scim.protocol.paths import resolve
from directories.scim.protocol.schemas import ENTERPRISE_SCHEMA, GROUP, USER

NAME = AttributePath("userName")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('userName eq "x"', "x"),
        ('userName EQ "x"', "x"),
        ('userName eq "a:b[c]\\"d\\\\e (f) and g"', 'a:b[c]"d\\e (f) and g'),
        ("userName eq true", True),
        ("userName eq null", None),
        ("userName eq -1.5", -1.5),
    ],
)
def test_a_comparison_keeps_its_value(text, value):
    assert parse_filter(text) == Comparison(NAME, "eq", value)


@pytest.mark.parametrize(
    "operator", ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
)
def test_every_operator_is_read(operator):
    assert parse_filter(f'userName {operator} "x"') == Comparison(NAME, operator, "x")


def test_and_binds_closer_than_or():
    a, b, c = (Present(AttributePath(name)) for name in "abc")

    assert parse_filter("a pr or b pr and c pr") == Or((a, And((b, c))))
    assert parse_filter("(a pr or b pr) and not (c pr)") == And((Or((a, b)), Not(c)))


def test_entras_form_is_a_value_path():
    expected = ValuePath(
        AttributePath("emails"),
        And(
            (
                Comparison(AttributePath("type"), "eq", "work"),
                Comparison(AttributePath("value"), "eq", "x"),
            )
        ),
    )

    assert parse_filter('emails[type eq "work"].value eq "x"') == expected
    assert parse_filter('emails[type eq "work" and value eq "x"]') == expected


def test_a_qualified_name_is_split():
    found = parse_filter(f'{ENTERPRISE_SCHEMA}:manager.value eq "x"')

    path = AttributePath("manager", "value", ENTERPRISE_SCHEMA)
    assert found == Comparison(path, "eq", "x")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('userName eqq "x"', "position 10"),
        ("userName eq jyoung", "position 13"),
        ('(userName eq "x"', "position"),
        ('userName eq "x" and', "position"),
        ("", "empty"),
        ('userName eq "\\u0000"', "NUL"),
        ('userName eq "\\ud800"', "surrogate"),
        ("a eq 1e30", "too large"),
        ("a eq 1e999", "out of range"),
        ("x" * 8193, "at most 8192"),
        ("not (" * 25 + "a pr" + ")" * 25, "nested more than 20"),
        ("not(" * 1500 + "a pr" + ")" * 1500, "nest"),
    ],
)
def test_a_fault_is_told_with_its_place(text, place):
    with pytest.raises(InvalidFilterError, match=place):
        parse_filter(text)


def test_names_of_a_filter_are_resolved_in_any_case():
    path = resolve(AttributePath("EMAILS", "Value"), USER)

    assert path.attribute is not None
    assert path.attribute.name == "emails"
    assert path.sub_attribute is not None
    assert path.sub_attribute.name == "value"


@pytest.mark.parametrize(
    "path", [AttributePath("shoe"), AttributePath("a", "", "urn:x:y")]
)
def test_unknown_names_of_a_filter_are_refused(path):
    with pytest.raises(InvalidFilterError, match="no attribute of a Group"):
        resolve(path, GROUP)

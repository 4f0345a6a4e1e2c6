"""PATCH of lists like emails: filters, primary values, made and removed values."""

import pytest

from directories.scim.protocol.errors import (
    InvalidPathError,
    InvalidValueError,
    NoTargetError,
    PayloadTooLargeError,
)
from directories.scim.protocol.patch import STRICT
from tests.scim.protocol.patching import HOME, WORK, ada, op, patched


def test_a_filter_selects_the_value_to_change():
    after = patched(
        ada(emails=[WORK, HOME]),
        op("Replace", 'emails[type eq "work"].value', "new@example.com"),
        op("Replace", "emails[primary eq true].display", "Ada"),
    )

    assert after["emails"] == [
        {**WORK, "value": "new@example.com", "display": "Ada"},
        HOME,
    ]


@pytest.mark.parametrize(
    "selection",
    [
        'type eq "work"',
        'TYPE EQ "WORK"',
        'type ne "home"',
        'value co "ADA@example"',
        'value sw "ada@e" and primary eq true',
        'value ew "example.com"',
        'type eq "x" or primary eq "True"',
        'not (type eq "home")',
        "primary pr",
        'type gt "home"',
        'type ge "work" and type le "work"',
        'not (type lt "work")',
        'primary ne false and value pr and (type eq "work" or type eq "x")',
    ],
)
def test_every_operator_selects(selection):
    after = patched(ada(emails=[WORK, HOME]), op("remove", f"emails[{selection}]"))

    assert after["emails"] == [HOME]


@pytest.mark.parametrize("kind", ["add", "Replace"])
def test_an_unmatched_filter_makes_the_value(kind):
    path = 'emails[type eq "work" and primary eq "True"].value'

    after = patched(ada(emails=[HOME]), op(kind, path, "w@example.com"))

    made = {"type": "work", "primary": True, "value": "w@example.com"}
    assert after["emails"] == [HOME, made]


def test_pieces_of_an_address_make_one_address():
    after = patched(
        ada(),
        op("Add", 'addresses[type eq "work"].formatted', "1 Street"),
        op("Add", 'addresses[type eq "work"].locality', "Town"),
    )

    assert after["addresses"] == [
        {"type": "work", "formatted": "1 Street", "locality": "Town"}
    ]


def test_strict_makes_no_value_for_replace():
    operation = op("replace", 'emails[type eq "work"].value', "w@example.com")

    with pytest.raises(NoTargetError):
        patched(ada(emails=[HOME]), operation, tolerance=STRICT)


def test_a_filter_that_describes_no_value_makes_none():
    with pytest.raises(NoTargetError):
        patched(ada(), op("add", 'emails[type ne "work"].value', "w@example.com"))


@pytest.mark.parametrize(
    "operation",
    [
        op("Remove", 'emails[type eq "home"].value'),
        op("Remove", 'emails[type eq "home"]'),
        op("Replace", 'emails[type eq "home"].value', ""),
        op("Replace", 'emails[type eq "home"].value', None),
        op("Remove", "emails", [{"value": "ADA@home.example"}]),
        op("Remove", "emails", {"value": "ada@home.example", "type": "home"}),
    ],
)
def test_one_value_of_several_is_removed(operation):
    assert patched(ada(emails=[WORK, HOME]), operation)["emails"] == [WORK]


def test_removing_what_is_not_there_changes_nothing():
    before = ada(emails=[WORK])

    assert patched(before, op("remove", 'emails[type eq "home"]')) == before
    assert patched(before, op("remove", "emails", [{"value": "x"}])) == before
    assert patched(before, op("remove", "emails", [])) == before
    assert patched(before, op("remove", "title")) == before


def test_removing_a_list_removes_all_of_it():
    assert patched(ada(emails=[WORK, HOME]), op("remove", "emails")) == ada()
    assert patched(ada(emails=[WORK]), op("replace", "emails", [])) == ada()


def test_adding_to_a_list_keeps_what_is_there():
    after = patched(
        ada(emails=[WORK]), op("add", "emails", [HOME, {**WORK, "display": "Ada"}])
    )

    assert after["emails"] == [{**WORK, "display": "Ada"}, HOME]


def test_replacing_a_list_replaces_all_of_it():
    assert patched(ada(emails=[WORK]), op("replace", "emails", [HOME])) == ada(
        emails=[HOME]
    )


def test_a_new_primary_value_is_the_only_one():
    by_add = patched(
        ada(emails=[WORK]), op("add", "emails", [{**HOME, "primary": True}])
    )
    by_path = patched(
        ada(emails=[WORK, HOME]), op("add", 'emails[type eq "home"].primary', True)
    )

    assert [e["primary"] for e in by_add["emails"]] == [False, True]
    assert [e["primary"] for e in by_path["emails"]] == [False, True]


def test_a_whole_selected_value_is_replaced():
    after = patched(
        ada(emails=[{**WORK, "display": "old"}]),
        op("replace", 'emails[type eq "work"]', {"value": "new@example.com"}),
    )

    assert after["emails"] == [{"type": "work", "value": "new@example.com"}]


def test_the_only_value_needs_no_filter():
    assert patched(ada(), op("add", "emails.value", "a@example.com")) == ada(
        emails=[{"value": "a@example.com"}]
    )
    with pytest.raises(InvalidPathError, match="several values"):
        patched(ada(emails=[WORK, HOME]), op("replace", "emails.value", "x"))


def test_too_much_work_is_refused():
    emails = [{"value": f"{n}@example.com"} for n in range(500)]
    remove = op("remove", 'emails[value eq "x"]')

    with pytest.raises(PayloadTooLargeError):
        patched(ada(emails=emails), *[remove] * 500)


def test_a_list_does_not_grow_without_end():
    emails = [{"value": f"{n}@example.com"} for n in range(500)]

    with pytest.raises(InvalidValueError, match="at most 500"):
        patched(ada(emails=emails), op("add", "emails", [{"value": "x@example.com"}]))

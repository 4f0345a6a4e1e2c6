"""Whose failed sign-ins are counted together."""

import pytest

from config.lockout import counted_name


@pytest.mark.parametrize(
    "credentials", [{"username": " Ada@Example.com "}, {"email": "ada@example.com"}]
)
def test_letter_case_and_field_name_make_no_new_try(rf, credentials):
    assert counted_name(rf.post("/"), credentials) == "ada@example.com"


def test_the_form_is_read_where_there_are_no_credentials(rf):
    assert counted_name(rf.post("/", {"email": "Ada@x.org"}), None) == "ada@x.org"
    assert counted_name(None, None) == ""

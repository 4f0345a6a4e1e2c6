"""Paths: which attribute they lead to."""

import pytest

from directories.scim.protocol.errors import InvalidPathError, UnknownAttributeError
from directories.scim.protocol.filters import AttributePath, Comparison
from directories.scim.protocol.paths import parse_path
from directories.scim.protocol.schemas import (
    CUSTOM_SCHEMA,
    ENTERPRISE_SCHEMA,
    GROUP,
    USER_SCHEMA,
)


@pytest.mark.parametrize(
    ("text", "urn", "attribute", "sub"),
    [
        ("userName", USER_SCHEMA, "userName", None),
        ("USERNAME", USER_SCHEMA, "userName", None),
        ("name.GIVENNAME", USER_SCHEMA, "name", "givenName"),
        (f"{USER_SCHEMA}:name.familyName", USER_SCHEMA, "name", "familyName"),
        (f"{ENTERPRISE_SCHEMA}:department", ENTERPRISE_SCHEMA, "department", None),
        (f"{ENTERPRISE_SCHEMA.upper()}:manager.$REF", ENTERPRISE_SCHEMA, "manager",
         "$ref"),
        (f"{CUSTOM_SCHEMA}:basedIn", CUSTOM_SCHEMA, "basedIn", None),
        (ENTERPRISE_SCHEMA, ENTERPRISE_SCHEMA, None, None),
        ("urn:scim:schemas:core:1.0:title", USER_SCHEMA, "title", None),
        ('emails[type eq "work"]', USER_SCHEMA, "emails", None),
        ('Emails[Type eq "work"].VALUE', USER_SCHEMA, "emails", "value"),
        (f'{USER_SCHEMA}:emails[type eq "work"].value', USER_SCHEMA, "emails", "value"),
        ("meta.lastModified", USER_SCHEMA, "meta", "lastModified"),
    ],
)  # fmt: skip
def test_a_path_leads_to_its_attribute(text, urn, attribute, sub):
    path = parse_path(text)

    assert path.schema.urn == urn
    assert (path.attribute and path.attribute.name) == attribute
    assert (path.sub_attribute and path.sub_attribute.name) == sub


def test_a_filter_is_kept_with_the_path():
    expected = Comparison(AttributePath("type"), "eq", "work")

    assert parse_path('emails[type eq "work"].value').value_filter == expected
    assert parse_path('emails.type eq "work"').value_filter == expected


@pytest.mark.parametrize(
    "text",
    ["shoe", "name.shoe", "urn:x:y:z", "emails.type.x", 'shoes[a eq "b"]', "n:a"],
)
def test_an_unknown_name_is_told_apart_from_a_broken_path(text):
    with pytest.raises(InvalidPathError) as refused:
        parse_path(text)

    known_form = text not in {"emails.type.x", "n:a"}
    assert isinstance(refused.value, UnknownAttributeError) is known_form


@pytest.mark.parametrize(
    "text", ["", "a b", "emails[", "emails[]", 'x["a"]', "a" * 1025]
)
def test_a_broken_path_is_refused(text):
    with pytest.raises(InvalidPathError):
        parse_path(text)


def test_groups_have_paths_of_their_own():
    attribute = parse_path("MEMBERS.value", GROUP).attribute

    assert attribute is not None
    assert attribute.name == "members"
    with pytest.raises(UnknownAttributeError, match="no attribute of a Group"):
        parse_path("userName", GROUP)

"""Bodies, list responses, paging parameters and error messages."""

import pytest

from directories.scim.protocol import errors
from directories.scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    ScimError,
    UnsupportedMediaTypeError,
    shown,
)
from directories.scim.protocol.messages import (
    Paging,
    list_response,
    parse_body,
    read_paging,
)


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", "application/scim+json",
     "application/scim+json; charset=utf-8", 'Application/JSON;Charset="UTF-8"'],
)  # fmt: skip
def test_json_is_taken_under_every_name_it_goes_by(content_type):
    assert parse_body(b'{"a": [1, "\xc3\xa4"]}', content_type) == {"a": [1, "ä"]}


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/xml", "application/json; charset=latin-1"],
)
def test_other_media_types_are_refused(content_type):
    with pytest.raises(UnsupportedMediaTypeError, match=r"application/scim\+json"):
        parse_body(b"{}", content_type)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        (b"", "no body"),
        (b"  \n", "no body"),
        (b'{"a": 1,\n x}', "line 2, column 2"),
        (b'{"a": "\xff"}', "not valid JSON in UTF-8"),
        (b'{"a": "\\ud800"}', "line 1"),
        (b"NaN", "line 1"),
        (b"[" * 33 + b"]" * 33, "more than 32 levels"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "more than 32 levels"),
        (b"[" * 100_000, "not valid JSON"),
    ],
)
def test_a_broken_body_is_told_with_its_place(raw, place):
    with pytest.raises(InvalidSyntaxError, match=place):
        parse_body(raw, None)


def test_a_byte_order_mark_is_passed_over():
    assert parse_body(b"\xef\xbb\xbf{}", None) == {}


def test_wide_bodies_are_not_deep():
    assert parse_body(b"[" + b"{}," * 100 + b"{}]", None) == [{}] * 101


def test_a_list_response_counts_what_it_holds():
    assert list_response(7, 3, [{"id": "1"}]) == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": 7,
        "startIndex": 3,
        "itemsPerPage": 1,
        "Resources": [{"id": "1"}],
    }


@pytest.mark.parametrize(
    ("start", "count", "paging"),
    [
        (None, None, Paging(1, 100)),
        ("", " ", Paging(1, 100)),
        ("5", "10", Paging(5, 10)),
        ("0", "0", Paging(1, 0)),
        ("-3", "-3", Paging(1, 0)),
        (" +2 ", "007", Paging(2, 7)),
        ("1", "501", Paging(1, 500)),
        ("9" * 5000, "9" * 5000, Paging(10**9, 500)),
    ],
)
def test_paging_stays_within_its_bounds(start, count, paging):
    assert read_paging(start, count, 100, 500) == paging


@pytest.mark.parametrize("text", ["x", "1.5", "1e3", "\u0661", "1 2", "--1"])
def test_paging_wants_whole_numbers(text):
    with pytest.raises(InvalidValueError, match="whole number"):
        read_paging(text, None, 100, 500)


def test_an_error_body_is_plain():
    assert errors.UniquenessError("Taken.").to_body() == {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "Taken.",
    }
    assert "scimType" not in errors.NotFoundError("Gone.").to_body()


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InvalidFilterError, 400),
        (errors.NoTargetError, 400),
        (errors.TooManyError, 400),
        (errors.UnauthorizedError, 401),
        (errors.ForbiddenError, 403),
        (errors.NotFoundError, 404),
        (errors.MethodNotAllowedError, 405),
        (errors.UniquenessError, 409),
        (errors.PayloadTooLargeError, 413),
        (errors.UnsupportedMediaTypeError, 415),
        (errors.TooManyRequestsError, 429),
        (errors.InternalError, 500),
        (errors.NotImplementedScimError, 501),
    ],
)
def test_every_error_has_its_status(error: type[ScimError], status):
    assert error("x").to_body()["status"] == str(status)


def test_client_input_is_shown_short_and_clean():
    assert shown("a\x00\ud800b") == '"a??b"'
    assert len(shown("x" * 10_000)) < 100

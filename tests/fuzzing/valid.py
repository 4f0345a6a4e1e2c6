"""Requests that are mostly right, for every path of the surface."""

from hypothesis import strategies as st

from directories.scim.protocol.schemas import GROUP, RESOURCE_TYPES, ResourceType
from tests.fuzzing.bodies import Values, anything, encoded, patches, resources, seldom
from tests.fuzzing.queries import headers, query, search_messages
from tests.fuzzing.sending import Sent

_ODD_IDS = [
    "nobody",
    "00000000-0000-0000-0000-000000000007",
    "%00",
    ".search",
    "x" * 300,
]
_FIXED = [
    "/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/user", "/Schemas",
    "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "/Schemas/x", "/Me", "/Bulk",
]  # fmt: skip


def requests() -> Values:
    """Return requests of every kind."""
    kinds = [each for kind in RESOURCE_TYPES for each in _of(kind)]
    searched = st.sampled_from(["/.search", "/Users/.search", "/Groups/.search"])
    return st.one_of(
        *kinds,
        _sent("GET", st.just("/")),
        _sent("POST", searched, search_messages()),
        _sent("GET", st.sampled_from(_FIXED)),
        _sent("POST", st.just("/Bulk"), bulk_messages()),
    )


def bulk_messages() -> Values:
    """Return messages of a bulk request; some operations refer to each other."""
    operations = st.one_of(
        *(each for kind in RESOURCE_TYPES for each in _in_bulk(kind))
    )
    message = st.fixed_dictionaries(
        {"Operations": st.lists(seldom(anything, operations), max_size=5)},
        optional={"failOnErrors": st.integers(-1, 3) | st.none()},
    )
    return seldom(anything, message)


def _in_bulk(kind: ResourceType) -> list[Values]:
    mark = "group" if kind is GROUP else "user"
    names = st.sampled_from(["a", "b", "c", ""])
    members = st.lists(names.map(lambda n: {"value": f"bulkId:{n}"}), max_size=2)
    bodies = resources(kind)
    if kind is GROUP:
        bodies |= members.map(lambda m: {"displayName": "Made in bulk", "members": m})
    ids = st.sampled_from(
        [f"~{mark}{n}~" for n in range(4)] + ["bulkId:a", "nobody", ""]
    )
    one = ids.map(lambda key: f"{kind.endpoint}/{key}")
    return [
        _operation("POST", st.just(kind.endpoint), bulkId=names, data=bodies),
        _operation("PUT", one, data=bodies),
        _operation("PATCH", one, data=patches(kind)),
        _operation("DELETE", one),
    ]


def _operation(method: str, path: Values, **more: Values) -> Values:
    return st.fixed_dictionaries(
        {
            "method": seldom(st.just(method.lower()), st.just(method)),
            "path": path,
            **more,
        },
        optional={"version": st.sampled_from(['W/"1"', "*", "x"])},
    )


def _of(kind: ResourceType) -> list[Values]:
    many = st.just(kind.endpoint)
    mark = "group" if kind is GROUP else "user"
    known = st.sampled_from([f"~{mark}{n}~" for n in range(8)])
    ids = seldom(st.sampled_from(_ODD_IDS), known)
    one = ids.map(lambda key: f"{kind.endpoint}/{key}")
    return [
        _sent("GET", many),
        _sent("POST", many, resources(kind)),
        _sent("GET", one),
        _sent("PUT", one, resources(kind)),
        _sent("PATCH", one, patches(kind)),
        _sent("DELETE", one),
    ]


def _sent(method: str, path: Values, body: Values | None = None) -> Values:
    contents = st.just(b"") if body is None else body.map(encoded)
    whole = st.builds("{}{}".format, path, st.just("") | query())
    return st.builds(Sent, st.just(method), whole, contents, headers())

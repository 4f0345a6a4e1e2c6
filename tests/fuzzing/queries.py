"""What lists and searches are asked for, and the headers of requests."""

from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st

from directories.scim.protocol.schemas import GROUP, USER, each
from tests.fuzzing.bodies import ADDRESSES, NAMES, Values, anything, seldom

_MOMENTS = ["2026-01-01T00:00:00Z", "2026-11-22T04:00:00.5+01:00", "2026-02-30", ""]
_TEXTS = [*NAMES, *ADDRESSES, *_MOMENTS, "~user0~", "~group0~", "work", "%", "_", '"']
_OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "EQ"]


def _names() -> list[str]:
    found = ["nope", "a.b", "urn:x:y", "", "members.nope"]
    for kind in (USER, GROUP):
        for attribute in each(kind.attributes):
            found.append(attribute.path)
            found += [
                f"{attribute.path}.{s.name}" for s in each(attribute.sub_attributes)
            ]
        found += [a.path for e in kind.extensions for a in each(e.attributes)]
    return sorted(set(found))


names = st.sampled_from(_names())
_literals = st.sampled_from(_TEXTS).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
) | st.sampled_from(
    ["true", "false", "null", "0", "-1.5", "1e400", "10" * 12, "x", '"']
)
_comparisons = st.builds(
    "{} {} {}".format, names, st.sampled_from(_OPERATORS), _literals
) | names.map("{} pr".format)
_in_brackets = st.builds(
    "{}[{}]".format,
    st.sampled_from(["emails", "groups", "members", "addresses", "roles", "name", "x"]),
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["value", "type", "primary", "display", "nope"]),
        st.sampled_from(_OPERATORS),
        _literals,
    ),
)
filters: Values = seldom(
    st.text(max_size=20),
    st.recursive(
        _comparisons | _in_brackets,
        lambda inner: (
            st.builds(
                "({}) {} {}".format, inner, st.sampled_from(["and", "or", "OR"]), inner
            )
            | inner.map("not ({})".format)
        ),
        max_leaves=6,
    ),
)
_numbers = st.sampled_from(["0", "1", "2", "5", "-1", "1000", "9" * 30, "x", "", "+1"])
_lists = st.lists(names, max_size=4).map(",".join)
_ASKED: dict[str, Values] = {
    "filter": filters,
    "sortBy": names,
    "sortOrder": st.sampled_from(["ascending", "descending", "DESCENDING", "x", ""]),
    "startIndex": _numbers,
    "count": _numbers,
    "cursor": st.sampled_from(["", "~cursor~", "W10", "x"]) | st.text(max_size=9),
    "attributes": _lists,
    "excludedAttributes": _lists,
}


def _some(values: dict[str, Values]) -> Values:
    return st.sets(st.sampled_from(sorted(values)), max_size=4).flatmap(
        lambda chosen: st.fixed_dictionaries({name: values[name] for name in chosen})
    )


def query() -> Values:
    """Return query strings, "" among them."""
    odd = st.text(max_size=8).map(lambda text: {text: text, "filter": text})
    asked = seldom(odd, _some(_ASKED))
    return asked.map(lambda a: f"?{urlencode(a, errors='replace')}" if a else "")


def search_messages() -> Values:
    """Return bodies of a search."""
    lists = st.lists(names, max_size=4)
    as_json: dict[str, Values] = {
        **_ASKED,
        "attributes": lists | _lists,
        "excludedAttributes": lists | _lists,
        "startIndex": st.integers() | _numbers,
        "count": st.integers(-2, 60) | _numbers,
    }
    odd: dict[str, Any] = {name: value | anything for name, value in as_json.items()}
    return seldom(anything, _some(as_json) | _some(odd))


def headers() -> Values:
    """Return headers; most requests have the usual ones."""
    tags = st.sampled_from(["~tag~", "*", 'W/"1"', '"1", ~tag~', "x", "W/", '"'])
    asked = st.fixed_dictionaries(
        {
            "Content-Type": st.sampled_from(
                ["application/scim+json", "application/json; charset=utf-8", None]
            )
        },
        optional={"If-Match": tags, "If-None-Match": tags},
    )
    plain = st.just({"Content-Type": "application/scim+json"})
    odd = st.fixed_dictionaries(
        {},
        optional={
            "Content-Type": st.sampled_from(["text/plain", ";", "application/json;x"]),
            "Authorization": st.sampled_from(
                [None, "Bearer", "Bearer rck_x", "Basic x"]
            ),
            "Accept": st.sampled_from(["text/html", "application/json", "*/*", ""]),
        },
    )
    return seldom(odd, plain | asked)

"""What no schema declares: left out or kept, and noted either way."""

import copy

import pytest

from directories.scim.protocol.documents import read_group, read_user, schemas_of
from directories.scim.protocol.errors import InvalidFilterError, ScimError
from directories.scim.protocol.patch import (
    apply_user_patch,
    read_group_patch,
    read_patch,
)
from directories.scim.protocol.schemas import (
    ACCOUNT_SCHEMA,
    ENTERPRISE_SCHEMA,
    GROUP,
    GROUP_SCHEMA,
    USER_SCHEMA,
)
from directories.scim.protocol.strays import MAX_KEPT, MAX_KEPT_BYTES
from directories.scim.protocol.tolerance import (
    COMPATIBLE,
    MAX_NAMES,
    STRICT,
    Watch,
    watch,
)
from tests.scim.protocol.patching import WORK, ada, op

FOREIGN = "urn:example:params:scim:2.0:User"


@pytest.fixture
def keeping() -> Watch:
    return watch(COMPATIBLE, keeps=True)


@pytest.fixture
def dropping() -> Watch:
    return watch(COMPATIBLE)


def patched(tolerance, document, *operations):
    patch = read_patch({"Operations": list(operations)})
    return apply_user_patch(document, patch, tolerance)


SENT = ada(
    shoeSize=7,
    badge={"number": "12", "colors": ["red", {"code": 4}]},
    name={"givenName": "Ada", "petName": "Lovely"},
    emails=[{**WORK, "verified": True}],
    **{
        FOREIGN: {"costs": 1.5},
        ENTERPRISE_SCHEMA: {"department": "Math", "floor": 3},
    },
)
NAMES = [
    "shoeSize",
    "badge",
    "name.petName",
    "emails.verified",
    f"{FOREIGN}:costs",
    f"{ENTERPRISE_SCHEMA}:floor",
]


def test_all_that_is_unknown_is_kept_under_its_name(keeping):
    assert read_user(SENT, keeping) == SENT
    assert keeping.met == dict.fromkeys(NAMES, True)


def test_or_left_out_and_noted(dropping):
    assert read_user(SENT, dropping) == ada(
        name={"givenName": "Ada"},
        emails=[WORK],
        **{ENTERPRISE_SCHEMA: {"department": "Math"}},
    )
    assert dropping.met == dict.fromkeys(NAMES, False)


def test_nothing_is_noted_of_what_is_known(dropping):
    read_user(
        ada(
            USERNAME="ada",
            password="x",
            id="1",
            schemas=["urn:x:y"],
            meta={"version": "1"},
            groups=[{"value": "1", "odd": 1}],
            **{"name.givenName": "Ada", f"{ENTERPRISE_SCHEMA}:department": "Math"},
        ),
        dropping,
    )

    assert dropping.met == {}


def test_strict_refuses_what_no_schema_declares_and_notes_foreign_schemas():
    strict = watch(STRICT)
    with pytest.raises(ScimError):
        read_user(ada(shoeSize=7), strict)

    emails = [{"value": "ada@example.com"}]
    read = read_user(ada(emails=emails, roles=[], **{FOREIGN: {"costs": 1}}), strict)

    assert read == ada(emails=emails)
    assert strict.met == {"roles": False, f"{FOREIGN}:costs": False}


def test_the_urns_of_what_is_kept_are_named(keeping):
    document = read_user(SENT, keeping)

    assert schemas_of(document) == [USER_SCHEMA, FOREIGN, ENTERPRISE_SCHEMA]
    in_another_order = dict(reversed(document.items()))
    assert schemas_of(in_another_order) == schemas_of(document)


def test_a_prefixed_name_stands_under_its_urn(keeping):
    body = ada(**{f"{FOREIGN}:costs": 1, "badge.number": 2, "name.petName": "L"})

    assert read_user(body, keeping) == ada(
        badge={"number": 2}, name={"petName": "L"}, **{FOREIGN: {"costs": 1}}
    )


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_what_says_nothing_is_not_stored(keeping, nothing):
    assert read_user(ada(shoeSize=nothing), keeping) == ada()


@pytest.mark.parametrize(
    "value",
    [
        "a\x00b",
        "\ud800",
        {"a\x00": 1},
        [[[[[[1]]]]]],
        "x" * 5000,
        2**60,
        1e300,
        float("nan"),
    ],
)
def test_what_cannot_be_kept_is_left_out_and_noted(keeping, value):
    assert read_user(ada(shoeSize=value), keeping) == ada()
    assert keeping.met == {"shoeSize": False}


@pytest.mark.parametrize("name", ["a\x00b", "\udc00", "x" * 300, ""])
def test_a_name_that_cannot_be_kept_is_left_out(keeping, name):
    assert read_user({"userName": "ada", name: 1}, keeping) == ada()
    assert keeping.met == {name: False}


def test_part_of_a_known_attribute_is_kept_when_it_is_simple(keeping):
    body = ada(emails=[{**WORK, "verified": True, "seen": {"at": "now"}}])

    assert read_user(body, keeping) == ada(emails=[{**WORK, "verified": True}])
    assert keeping.met == {"emails.verified": True, "emails.seen": False}


def test_nothing_is_kept_where_clients_may_set_nothing(keeping):
    body = ada(**{ACCOUNT_SCHEMA: {"atlassianAccountId": "1", "odd": 1}})

    assert read_user(body, keeping) == ada()
    assert keeping.met == {f"{ACCOUNT_SCHEMA}:odd": False}


@pytest.mark.parametrize(
    "many",
    [
        {f"attribute{n}": n for n in range(MAX_KEPT + 1)},
        {f"attribute{n}": "x" * 4000 for n in range(1 + MAX_KEPT_BYTES // 4000)},
        {FOREIGN: {f"attribute{n}": n for n in range(MAX_KEPT + 1)}},
        {"name": {f"attribute{n}": n for n in range(MAX_KEPT + 1)}},
    ],
)
def test_more_than_fits_is_left_out_as_a_whole(keeping, many):
    assert read_user(ada(title="Dr", **many), keeping) == ada(title="Dr")
    assert set(keeping.met.values()) == {False}

    before = ada(shoeSize=7)
    after = patched(keeping, before, op("add", None, {"title": "Dr", **many}))

    assert after == ada(shoeSize=7, title="Dr")
    assert before == ada(shoeSize=7)


MANY = 100_000
HUGE = [
    [op("add", None, {f"x{n}": n for n in range(30_000)})],
    [op("add", None, {f"{FOREIGN}:x{n}": n for n in range(9_000)})],
    [op("add", None, {FOREIGN: {f"x{n}": n for n in range(MANY)}})],
    [op("add", None, {f"name.x{n}": n for n in range(30_000)})],
    [op("add", None, {f"badge.x{n}": n for n in range(30_000)})],
    [op("add", "x", list(range(MANY))), op("add", "x", list(range(MANY, 2 * MANY)))],
    [op("add", "x", list(range(MANY))), op("remove", "x", [MANY])],
    [op("add", "x", [0]), op("remove", "x", list(range(1, MANY)))] * 3,
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("operations", HUGE, ids=range(len(HUGE)))
def test_what_is_far_too_much_takes_no_longer_than_reading_it(keeping, operations):
    before = ada(title="Dr")

    after = patched(keeping, before, *operations)

    assert after in (before, {**before, "x": [0]})


def test_names_are_remembered_within_bounds(dropping):
    for each in range(3):
        read_user(ada(**{f"a{each}_{n}": 1 for n in range(150)}), dropping)

    assert len(dropping.met) == MAX_NAMES


BADGE = {"number": "12", "colors": ["red"]}
KEPT = ada(
    shoeSize=7,
    badge=BADGE,
    tags=["a", "b"],
    emails=[{**WORK, "verified": True}],
    **{FOREIGN: {"costs": 1}},
)


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (op("add", "hat", "L"), {"hat": "L"}),
        (op("replace", "shoeSize", 8), {"shoeSize": 8}),
        (op("replace", "SHOESIZE", 8), {"shoeSize": 8}),
        (op("replace", f"{USER_SCHEMA}:shoeSize", 8), {"shoeSize": 8}),
        (op("remove", "shoeSize"), {"shoeSize": None}),
        (op("add", "shoeSize", None), {}),
        (op("replace", "shoeSize", None), {"shoeSize": None}),
        (op("add", None, {"shoeSize": 8, "hat": "L"}), {"shoeSize": 8, "hat": "L"}),
        (op("add", "tags", ["b", "c"]), {"tags": ["a", "b", "c"]}),
        (op("add", "tags", "c"), {"tags": ["a", "b", "c"]}),
        (op("replace", "tags", ["c"]), {"tags": ["c"]}),
        (op("remove", "tags", ["a"]), {"tags": ["b"]}),
        (op("remove", "tags", ["a", "b"]), {"tags": None}),
        (op("add", "badge", {"size": 1}), {"badge": {**BADGE, "size": 1}}),
        (op("replace", "badge", {"number": "1"}), {"badge": {**BADGE, "number": "1"}}),
        (op("replace", "badge.number", "1"), {"badge": {**BADGE, "number": "1"}}),
        (op("remove", "badge.number"), {"badge": {"colors": ["red"]}}),
        (op("add", "hat.size", "L"), {"hat": {"size": "L"}}),
        (op("add", "shoeSize.left", 7), {}),
        (op("add", f"{FOREIGN}:hat", "L"), {FOREIGN: {"costs": 1, "hat": "L"}}),
        (op("replace", f"{FOREIGN}:costs", 2), {FOREIGN: {"costs": 2}}),
        (op("remove", f"{FOREIGN}:costs"), {FOREIGN: None}),
        (op("remove", FOREIGN), {FOREIGN: None}),
        (op("remove", FOREIGN.lower()), {FOREIGN: None}),
        (op("add", FOREIGN, {"hat": 1}), {FOREIGN: {"costs": 1, "hat": 1}}),
        (op("add", None, {FOREIGN: {"hat": 1}}), {FOREIGN: {"costs": 1, "hat": 1}}),
        (op("add", "urn:foo:bar:attr", 5), {"urn:foo:bar": {"attr": 5}}),
        (op("add", "urn:foo:bar:baz", {"a": 5}), {"urn:foo:bar:baz": {"a": 5}}),
        (op("add", f"{ENTERPRISE_SCHEMA}:floor", 3), {ENTERPRISE_SCHEMA: {"floor": 3}}),
        (
            op("add", None, {ENTERPRISE_SCHEMA: {"floor": 3}}),
            {ENTERPRISE_SCHEMA: {"floor": 3}},
        ),
        (op("add", "name.petName", "Lovely"), {"name": {"petName": "Lovely"}}),
        (op("add", "name", {"petName": "L"}), {"name": {"petName": "L"}}),
        (
            op("add", 'emails[type eq "work"].label', "new"),
            {"emails": [{**WORK, "verified": True, "label": "new"}]},
        ),
        (op("remove", 'emails[type eq "work"].Verified'), {"emails": [WORK]}),
        (
            op("replace", "emails.verified", 5),
            {"emails": [{**WORK, "verified": 5}]},
        ),
        (op("add", 'emails[type eq "work"].seen', {"at": 1}), {}),
        (op("add", 'tags[value eq "a"].x', 1), {}),
    ],
)
def test_what_is_kept_can_be_patched(keeping, operation, changes):
    before = copy.deepcopy(KEPT)
    expected = {k: v for k, v in {**KEPT, **changes}.items() if v is not None}

    assert patched(keeping, before, operation) == expected
    assert before == KEPT
    assert keeping.met


def test_what_is_kept_stays_as_long_as_nobody_names_it(dropping):
    after = patched(dropping, KEPT, op("replace", "title", "Dr"))

    assert after == {**KEPT, "title": "Dr"}
    assert dropping.met == {}


def test_a_patch_that_leaves_out_notes_the_path_without_its_filter(dropping):
    operations = [
        op("add", 'emails[type eq "work"].label', "x"),
        op("add", f"{FOREIGN}:costs", 1),
        op("add", None, {"badge.number": 1}),
        op("remove", "shoeSize"),
    ]

    assert patched(dropping, ada(emails=[WORK]), *operations) == ada(emails=[WORK])
    assert list(dropping.met) == [
        "emails.label",
        f"{FOREIGN}:costs",
        "badge.number",
        "shoeSize",
    ]


def test_a_filter_by_what_is_unknown_is_refused(keeping):
    with pytest.raises(InvalidFilterError):
        patched(keeping, KEPT, op("add", "emails[verified eq true].value", "x"))


CREW = {"displayName": "Crew"}


def test_groups_keep_what_is_unknown_too(keeping):
    body = {**CREW, "color": "red", FOREIGN: {"costs": 1}, "members": []}

    document, members = read_group(body, keeping)

    assert document == {**CREW, "color": "red", FOREIGN: {"costs": 1}}
    assert members == []
    assert schemas_of(document, GROUP) == [GROUP_SCHEMA, FOREIGN]
    assert list(keeping.met) == ["color", f"{FOREIGN}:costs"]


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (op("add", "size", 5), {"size": 5}),
        (op("add", None, {"size": 5, "displayName": "X"}),
         {"size": 5, "displayName": "X"}),
        (op("replace", "color", "blue"), {"color": "blue"}),
        (op("remove", f"{GROUP_SCHEMA}:color"), {"color": None}),
        (op("add", f"{FOREIGN}:hat", 1), {FOREIGN: {"costs": 1, "hat": 1}}),
        (op("add", None, {f"attribute{n}": n for n in range(MAX_KEPT + 1)}), {}),
    ],
)  # fmt: skip
def test_what_groups_keep_can_be_patched(keeping, operation, changes):
    before = {**CREW, "color": "red", FOREIGN: {"costs": 1}}
    expected = {k: v for k, v in {**before, **changes}.items() if v is not None}
    change = read_group_patch(read_patch({"Operations": [operation]}), keeping)

    assert change.apply(before) == expected
    assert keeping.met


def test_group_patches_that_leave_out_note_it(dropping):
    patch = read_patch({"Operations": [op("add", "size", 5)]})

    assert read_group_patch(patch, dropping).apply(CREW) == CREW
    assert dropping.met == {"size": False}

"""What becomes of the users that clients send."""

import pytest

from directories.scim.protocol.documents import (
    COMPATIBLE,
    STRICT,
    email_of,
    is_address,
    read_user,
    schemas_of,
)
from directories.scim.protocol.errors import (
    InvalidSyntaxError,
    InvalidValueError,
    ScimError,
)
from directories.scim.protocol.schemas import (
    CUSTOM_SCHEMA,
    ENTERPRISE_SCHEMA,
    USER_SCHEMA,
)


def user(**attributes: object) -> dict[str, object]:
    return {"userName": "ada@example.com", **attributes}


def test_names_come_out_in_the_schemas_spelling():
    body = {"USERNAME": "Ada", "Name": {"givenname": "Ada"}, "timeZone": "Asia/Tokyo"}

    assert read_user(body) == {
        "userName": "Ada",
        "name": {"givenName": "Ada"},
        "timezone": "Asia/Tokyo",
    }


def test_letter_case_of_values_is_kept():
    assert read_user({"userName": "Ada@Example.com"})["userName"] == "Ada@Example.com"


def test_what_the_server_manages_is_dropped():
    body = user(
        id="1",
        meta={"resourceType": "User"},
        schemas=[USER_SCHEMA],
        groups=[{"value": "g"}],
        password="secret",
    )

    assert read_user(body) == user()


def test_what_get_returned_can_be_put_back():
    account = {"urn:scim:schemas:extension:atlassian-external:1.0": {"x": "1"}}

    assert read_user(user(**account, id="1", groups=[])) == user()


def test_nulls_and_empty_parts_are_dropped():
    body = user(title=None, emails=[], roles=[None, {}], name={"givenName": None})

    assert read_user(body) == user()


def test_an_empty_string_is_a_value():
    assert read_user(user(name={"middleName": ""}))["name"] == {"middleName": ""}


@pytest.mark.parametrize("name", [None, "", "   "])
def test_a_user_name_is_required(name):
    with pytest.raises(InvalidValueError, match="userName is required"):
        read_user({"userName": name})


@pytest.mark.parametrize("body", [None, [], "x", 1, True])
def test_a_body_is_an_object(body):
    with pytest.raises(InvalidSyntaxError, match="must be a JSON object"):
        read_user(body)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"userName": ["a"]}, "userName must be a string, not a list"),
        ({"userName": True}, "userName must be a string, not a boolean"),
        (user(active="yes"), "active must be true or false"),
        (user(active=1), "active must be true or false, not a number"),
        (user(name="Ada"), "name must be an object, not a string"),
        (user(emails=True), "emails must be a list, not a boolean"),
        (user(emails=[[]]), "emails must be an object, not a list"),
        (user(emails=[{"value": {}}]), "emails.value must be a string"),
        (user(emails=[{"primary": "no"}]), "emails.primary must be true or false"),
        (user(**{ENTERPRISE_SCHEMA: "x"}), "enterprise:2.0:User must be an object"),
        (user(title="a\x00b"), "title holds a NUL character"),
        (user(title="\ud800"), "title holds half of a surrogate pair"),
        (user(userName="a" * 256), "userName has 256 characters; at most 255"),
        (user(externalId="a" * 256), "externalId has 256 characters; at most 255"),
        (user(emails=[{"value": "a" * 255}]), "emails.value has 255 characters"),
        (user(title="a" * 4097), "title has 4097 characters; at most 4096"),
        (user(roles=["a"] * 501), "roles has 501 values; at most 500"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(body, named):
    with pytest.raises(InvalidValueError) as refused:
        read_user(body)

    assert named in refused.value.detail


def test_strings_stand_for_booleans():
    document = read_user(
        user(active="False", roles=[{"value": "reader", "primary": "True"}])
    )

    assert document["active"] is False
    assert document["roles"] == [{"value": "reader", "primary": True}]


@pytest.mark.parametrize(
    "emails", [{"value": "a@example.com"}, "a@example.com", ["a@example.com"]]
)
def test_one_value_stands_for_a_list(emails):
    assert read_user(user(emails=emails))["emails"] == [{"value": "a@example.com"}]


def test_a_number_stands_for_a_string():
    body = user(title=7, **{ENTERPRISE_SCHEMA: {"employeeNumber": 1001}})

    document = read_user(body)

    assert document["title"] == "7"
    assert document[ENTERPRISE_SCHEMA] == {"employeeNumber": "1001"}


@pytest.mark.parametrize("manager", ["m1", {"value": "m1", "displayName": "Boss"}])
def test_a_manager_is_an_id_or_an_object(manager):
    document = read_user(user(**{ENTERPRISE_SCHEMA: {"manager": manager}}))

    assert document[ENTERPRISE_SCHEMA] == {"manager": {"value": "m1"}}


@pytest.mark.parametrize("manager", ["", None, {}, {"value": ""}, {"managerId": "1"}])
def test_an_empty_manager_is_none(manager):
    assert read_user(user(**{ENTERPRISE_SCHEMA: {"manager": manager}})) == user()


def test_dotted_and_qualified_keys_find_their_place():
    body = {
        f"{USER_SCHEMA}:userName": "ada@example.com",
        "name.givenName": "Ada",
        "name": {"familyName": "Byron"},
        f"{ENTERPRISE_SCHEMA}:department": "Lab",
        f"{ENTERPRISE_SCHEMA.upper()}:MANAGER.VALUE": "m1",
        f"{CUSTOM_SCHEMA}:basedIn": "Tokyo",
    }

    assert read_user(body) == {
        "userName": "ada@example.com",
        "name": {"givenName": "Ada", "familyName": "Byron"},
        ENTERPRISE_SCHEMA: {"department": "Lab", "manager": {"value": "m1"}},
        CUSTOM_SCHEMA: {"basedIn": "Tokyo"},
    }


def test_flat_department_is_not_the_extensions():
    body = user(department="A", organization="B")

    assert read_user(body) == body


def test_foreign_schemas_and_their_data_are_passed_over():
    body = user(schemas=["urn:x:y"], **{"urn:x:y": {"a": 1}, "urn:x:y:z": 1})

    assert read_user(body) == user()


def test_scim_1_names_of_the_extension_are_understood():
    body = user(**{"urn:scim:schemas:extension:enterprise:1.0": {"department": "A"}})

    assert read_user(body)[ENTERPRISE_SCHEMA] == {"department": "A"}


def test_repeated_emails_are_merged():
    body = user(
        emails=[
            {"value": "a@example.com", "type": "work"},
            {"value": "A@example.com", "type": "Work", "primary": True},
        ]
    )

    assert read_user(body)["emails"] == [
        {"value": "a@example.com", "type": "work", "primary": True}
    ]


def test_of_two_primary_emails_the_first_stays():
    body = user(
        emails=[
            {"value": "a@example.com", "primary": True},
            {"value": "b@example.com", "primary": True},
        ]
    )

    assert [each["primary"] for each in read_user(body)["emails"]] == [True, False]
    with pytest.raises(InvalidValueError, match="2 primary values"):
        read_user(body, STRICT)


def test_a_value_that_says_only_its_type_is_dropped():
    body = user(emails=[{"type": "work", "value": "", "primary": True}])

    assert read_user(body) == user()


@pytest.mark.parametrize(
    "body",
    [
        user(emails={"value": "a@example.com"}),
        user(emails="a@example.com"),
        user(title=7),
        user(shoeSize="7"),
        user(emails=[{"value": "a", "shoe": "7"}]),
    ],
)
def test_strict_refuses_what_compatible_takes(body):
    read_user(body, COMPATIBLE)

    with pytest.raises(ScimError):
        read_user(body, STRICT)


def test_strict_takes_what_entra_sends():
    body = user(
        schemas=["urn:x:foreign"],
        active="True",
        emails=[{"value": "ada@example.com"}],
        **{ENTERPRISE_SCHEMA: {"manager": "m1"}, "name.givenName": "Ada"},
    )

    assert read_user(body, STRICT)["active"] is True


@pytest.mark.parametrize(
    ("emails", "found"),
    [
        ([{"value": "a@b.io"}, {"value": "p@b.io", "primary": True}], "p@b.io"),
        ([{"value": "a@b.io", "type": "home"}, {"value": "w@b.io", "type": "Work"}],
         "w@b.io"),
        ([{"value": "a@b.io"}, {"value": "c@b.io"}], "a@b.io"),
        ([{"value": "nobody", "primary": True}, {"value": "c@b.io"}], "c@b.io"),
        ([], "ada@example.com"),
    ],
)  # fmt: skip
def test_the_address_is_primary_then_work_then_first_then_user_name(emails, found):
    assert email_of(user(emails=emails)) == found


def test_there_may_be_no_address():
    assert email_of({"userName": "ada"}) == ""


@pytest.mark.parametrize("text", ["a@b.io", "ünï@例え.jp", "a+b@c-d.example.org"])
def test_these_are_addresses(text):
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a@b",
        "@b.io",
        "a@.io",
        "a b@c.io",
        "a@b@c.io",
        "A <a@b.io>",
        "a@b.io\n",
    ],
)
def test_these_are_no_addresses(text):
    assert not is_address(text)


def test_schemas_follow_from_what_is_there():
    document = {"userName": "a", ENTERPRISE_SCHEMA: {"department": "A"}}

    assert schemas_of(document) == [USER_SCHEMA, ENTERPRISE_SCHEMA]


@pytest.mark.parametrize("emails", [None, [], [{"value": "nobody"}]])
def test_strict_takes_nobody_without_an_address(emails):
    assert read_user(user(emails=emails))

    with pytest.raises(InvalidValueError, match="mails"):
        read_user({"userName": "ada", "emails": emails}, STRICT)

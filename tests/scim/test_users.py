"""Users over HTTP: create, read, replace, change, delete."""

import uuid

import pytest

from directories.models import Account, UserRecord
from provisioning.models import Group
from tests.scim.client import refusal

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ACCOUNT = "urn:scim:schemas:extension:atlassian-external:1.0"
NAMES = ["Zoë Ñandú", "山田 太郎", "Ольга", "👩🏽‍💻 Ada", "e\u0301tienne"]


def test_create_answers_with_the_user_and_its_location(scim):
    answer = scim.post("/Users", {"userName": "Ada@example.com", "title": "Lead"})

    user = answer.json()
    assert answer.status_code == 201
    assert user["schemas"] == [USER, ACCOUNT]
    assert (user["userName"], user["title"]) == ("Ada@example.com", "Lead")
    assert user["active"] is True
    assert answer["Location"] == user["meta"]["location"]
    assert user["meta"]["location"].endswith(f"{scim.base}/Users/{user['id']}")


def test_create_names_the_linked_account(scim):
    user = scim.user("ada@example.com")

    account = Account.objects.get(email_key="ada@example.com")
    assert user[ACCOUNT] == {"atlassianAccountId": account.public_id.hex}


def test_create_names_no_account_that_another_may_own(scim):
    user = scim.user("ada@elsewhere.example")

    account = Account.objects.get(email_key="ada@elsewhere.example")
    told = f'{ACCOUNT}:atlassianAccountId eq "{account.public_id.hex}"'
    assert ACCOUNT not in user
    assert scim.get(f"/Users?filter={told}").json()["totalResults"] == 0


def test_created_is_last_modified_on_create(scim):
    meta = scim.user()["meta"]

    assert meta["created"] == meta["lastModified"]
    assert meta["resourceType"] == "User"


def test_get_returns_what_create_answered(scim):
    user = scim.user(name={"givenName": "Ada"}, emails=[{"value": "ada@example.com"}])

    answer = scim.get(f"/Users/{user['id']}")

    assert answer.status_code == 200
    assert answer.json() == {**user, "groups": []}


def test_password_is_taken_and_never_seen_again(scim):
    user = scim.user(password="Correct1horse")

    assert "password" not in user
    assert "horse" not in str(list(UserRecord.objects.values()))


@pytest.mark.parametrize("name", NAMES)
def test_names_come_back_as_they_were_sent(scim, name):
    user = scim.user(name, displayName=name, nickName=name)

    found = scim.get(f"/Users/{user['id']}").json()
    assert found["userName"] == found["displayName"] == found["nickName"] == name


def test_user_name_keeps_its_case(scim):
    user = scim.user("Ada.LOVELACE@Example.COM")

    assert user["userName"] == "Ada.LOVELACE@Example.COM"


def test_put_replaces_what_it_names_and_clears_the_rest(scim):
    user = scim.user(title="Lead", nickName="ada")

    answer = scim.put(
        f"/Users/{user['id']}", {"userName": "ada@example.com", "nickName": "Countess"}
    )

    assert answer.status_code == 200
    assert answer.json()["nickName"] == "Countess"
    assert "title" not in answer.json()


def test_put_without_active_keeps_it(scim):
    user = scim.user(active=False)

    answer = scim.put(f"/Users/{user['id']}", {"userName": "ada@example.com"})

    assert answer.json()["active"] is False


def test_put_ignores_what_is_read_only(scim):
    user = scim.user()
    body = {**user, "id": str(uuid.uuid4()), "meta": {"created": "x"}, "groups": [{}]}

    answer = scim.put(f"/Users/{user['id']}", body)

    assert answer.status_code == 200
    assert answer.json() == user


def test_put_may_rename(scim):
    user = scim.user()

    answer = scim.put(f"/Users/{user['id']}", {"userName": "ada.king@example.com"})

    assert answer.json()["userName"] == "ada.king@example.com"
    assert answer.json()["meta"]["created"] == user["meta"]["created"]
    assert answer.json()["meta"]["lastModified"] > user["meta"]["lastModified"]


def test_patch_changes_what_it_names(scim):
    user = scim.user(title="Lead", **{ENTERPRISE: {"department": "R&D"}})

    answer = scim.patch(
        f"/Users/{user['id']}",
        [
            {"op": "Replace", "path": "title", "value": "Head"},
            {"op": "add", "path": f"{ENTERPRISE}:costCenter", "value": "C1"},
        ],
    )

    assert answer.status_code == 200
    assert answer.json()["title"] == "Head"
    assert answer.json()[ENTERPRISE] == {"department": "R&D", "costCenter": "C1"}
    assert answer["Location"] == user["meta"]["location"]


def test_patch_deactivates_in_entras_words(scim):
    user = scim.user()

    answer = scim.patch(
        f"/Users/{user['id']}", [{"op": "Replace", "path": "active", "value": "False"}]
    )

    assert answer.json()["active"] is False
    assert Account.objects.get().status == Account.Status.DEACTIVATED


def test_a_failed_operation_undoes_the_whole_patch(scim, nothing_written):
    user = scim.user(title="Lead")

    with nothing_written():
        answer = scim.patch(
            f"/Users/{user['id']}",
            [
                {"op": "replace", "path": "title", "value": "Head"},
                {"op": "remove", "path": "userName"},
            ],
        )

    assert "Operation 2" in refusal(answer, 400, "mutability")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_write_that_changes_nothing_writes_nothing(scim, nothing_written, method):
    user = scim.user(title="Lead", emails=[{"value": "ada@example.com"}])
    same = {
        "put": user,
        "patch": [{"op": "replace", "value": {"title": "Lead", "active": "True"}}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(f"/Users/{user['id']}", same)

    assert answer.json()["meta"] == user["meta"]


def test_delete_forgets_the_user(scim):
    user = scim.user()

    answer = scim.delete(f"/Users/{user['id']}")

    assert (answer.status_code, answer.content) == (204, b"")
    refusal(scim.get(f"/Users/{user['id']}"), 404)
    refusal(scim.delete(f"/Users/{user['id']}"), 404)


def test_a_deleted_user_leaves_groups(scim):
    ada, bob = scim.user("ada@example.com"), scim.user("bob@example.com")
    group = scim.group("Crew", ada["id"], bob["id"])

    scim.delete(f"/Users/{ada['id']}")

    assert scim.members(group["id"]) == {bob["id"]}
    assert [a.email for a in Group.objects.get().members.all()] == ["bob@example.com"]


def test_a_deleted_user_may_come_back(scim):
    first = scim.user()
    scim.delete(f"/Users/{first['id']}")

    second = scim.user()

    assert second["id"] != first["id"]
    assert second[ACCOUNT] == first[ACCOUNT]


def test_groups_are_shown_on_the_user(scim):
    user = scim.user()
    group = scim.group("Crew", user["id"])

    (shown,) = scim.get(f"/Users/{user['id']}").json()["groups"]

    assert shown == {
        "value": group["id"],
        "display": "Crew",
        "type": "direct",
        "$ref": group["meta"]["location"],
    }


def test_inactive_people_stay_findable(scim):
    user = scim.user(active=False)

    assert scim.get(f"/Users/{user['id']}").json()["active"] is False
    assert scim.get("/Users").json()["totalResults"] == 1


@pytest.mark.parametrize("domain", ["example.com", "elsewhere.example"])
def test_who_comes_back_is_in_their_groups_again(scim, domain):
    user = scim.user(f"ada@{domain}")["id"]
    scim.group("Crew", user)
    path, switch = f"/Users/{user}", {"op": "replace", "path": "active"}

    scim.patch(path, [{**switch, "value": False}])
    away = Account.objects.filter(member_groups__name="Crew", status="active").exists()
    scim.patch(path, [{**switch, "value": True}])

    assert not away
    assert Account.objects.get(member_groups__name="Crew").status == "active"


def test_an_email_that_is_named_twice_is_kept_once(scim):
    work = {"value": "ada@example.com", "type": "work"}
    home = work | {"type": "home"}

    user = scim.user("ada", emails=[work, work | {"primary": True}, home])
    add = [{"op": "add", "path": "emails", "value": [home]}]
    patched = scim.patch(f"/Users/{user['id']}", add).json()

    assert user["emails"] == patched["emails"] == [work | {"primary": True}, home]
    assert patched["meta"] == user["meta"]


@pytest.mark.parametrize("active", [True, False])
def test_active_that_is_removed_stays_as_it_was(scim, active):
    path = f"/Users/{scim.user('ada', active=active)['id']}"

    removed = scim.patch(path, [{"op": "remove", "path": "active"}]).json()
    scim.patch(path, [{"op": "add", "path": "title", "value": "Lead"}])
    scim.put(path, {"userName": "ada", "title": "Chief"})

    assert "active" not in removed
    assert UserRecord.objects.get().active is active

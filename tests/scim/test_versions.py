"""Versions of users and groups: who changes what, and who knows what already."""

import pytest

from directories.models import UserRecord
from tests.factories.directories import AccountFactory
from tests.scim.client import refusal, values

RENAME = {
    "Users": [{"op": "replace", "path": "title", "value": "Captain"}],
    "Groups": [{"op": "replace", "path": "displayName", "value": "Band"}],
}


@pytest.fixture(params=["Users", "Groups"])
def kind(request):
    """Go through both kinds of resources."""
    return request.param


@pytest.fixture
def path(scim, kind):
    """Return the path of a user, or of a group with that user."""
    user = scim.user("ada@example.com", emails=[{"value": "ada@example.com"}])
    if kind == "Users":
        return f"/Users/{user['id']}"
    return f"/Groups/{scim.group('Crew', user['id'], externalId='g-1')['id']}"


def version(answer):
    tag = answer["ETag"]
    assert answer.json()["meta"]["version"] == tag
    assert tag.startswith('W/"')
    return tag


def test_every_answer_with_a_resource_has_its_version(scim, kind, path):
    body = {"userName": "eve", "displayName": "Team"}
    created = version(scim.post(f"/{kind}", body))
    read = version(scim.get(path))
    patched = version(scim.patch(path, RENAME[kind]))
    replaced = version(scim.put(path, body | {"userName": "fay", "displayName": "F"}))

    assert created
    assert len({read, patched, replaced}) == 3
    assert version(scim.get(path)) == replaced
    assert scim.request("HEAD", path)["ETag"] == replaced
    listed = scim.get(f"/{kind}?count=1").json()["Resources"][0]
    assert listed["meta"]["version"] == replaced


def test_the_version_is_chosen_like_any_other_attribute(scim, path):
    answer = scim.get(f"{path}?attributes=meta.version")
    without = scim.get(f"{path}?excludedAttributes=meta.version")

    assert answer.json()["meta"] == {"version": answer["ETag"]}
    assert "version" not in without.json()["meta"]
    assert without["ETag"] == answer["ETag"]


def test_what_a_reader_has_is_not_sent_again(scim, path):
    tag = scim.get(path)["ETag"]

    for known in (tag, f'"x", {tag}', "*", tag.removeprefix("W/"), tag[3:-1]):
        answer = scim.get(path, if_none_match=known)

        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == tag
    for other in ('W/"x"', '"', ",", 'W/""'):
        assert scim.get(path, if_none_match=other).status_code == 200


def test_a_write_with_the_current_version_is_done(scim, kind, path):
    for condition in (scim.get(path)["ETag"], "*"):
        operations = RENAME[kind]

        assert scim.patch(path, operations, if_match=condition).status_code == 200
    body = {"userName": "eve", "displayName": "Team"}
    tag = scim.get(path)["ETag"]
    assert scim.put(path, body, if_match=f'W/"x", {tag}').status_code == 200
    assert scim.delete(path, if_match=scim.get(path)["ETag"]).status_code == 204


@pytest.mark.parametrize(
    "condition",
    ['W/"x"', '"0"', 'W/"1", W/"x"', "1", "W/", "rubbish é".encode()],
)
def test_a_write_to_another_version_changes_nothing(
    scim, nothing_written, kind, path, condition
):
    body = {"userName": "eve", "displayName": "Team"}
    scim.patch(path, RENAME[kind])
    condition = condition if isinstance(condition, str) else condition.decode("latin-1")

    with nothing_written():
        for answer in (
            scim.put(path, body, if_match=condition),
            scim.patch(path, RENAME[kind], if_match=condition),
            scim.patch(path, [{"op": "add", "value": {}}], if_match=condition),
            scim.delete(path, if_match=condition),
        ):
            assert "Read it again" in refusal(answer, 412)
    assert not scim.log().exists()


def test_a_write_that_rules_out_the_version_changes_nothing(scim, kind, path):
    refusal(scim.patch(path, RENAME[kind], if_none_match="*"), 412)
    assert scim.patch(path, RENAME[kind], if_none_match='"x"').status_code == 200


def test_what_is_not_there_is_not_found_whatever_the_condition(scim, kind, path):
    scim.delete(path)

    refusal(scim.delete(path, if_match="*"), 404)
    refusal(scim.get(path, if_none_match="*"), 404)


def test_putting_back_what_was_read_changes_nothing(scim, nothing_written, path):
    for _ in range(2):
        read = scim.get(path)

        with nothing_written():
            put = scim.put(path, read.json(), if_match=read["ETag"])

        assert put.status_code == 200
        assert put.json() == scim.get(path).json() == read.json()


def test_a_change_to_what_it_was_changes_nothing(scim, kind, path):
    changed = scim.patch(path, RENAME[kind])
    again = scim.patch(path, RENAME[kind])

    assert again["ETag"] == changed["ETag"]
    assert again.json() == changed.json()


def test_two_changes_at_one_instant_are_two_versions(scim, kind, path, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    before = scim.get(path)["ETag"]
    scim.patch(path, RENAME[kind])
    first = scim.get(path)
    scim.put(path, {"userName": "eve", "displayName": "Team"})
    second = scim.get(path)

    assert len({before, first["ETag"], second["ETag"]}) == 3
    moments = {each.json()["meta"]["lastModified"] for each in (first, second)}
    assert moments == {"2026-03-01T12:00:00.000000Z"}


def test_members_who_come_and_go_change_the_group(scim):
    ada, bob = scim.user("ada")["id"], scim.user("bob")["id"]
    path = f"/Groups/{scim.group('Crew')['id']}"
    seen = [scim.get(path)["ETag"]]

    def change(*operations):
        scim.patch(path, list(operations))
        seen.append(scim.get(path)["ETag"])

    change({"op": "add", "path": "members", "value": values(ada, bob)})
    change({"op": "add", "path": "members", "value": values(bob)})
    assert seen[1] == seen[2]
    change({"op": "remove", "path": f'members[value eq "{ada}"]'})
    scim.delete(f"/Users/{bob}")
    seen.append(scim.get(path)["ETag"])

    assert len(set(seen)) == 4


def test_a_deleted_member_is_seen_in_when_the_group_changed(scim, time_machine):
    time_machine.move_to("2026-03-01T12:00:00Z", tick=False)
    ada = scim.user("ada")["id"]
    path = f"/Groups/{scim.group('Crew', ada)['id']}"
    time_machine.move_to("2026-03-02T12:00:00Z", tick=False)
    scim.delete(f"/Users/{ada}")

    meta = scim.get(path).json()["meta"]

    assert meta["created"] == "2026-03-01T12:00:00.000000Z"
    assert meta["lastModified"] == "2026-03-02T12:00:00.000000Z"


def test_a_large_group_answers_with_its_version_alone(scim, settings):
    settings.SCIM_MEMBERS_IN_WRITE_ANSWER = 0
    ada = scim.user("ada")["id"]
    path = f"/Groups/{scim.group('Crew')['id']}"

    answer = scim.patch(path, [{"op": "add", "path": "members", "value": values(ada)}])

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["ETag"] == scim.get(path)["ETag"]


def test_an_account_that_is_linked_without_a_push_changes_the_person(scim):
    user = scim.user("ada@example.com", active=False)
    path = f"/Users/{user['id']}"
    before = scim.get(path)
    account = AccountFactory.create(managed_by=scim.directory.organization)
    UserRecord.objects.update(account=account, link_state="linked")

    after = scim.get(path)

    assert before.json() != after.json()
    assert version(before) != version(after)


def test_of_two_who_saw_the_same_version_one_is_refused(scim, kind, path):
    tag = scim.get(path)["ETag"]

    first = scim.patch(path, RENAME[kind], if_match=tag)
    second = scim.patch(path, RENAME[kind], if_match=tag)

    assert first.status_code == 200
    refusal(second, 412)

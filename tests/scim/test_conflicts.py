"""What is taken: 409, the resource left as it was, and word to the admin."""

import pytest

from directories.models import Account, RoleAssignment, UserRecord
from directories.services import organizations
from provisioning.models import Group
from tests.factories.provisioning import GroupFactory
from tests.scim.client import add_organization, refusal


def work(address):
    return [{"value": address, "type": "work", "primary": True}]


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada "])
def test_a_user_name_is_taken_whatever_its_case(scim, nothing_written, name):
    scim.user("ada", emails=work("ada@example.com"))

    with nothing_written():
        answer = scim.post("/Users", {"userName": name})

    assert f"userName[{name}]" in refusal(answer, 409, "uniqueness")
    entry = scim.log().get()
    assert (entry.kind, entry.subject) == ("user_name_taken", "user")
    assert entry.subject_name == name
    assert "It belongs to ada" in entry.advice


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_user_cannot_take_anothers_name(scim, nothing_written, method):
    scim.user("ada")
    bob = scim.user("bob")
    body = {
        "put": {"userName": "Ada"},
        "patch": [{"op": "replace", "path": "userName", "value": "Ada"}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(f"/Users/{bob['id']}", body)

    assert "userName[Ada]" in refusal(answer, 409, "uniqueness")


@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_an_email_is_taken_whatever_its_case(scim, nothing_written, method):
    scim.user("ada", emails=work("ada@example.com"))
    bob = scim.user("bob")
    path = "/Users" if method == "post" else f"/Users/{bob['id']}"
    body = {
        "post": {"userName": "eve", "emails": work("ADA@example.com")},
        "put": {"userName": "bob", "emails": work("ADA@example.com")},
        "patch": [{"op": "add", "path": "emails", "value": work("ADA@example.com")}],
    }[method]

    with nothing_written():
        answer = getattr(scim, method)(path, body)

    assert "email[ADA@example.com]" in refusal(answer, 409, "uniqueness")
    assert scim.log().get(kind="person_email_taken").subject_name == "ADA@example.com"


def test_a_deleted_users_name_and_email_are_free(scim):
    scim.delete(f"/Users/{scim.user('ada', emails=work('ada@example.com'))['id']}")

    scim.user("ada", emails=work("ada@example.com"))


def test_an_external_id_may_be_anothers(scim):
    scim.user("ada", externalId="x-1")
    scim.user("bob", externalId="x-1")
    scim.group("Crew", externalId="x-1")
    scim.group("Team", externalId="x-1")

    assert scim.get('/Users?filter=externalId eq "x-1"').json()["totalResults"] == 2


@pytest.mark.parametrize("name", ["Crew", "CREW", " crew "])
def test_a_group_name_is_taken_whatever_its_case(scim, nothing_written, name):
    scim.group("Crew")

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": name})

    assert f"displayName[{name}]" in refusal(answer, 409, "uniqueness")
    entry = scim.log().get()
    assert (entry.kind, entry.subject) == ("group_name_taken", "group")
    assert entry.subject_name == name


def test_a_group_cannot_take_anothers_name(scim, nothing_written):
    scim.group("Crew")
    team = scim.group("Team", scim.user()["id"])

    with nothing_written():
        answer = scim.patch(
            f"/Groups/{team['id']}",
            [
                {"op": "remove", "path": "members"},
                {"op": "replace", "path": "displayName", "value": "crew"},
            ],
        )

    assert "displayName[crew]" in refusal(answer, 409, "uniqueness")


@pytest.mark.parametrize("name", ["org-admins", "Site-Admins", "administrators"])
def test_a_built_in_groups_name_is_refused(scim, nothing_written, name):
    with nothing_written():
        answer = scim.post("/Groups", {"displayName": name})

    refusal(answer, 409, "uniqueness")
    assert scim.log().get().kind == "built_in_group"


def test_a_default_groups_name_is_refused(scim, nothing_written):
    GroupFactory.create(
        organization=scim.directory.organization, name="jira-users", kind="default"
    )

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": "Jira-Users"})

    refusal(answer, 409, "uniqueness")
    assert scim.log().get().kind == "default_group"


def test_another_directorys_group_name_is_refused(scim, second, nothing_written):
    second.group("Crew")

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": "crew"})

    refusal(answer, 409, "uniqueness")
    assert scim.log().get().kind == "group_of_other_directory"


def test_a_local_groups_name_waits_for_review(scim):
    GroupFactory.create(organization=scim.directory.organization, name="Crew")

    group = scim.group("Crew", scim.user()["id"])

    assert len(scim.members(group["id"])) == 1
    assert not Group.objects.filter(kind="synced").exists()
    assert scim.log().get().kind == "local_group_same_name"


def test_strict_mode_refuses_a_local_groups_name(scim, nothing_written):
    GroupFactory.create(organization=scim.directory.organization, name="Crew")
    scim.directory.mode = "strict"
    scim.directory.save()

    with nothing_written():
        answer = scim.post("/Groups", {"displayName": "Crew"})

    refusal(answer, 409, "uniqueness")


def test_a_group_that_waited_gets_its_members_under_a_free_name(scim):
    GroupFactory.create(organization=scim.directory.organization, name="Crew")
    group = scim.group("Crew", scim.user()["id"])

    scim.patch(
        f"/Groups/{group['id']}",
        [{"op": "replace", "path": "displayName", "value": "Crew 2"}],
    )

    assert Group.objects.get(kind="synced").members.count() == 1


def test_a_rename_that_waited_is_applied_when_pushed_again(scim):
    local = GroupFactory.create(organization=scim.directory.organization, name="Team")
    group = scim.group("Crew")
    rename = [{"op": "replace", "path": "displayName", "value": "Team"}]
    scim.patch(f"/Groups/{group['id']}", rename)
    assert Group.objects.get(kind="synced").name == "Crew"
    local.delete()

    scim.patch(f"/Groups/{group['id']}", rename)

    assert Group.objects.get(kind="synced").name == "Team"


def test_an_address_of_another_organizations_domain_is_refused(scim, nothing_written):
    add_organization("Globex", "globex.example")

    with nothing_written():
        answer = scim.post("/Users", {"userName": "eve@globex.example"})

    assert "eve@globex.example" in refusal(answer, 409, "uniqueness")
    entry = scim.log().get()
    assert entry.kind == "domain_of_other_organization"
    assert "Another organization" in entry.advice


def test_an_address_of_a_local_account_cannot_be_moved_to(scim, nothing_written):
    user = scim.user("ada@example.com")
    organizations.add_admin(
        scim.directory.organization,
        email="boss@example.com",
        name="Boss",
        password="x",
        now=user_now(user),
    )

    with nothing_written():
        answer = scim.put(f"/Users/{user['id']}", {"userName": "boss@example.com"})

    refusal(answer, 409, "uniqueness")
    assert scim.log().get().kind == "email_taken"


def user_now(user):
    return UserRecord.objects.get(scim_id=user["id"]).created_at


def test_an_admins_account_waits_for_review(scim):
    organizations.add_admin(
        scim.directory.organization,
        email="boss@example.com",
        name="Boss",
        password="x",
        now=scim.directory.created_at,
    )

    user = scim.user("boss@example.com", active=False)

    record = UserRecord.objects.get(scim_id=user["id"])
    assert (record.link_state, record.account) == ("held", None)
    assert Account.objects.get().status == Account.Status.ACTIVE
    assert RoleAssignment.objects.count() == 1
    assert scim.log().get().kind == "admin_account"

"""Who may see and do what; others' things do not exist; looking changes nothing."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import RoleAssignment
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory

LISTS = [
    "overview",
    "search",
    "user-list",
    "group-list",
    "review-list",
    "site-list",
    "report-list",
]
EXPORTS = ["user-export", "group-export", "report-export"]
OF_ONE = ["user-detail", "group-detail"]
POST_ONLY = ["group-member-export", "record-link"]


def url_of(name, *args):
    return reverse(f"provisioning:{name}", args=args)


@pytest.fixture
def own(organization, okta):
    """Return the arguments of a URL of each thing of the organization."""
    member = MemberFactory.create(organization=organization)
    group = GroupFactory.create(organization=organization)
    record = UserRecordFactory.create(directory=okta)
    return {
        "user-detail": member.account.public_id,
        "group-detail": group.public_id,
        "group-member-export": group.public_id,
        "record-link": record.scim_id,
    }


@pytest.fixture
def foreign(db):
    """Return the arguments of a URL of each thing of another organization."""
    other = OrganizationFactory.create()
    group = GroupFactory.create(organization=other)
    return {
        "user-detail": MemberFactory.create(organization=other).account.public_id,
        "group-detail": group.public_id,
        "group-member-export": group.public_id,
        "record-link": UserRecordFactory.create(directory__organization=other).scim_id,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_strangers_are_asked_to_sign_in(client, name):
    answer = client.get(url_of(name))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("directories:sign-in"))


@pytest.mark.parametrize("name", [*LISTS, *EXPORTS])
def test_who_administers_nothing_is_refused(organization, name):
    client = Client()
    client.force_login(MemberFactory.create(organization=organization).account)

    answer = client.post(url_of(name)) if name in EXPORTS else client.get(url_of(name))

    assert answer.status_code == 403


@pytest.mark.parametrize("name", LISTS)
def test_a_site_admin_may_look(site_admin, name):
    assert site_admin.get(url_of(name)).status_code == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_a_site_admin_may_look_at_one(site_admin, own, name):
    assert site_admin.get(url_of(name, own[name])).status_code == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_what_is_of_another_organization_does_not_exist(console, foreign, name):
    assert console.get(url_of(name, foreign[name])).status_code == 404


@pytest.mark.parametrize("name", POST_ONLY)
def test_nothing_is_done_to_another_organization(console, foreign, name):
    assert console.post(url_of(name, foreign[name])).status_code == 404


@pytest.mark.parametrize("name", POST_ONLY)
def test_what_does_not_exist_is_not_found(console, name):
    assert console.post(url_of(name, uuid.uuid4())).status_code == 404


@pytest.mark.parametrize(
    "role",
    [RoleAssignment.Role.SITE_ADMIN, RoleAssignment.Role.USER_ACCESS_ADMIN],
)
def test_only_organization_admins_link_admins(organization, own, role):
    account = AccountFactory.create()
    RoleAssignmentFactory.create(organization=organization, account=account, role=role)
    client = Client()
    client.force_login(account)

    assert client.post(url_of("record-link", own["record-link"])).status_code == 403


@pytest.mark.parametrize("name", [*EXPORTS, *POST_ONLY])
def test_changes_and_exports_want_a_post(console, own, name):
    arguments = [own[name]] if name in own else []

    assert console.get(url_of(name, *arguments)).status_code == 405


@pytest.mark.parametrize("name", LISTS)
def test_looking_writes_nothing(console, no_writes, name):
    with no_writes():
        assert console.get(url_of(name), {"q": "a"}).status_code == 200


@pytest.mark.parametrize("name", OF_ONE)
def test_looking_at_one_writes_nothing(console, own, no_writes, name):
    with no_writes():
        assert console.get(url_of(name, own[name])).status_code == 200


@pytest.mark.parametrize("name", ["user-list", "group-list"])
def test_a_broken_cursor_is_a_bad_request(console, name):
    assert console.get(url_of(name), {"after": "rubbish"}).status_code == 400


@pytest.mark.parametrize("name", LISTS)
def test_rubbish_in_the_address_is_no_error(console, name):
    asked = {"q": "a\0b'\"%_\\", "status": "x", "directory": "x", "tab": "x"}

    assert console.get(url_of(name), asked).status_code == 200

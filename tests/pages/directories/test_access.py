"""Who may see and do what; others' things do not exist; looking changes nothing."""

import pytest
from django.test import Client
from django.urls import reverse

from directories.models import RoleAssignment
from tests.factories.directories import (
    AccountFactory,
    ApiKeyFactory,
    AuditEventFactory,
    JobFactory,
    RoleAssignmentFactory,
    TroubleshootingEntryFactory,
)

LISTS = ["directory-list", "directory-choose", "audit-log", "domain-list"]
OF_ONE = [
    "directory-detail",
    "directory-disconnect",
    "directory-rename",
    "directory-settings",
    "directory-set-up",
    "directory-arrivals",
    "configuration-delete",
    "troubleshooting-log",
    "request-log",
]
POSTS = [
    "directory-disconnect",
    "directory-rename",
    "directory-settings",
    "directory-set-up",
    "directory-sync",
    "api-key-regenerate",
    "configuration-delete",
    "troubleshooting-log-export",
    "troubleshooting-log-clear",
    "request-log-export",
    "request-log-clear",
]
POST_ONLY = [
    "directory-sync",
    "troubleshooting-log-export",
    "troubleshooting-log-clear",
    "request-log-export",
    "request-log-clear",
]


def url_of(name, *args):
    return reverse(f"directories:{name}", args=args)


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_strangers_are_asked_to_sign_in(stranger, name):
    answer = stranger.get(url_of(name))

    assert answer.status_code == 302
    assert answer["Location"] == f"{url_of('sign-in')}?next={url_of(name)}"


@pytest.mark.parametrize("name", POSTS)
def test_strangers_change_nothing(stranger, okta, name):
    answer = stranger.post(url_of(name, okta.pk))

    assert answer.status_code == 302
    assert answer["Location"] == url_of("sign-in")


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_an_account_without_a_right_is_told_so(name):
    client = Client()
    client.force_login(AccountFactory.create())

    answer = client.get(url_of(name))

    assert answer.status_code == 403
    assert b"You are not an admin of any organization" in answer.content


@pytest.mark.parametrize("name", OF_ONE)
def test_an_admin_of_a_site_may_not_see_providers(site_admin, okta, name):
    answer = site_admin.get(url_of(name, okta.pk))

    assert answer.status_code == 403
    assert b"Your admin role does not include it" in answer.content


@pytest.mark.parametrize("name", POSTS)
def test_an_admin_of_a_site_may_not_change_providers(site_admin, okta, name):
    assert site_admin.post(url_of(name, okta.pk)).status_code == 403


def test_a_user_access_admin_sees_domains_but_no_logs(organization):
    assignment = RoleAssignmentFactory.create(
        organization=organization, role=RoleAssignment.Role.USER_ACCESS_ADMIN
    )
    client = Client()
    client.force_login(assignment.account)

    assert client.get(url_of("domain-list")).status_code == 200
    assert client.get(url_of("audit-log")).status_code == 403
    assert client.get(url_of("directory-list")).status_code == 403


@pytest.mark.parametrize("name", OF_ONE)
def test_the_directory_of_another_organization_is_not_there(console, foreign, name):
    assert console.get(url_of(name, foreign.pk)).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_the_directory_of_another_organization_cannot_be_changed(
    console, foreign, name
):
    assert console.post(url_of(name, foreign.pk)).status_code == 404

    foreign.refresh_from_db()
    assert foreign.state == "active"
    assert foreign.api_keys.filter(revoked_at=None).count() == 1


def test_the_job_of_another_organization_is_not_there(console, foreign):
    job = JobFactory.create(directory=foreign)

    assert console.get(url_of("job-detail", job.pk)).status_code == 404


def test_the_local_directory_has_no_page(console, organization):
    local = organization.directories.create(
        kind="local", name="Local", name_key="local", created_at=organization.created_at
    )

    assert console.get(url_of("directory-detail", local.pk)).status_code == 404


@pytest.mark.parametrize("name", POST_ONLY)
def test_what_changes_things_takes_no_get(console, okta, name):
    assert console.get(url_of(name, okta.pk)).status_code == 405


def test_looking_changes_nothing(console, okta, fresh, no_writes):
    ApiKeyFactory.create(directory=okta)
    TroubleshootingEntryFactory.create(directory=okta)
    AuditEventFactory.create(organization=okta.organization)
    job = JobFactory.create(directory=okta)
    urls = [url_of(name) for name in LISTS]
    urls += [url_of(name, okta.pk) for name in [*OF_ONE, "api-key-regenerate"]]
    urls += [url_of("directory-set-up", fresh.pk), url_of("job-detail", job.pk)]
    urls += [f"{url_of('directory-set-up', okta.pk)}?step=first-sync"]

    with no_writes():
        answers = [console.get(url).status_code for url in urls]

    assert set(answers) == {200, 302}

"""What is refused is told in a plain sentence first, then as the client was told.

A row for each kind of refusal, through SCIM; looked at in the log, the history of the
person or group, the request and the exports.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse
from django.utils import timezone

from directories.findings import Refusal
from directories.models import Directory, Organization
from directories.services import request_log
from directories.services.audit import SYSTEM
from provisioning.services.sites_and_apps import site_removal
from tests.factories.portals import ServiceSiteFactory
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import csv_rows, main_of
from tests.provisioning.promises import (
    email_of,
    local_group,
    local_person,
    log_page,
    push,
    replace,
)
from tests.scim.client import ScimClient, add_client, add_organization, values

ADA, NOBODY = "ada@example.com", "7e57ab1e-0000-4000-8000-000000000001"
LOG = "directories:troubleshooting-log"


def limit(scim, **limits):
    Directory.objects.filter(pk=scim.directory.pk).update(**limits)


def strict(scim):
    Directory.objects.filter(pk=scim.directory.pk).update(mode=Directory.Mode.STRICT)


def same_user_name(scim):
    push(scim, ADA)
    scim.post("/Users", {"userName": ADA, "emails": email_of("bo@example.com")})


def same_address(scim):
    push(scim, ADA)
    scim.post("/Users", {"userName": "bo", "emails": email_of(ADA)})


def same_group_name(scim):
    scim.group("Crew")
    scim.post("/Groups", {"displayName": "crew"})


def other_accounts_address(scim):
    local_person(scim.directory.organization, "taken@example.com")
    user = push(scim, ADA)
    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("taken@example.com")))


def other_organizations_domain(scim):
    add_organization("Globex", "globex.example")
    scim.post("/Users", {"userName": "x", "emails": email_of("x@globex.example")})


def group_of_kind(kind, name="Kept"):
    def cause(scim):
        organization = scim.directory.organization
        GroupFactory.create(organization=organization, name=name, kind=kind)
        scim.post("/Groups", {"displayName": name})

    return cause


def other_directorys_group(scim):
    add_client(scim.directory.organization, "Second").group("Crew")
    scim.post("/Groups", {"displayName": "Crew"})


def local_group_refused(scim):
    strict(scim)
    local_group(scim.directory.organization, "Crew")
    scim.post("/Groups", {"displayName": "Crew"})


def too_many_users(scim):
    limit(scim, limit_users=1)
    push(scim, ADA)
    scim.post("/Users", {"userName": "b"})


def too_many_groups(scim):
    limit(scim, limit_groups=1)
    scim.group("One")
    scim.post("/Groups", {"displayName": "Two"})


def too_many_members(scim):
    limit(scim, limit_users_per_group=1)
    ids = [push(scim, f"{each}@example.com")["id"] for each in "ab"]
    scim.post("/Groups", {"displayName": "One", "members": values(*ids)})


def no_subscription(scim):
    lapsed = Organization.Subscription.LAPSED
    Organization.objects.update(subscription=lapsed)
    scim.get("/Users")


def removed_site(scim):
    """Let the directory be one of customers, whose site is removed."""
    organization = scim.directory.organization
    site = ServiceSiteFactory.create(organization=organization)
    mine = Directory.objects.filter(pk=scim.directory.pk)
    mine.update(kind=Directory.Kind.CUSTOMERS, site=site)
    site_removal.remove_site(site, by=SYSTEM, now=timezone.now())
    scim.get("/Users")
    Directory.with_removed.filter(pk=scim.directory.pk).update(
        kind=Directory.Kind.ORGANIZATION, site=None
    )


def unknown_member(scim):
    strict(scim)
    scim.post("/Groups", {"displayName": "Crew", "members": values(NOBODY)})


def sends(method, path, body=None, **headers):
    return lambda scim: scim.request(method, path, body, **headers)


def patches(*operations):
    def cause(scim):
        scim.patch(f"/Users/{push(scim, ADA)['id']}", list(operations))

    return cause


@dataclass(frozen=True)
class Row:
    """A refusal: what causes it, the status that the client gets."""

    kind: Refusal
    cause: Callable[[ScimClient], object]
    status: int


ROWS = [
    Row(Refusal.USER_NAME_TAKEN, same_user_name, 409),
    Row(Refusal.PERSON_EMAIL_TAKEN, same_address, 409),
    Row(Refusal.GROUP_NAME_TAKEN, same_group_name, 409),
    Row(Refusal.EMAIL_TAKEN, other_accounts_address, 409),
    Row(Refusal.DOMAIN_OF_OTHER_ORGANIZATION, other_organizations_domain, 409),
    Row(
        Refusal.BUILT_IN_GROUP,
        sends("POST", "/Groups", {"displayName": "org-admins"}),
        409,
    ),
    Row(Refusal.DEFAULT_GROUP, group_of_kind("default"), 409),
    Row(Refusal.SYSTEM_GROUP, group_of_kind("all_members"), 409),
    Row(Refusal.GROUP_OF_OTHER_DIRECTORY, other_directorys_group, 409),
    Row(Refusal.LOCAL_GROUP, local_group_refused, 409),
    Row(Refusal.LIMIT_USERS, too_many_users, 403),
    Row(Refusal.LIMIT_GROUPS, too_many_groups, 403),
    Row(Refusal.LIMIT_MEMBERS, too_many_members, 403),
    Row(Refusal.SUBSCRIPTION_ENDED, no_subscription, 403),
    Row(Refusal.SITE_REMOVED, removed_site, 403),
    Row(Refusal.UNKNOWN_MEMBER, unknown_member, 400),
    Row(Refusal.UNKNOWN_ID, sends("PUT", f"/Users/{NOBODY}", {"userName": "x"}), 404),
    Row(Refusal.UNKNOWN_ENDPOINT, sends("POST", "/Nowhere", {}), 404),
    Row(Refusal.BAD_FILTER, sends("GET", "/Users?filter=userName+is+ada"), 400),
    Row(Refusal.BAD_PATH, patches({"op": "replace", "path": "a[b", "value": 1}), 400),
    Row(Refusal.UNREADABLE, sends("POST", "/Users", b"{"), 400),
    Row(Refusal.BAD_VALUE, sends("POST", "/Users", {"userName": 5}), 400),
    Row(Refusal.FIXED_VALUE, patches({"op": "remove", "path": "userName"}), 400),
    Row(Refusal.BAD_PAGE, sends("GET", "/Users?cursor=zzz"), 400),
    Row(
        Refusal.TOO_LARGE, sends("POST", "/Users", b"{}", content_length="9" * 12), 413
    ),
    Row(
        Refusal.WRONG_FORMAT,
        sends("POST", "/Users", b"<user/>", content_type="application/xml"),
        415,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.kind.value)
def test_a_refusal_is_told_plainly_then_as_the_client_was_told(scim, console, row):
    row.cause(scim)

    entry = scim.log().get(kind=row.kind)
    detail = entry.reason
    said = f"{row.kind.label} Answered: {row.status} {detail} What to do:"
    assert said in log_page(console, scim.directory)
    request_log.buffer.flush()
    place = reverse("directories:request-log", args=[scim.directory.pk])
    asked = f"{place}?request={entry.request['request_id']}"
    assert str(row.kind.label) in main_of(console.get(asked, follow=True))
    found = console.get(
        reverse(LOG, args=[scim.directory.pk]), {"q": str(row.kind.label)}
    )
    assert [each.kind for each in found.context["page"].rows] == [row.kind]
    exported = csv_rows(
        console.post(reverse(f"{LOG}-export", args=[scim.directory.pk]))
    )
    assert exported[0][6:9] == ["Message", "Answer", "What to do"]
    line = next(each for each in exported if each[6] == row.kind.label)
    assert line[7] == f"Answered: {row.status} {detail}"


def test_a_refusal_names_the_person_or_group_that_it_is_about(scim, console):
    user, group = push(scim, ADA), scim.group("Crew")
    operations = [{"op": "replace", "path": "a[b", "value": 1}]
    scim.patch(f"/Users/{user['id']}", operations)
    scim.patch(f"/Groups/{group['id']}", operations)

    assert set(scim.log().values_list("subject", "subject_name", "subject_id")) == {
        ("user", ADA, user["id"]),
        ("group", "Crew", group["id"]),
    }
    assert f"Error User {ADA} " in log_page(console, scim.directory)
    assert "Error Group Crew " in log_page(console, scim.directory)

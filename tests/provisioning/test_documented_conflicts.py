"""How conflicts of group names are told and solved, step by step.

Pushed through SCIM, then looked at and decided where an admin would: the review, the
pages of groups, people and the directory, the troubleshooting log and the audit log.
"""

import pytest
from django.urls import reverse

from directories.models import Directory
from provisioning.models import App, ConflictResult, Group
from tests.factories.directories import SiteFactory
from tests.factories.provisioning import AppFactory, AppGrantFactory, GroupFactory
from tests.pages.provisioning.reading import text_of
from tests.provisioning.promises import (
    act,
    audit_page,
    change_members,
    give_right,
    group_page,
    local_group,
    log_page,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import refusal, values

ADA, BO = "ada@example.com", "bo@example.com"
BUILT_IN = [
    "atlassian-addons",
    "atlassian-addons-admin",
    "site-admins",
    "org-admins",
    "administrators",
    "system-administrators",
]
REVIEW = "provisioning:review-list"


@pytest.fixture
def organization(scim):
    return scim.directory.organization


@pytest.fixture
def ada(scim):
    return push(scim, ADA, displayName="Ada Love")


# Names that never sync


def create(scim, name):
    return scim.post("/Groups", {"displayName": name})


def rename(scim, name):
    group = scim.group("Crew")
    return scim.patch(f"/Groups/{group['id']}", replace("displayName", name))


@pytest.mark.parametrize("way", [create, rename])
@pytest.mark.parametrize("name", [*BUILT_IN, "ORG-Admins"])
def test_a_built_in_name_is_refused_and_logged(scim, console, name, way):
    detail = refusal(way(scim, name), 409, "uniqueness")

    log = log_page(console, scim.directory)
    assert detail == f"Resource [GROUP]: with displayName[{name}] already exists."
    said = "The group was refused: a built-in group has its name."
    assert f"Group {name} {said} Answered: 409 {detail}" in log
    assert "A built-in group has this name. Rename the group in the provider." in log
    assert "Nothing waits" in page(console, REVIEW)


@pytest.fixture
def jira(organization):
    return AppFactory.create(site=SiteFactory.create(organization=organization))


@pytest.mark.parametrize("kind", ["default", "local"])
@pytest.mark.parametrize("way", [create, rename])
def test_a_default_group_is_barred_until_it_is_none(
    scim, console, organization, jira, way, kind
):
    group = GroupFactory.create(organization=organization, name="jira-users", kind=kind)
    grant = AppGrantFactory.create(app=jira, group=group, is_default=True)

    refusal(way(scim, "Jira-Users"), 409, "uniqueness")
    assert "A default group of an app has this name" in log_page(
        console, scim.directory
    )
    place = ("provisioning:app-default", jira.site_id, jira.kind, grant.pk)
    act(console, *place, role="none")

    assert create(scim, "Jira-Users").status_code == 201
    assert "Jira-Users" in page(console, REVIEW)


# What counts as a conflict


@pytest.mark.parametrize("name", ["Design", "design", "DESIGN"])
def test_a_local_name_is_held_and_told_everywhere(
    scim, console, organization, ada, name
):
    local_group(organization, "Design", "x@partner.example", "y@partner.example")

    pushed = scim.group(name, ada["id"])

    reason = "The group waits for review: a local group of the organization has its"
    advice = "If both are the same group, sync or adopt it under Directory, Review."
    assert f"{name} {reason}" in page(console, REVIEW)
    log = log_page(console, scim.directory)
    assert reason in log
    assert advice in log
    record = page(console, "provisioning:group-record", pushed["id"])
    assert reason in record
    local = group_page(console, "Design")
    assert "A pushed group waits for review" in local
    assert ADA not in local
    assert reason in group_page(console, "Design", "history")
    directory = page(console, "directories:directory-detail", scim.directory.pk)
    assert "1 group could not sync" in directory
    assert "Review groups" in directory


@pytest.mark.parametrize(
    "setting", [{"mode": "strict"}, {"group_conflicts": "refuse"}], ids=str
)
def test_a_local_name_can_be_refused_instead(scim, console, organization, setting):
    local_group(organization, "Design")
    Directory.objects.update(**setting)

    detail = refusal(create(scim, "design"), 409, "uniqueness")

    assert detail == "Resource [GROUP]: with displayName[design] already exists."
    log = log_page(console, scim.directory)
    assert detail in log
    assert "A local group has this name. Rename one of the two groups." in log
    assert "Nothing waits" in page(console, REVIEW)


# The review


@pytest.fixture
def held(scim, organization, ada):
    """Push a group of Ada with the name of a local one that gives a right."""
    local_group(organization, "Design", "x@partner.example", "y@partner.example")
    return scim.group("Design", ada["id"])


def test_the_review_lists_what_would_change(scim, console, held):
    give_right(console, "Design")

    listed = page(console, REVIEW)
    assert "name. Site admin All sites 1 2 Okta of Acme" in listed
    shown = page(console, "provisioning:group-difference", held["id"])
    assert f"{ADA} Added Gets what the group gives" in shown
    for address in ("x@partner.example", "y@partner.example"):
        assert f"{address} Removed Loses what the group gives" in shown


def stay(scim, held):
    change_members(scim, held, "add", push(scim, "x@partner.example"))


def leave_out(scim, held):
    change_members(scim, held, "add", push(scim, "x@partner.example"))
    body = replace("members", values(push(scim, BO)["id"]))
    assert scim.patch(f"/Groups/{held['id']}", body).status_code in {200, 204}


@pytest.mark.parametrize(
    ("step", "numbers"),
    [(stay, "Added 1 Removed 1 Staying 1"), (leave_out, "Added 1 Removed 2 Staying 0")],
    ids=["add people in the provider", "leave people out in the provider"],
)
def test_the_provider_can_change_the_group_first(scim, console, held, step, numbers):
    step(scim, held)

    assert numbers in page(console, "provisioning:group-difference", held["id"])


def test_renamed_in_the_provider_both_survive(scim, console, held):
    scim.patch(f"/Groups/{held['id']}", replace("displayName", "Designers"))

    assert ADA in group_page(console, "Designers")
    local = group_page(console, "Design")
    assert "x@partner.example" in local
    assert "waits for review" not in local
    assert "Nothing waits" in page(console, REVIEW)


def test_sync_group_overwrites_the_local_one(scim, console, held):
    give_right(console, "Design")

    act(console, "provisioning:group-sync", held["id"])

    shown = group_page(console, "Design")
    assert "Synced Managed by Okta of Acme" in shown
    assert ADA in shown
    assert "x@partner.example" not in shown
    assert "Site admin" in person_page(console, ADA)
    assert "Admin roles None" in person_page(console, "x@partner.example")
    assert "Design" in audit_page(console, "site_sync_conflicting_group")
    assert "Synced conflicting group" in group_page(console, "Design", "history")
    assert "Nothing waits" in page(console, REVIEW)


@pytest.mark.parametrize(
    ("kind", "said"),
    [("jira", "is a default group of an app"), ("bitbucket", "access to Bitbucket")],
)
def test_some_local_groups_stay_local(scim, console, held, jira, kind, said):
    """A flag set meanwhile bars the name; Bitbucket takes no synced groups."""
    App.objects.update(kind=kind)
    local = Group.objects.get(name="Design")
    AppGrantFactory.create(app=jira, group=local, is_default=kind == "jira")

    for decision in ("sync", "adopt"):
        place = reverse(f"provisioning:group-{decision}", args=[held["id"]])
        assert said in text_of(console.get(place, follow=True))
        assert said in act(console, f"provisioning:group-{decision}", held["id"])
    act(console, "provisioning:groups-sync-all")
    local.refresh_from_db()
    assert (local.kind, ConflictResult.objects.get().outcome) == ("local", "refused")

    act(console, "provisioning:group-keep-both", held["id"])
    local.refresh_from_db()
    assert (local.name, local.grants.count()) == ("Design (local)", 1)
    assert Group.objects.get(name="Design").grants.count() == 0


def test_sync_all_groups_does_not_stop_at_twenty(scim, console, organization, ada):
    for n in range(22):
        local_group(organization, f"Team {n:02}")
        scim.group(f"Team {n:02}", ada["id"])
    place = ("directories:directory-detail", scim.directory.pk)
    assert "22 groups could not sync" in page(console, *place)
    assert "Groups synced 0 Groups waiting for review 22" in page(console, *place)

    said = act(console, "provisioning:groups-sync-all")

    assert "Nothing waits" in page(console, REVIEW)
    assert "could not sync" not in page(console, *place)
    assert "Groups 22 Linked 1 Groups synced 22" in page(console, *place)
    assert audit_page(console, "site_sync_all_conflicting_groups")
    for n in (0, 21):
        assert ADA in group_page(console, f"Team {n:02}")
    assert "Syncing has begun" in said

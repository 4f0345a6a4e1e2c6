"""What user provisioning promises of groups, keys and ends: SCIM in, console out.

The numbers in the names only keep them in order.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import TestCase
from django.urls import reverse

from directories.models import ApiKey, AuditEvent, Directory, UserRecord
from directories.services import jobs
from directories.services.organizations import add_site
from directories.tasks import remind
from provisioning.models import DeletedGroup, Group
from tests.factories.directories import GroupRecordFactory
from tests.factories.provisioning import GroupFactory
from tests.pages.provisioning.reading import main_of
from tests.provisioning.conftest import people_in
from tests.provisioning.promises import (
    account_of,
    act,
    change_members,
    group_page,
    local_group,
    log_page,
    page,
    person_page,
    push,
    replace,
)
from tests.scim.client import ScimClient, add_client, refusal, values

DIRECTORY = "directories:directory-detail"


@pytest.fixture
def organization(scim):
    return scim.directory.organization


@pytest.mark.parametrize(
    "name",
    [
        "atlassian-addons",
        "atlassian-addons-admin",
        "site-admins",
        "org-admins",
        "administrators",
        "System-Administrators",
    ],
)
def test_08_built_in_names_are_refused_and_logged(scim, console, name):
    detail = refusal(scim.post("/Groups", {"displayName": name}), 409, "uniqueness")

    assert name in detail
    assert "A built-in group has this name" in log_page(console, scim.directory)


def test_08_a_default_group_is_refused_and_logged(scim, console, organization):
    GroupFactory.create(organization=organization, name="jira-users", kind="default")

    refusal(scim.post("/Groups", {"displayName": "jira-users"}), 409, "uniqueness")

    assert "A default group of an app has this name" in log_page(
        console, scim.directory
    )


def test_08_a_local_name_is_held_with_its_numbers(scim, console, organization):
    local_group(organization, "Design", "x@partner.example", "y@partner.example")
    scim.group("Design", push(scim, "ada@example.com")["id"])

    page = main_of(console.get(reverse("provisioning:review-list") + "?tab=groups"))

    assert "No app access None 1 2 Okta of Acme" in page
    assert "a local group of the organization has its name" in log_page(
        console, scim.directory
    )


def test_09_one_conflict_is_approved(scim, console, organization):
    group = local_group(organization, "Design", "x@partner.example")
    pushed = scim.group("Design", push(scim, "ada@example.com")["id"])

    with TestCase.captureOnCommitCallbacks(execute=True):
        console.post(
            reverse("provisioning:group-sync", args=[pushed["id"]]),
            {"decision": "sync"},
        )

    group.refresh_from_db()
    assert group.kind == Group.Kind.SYNCED
    assert people_in("Design") == {"ada@example.com"}
    assert AuditEvent.objects.filter(action="site_sync_conflicting_group").exists()


def test_09_all_conflicts_are_approved_at_once(scim, console, organization):
    for n in range(3):
        local_group(organization, f"Team {n}", f"x{n}@partner.example")
        scim.group(f"Team {n}", push(scim, f"a{n}@example.com")["id"])

    with TestCase.captureOnCommitCallbacks(execute=True):
        console.post(reverse("provisioning:groups-sync-all"))

    for n in range(3):
        assert Group.objects.get(name=f"Team {n}").kind == Group.Kind.SYNCED
        assert people_in(f"Team {n}") == {f"a{n}@example.com"}
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert "site_sync_all_conflicting_groups" in actions


def test_10_a_deleted_group_leaves_and_can_be_restored(scim, console):
    group = scim.group("Engines", push(scim, "ada@example.com")["id"])

    scim.delete(f"/Groups/{group['id']}")

    assert not Group.objects.filter(name="Engines").exists()
    assert "Engines" not in page(console, "provisioning:group-list")
    assert "Engines" in page(console, "provisioning:deleted-group-list")
    deleted = DeletedGroup.objects.get()
    act(console, "provisioning:group-restore", deleted.public_id)
    assert "ada@example.com" in group_page(console, "Engines")


def test_11_a_rename_is_refused_in_strict_mode_and_goes_by_id_otherwise(scim, console):
    group = scim.group("Engines")
    rename = replace("displayName", "Machines")

    assert scim.patch(f"/Groups/{group['id']}", rename).status_code in {200, 204}
    assert "Engines → Machines" in group_page(console, "Machines", "history")

    Directory.objects.update(mode=Directory.Mode.STRICT)
    answer = scim.patch(f"/Groups/{group['id']}", replace("displayName", "Again"))
    detail = refusal(answer, 400, "mutability")
    assert detail in group_page(console, "Machines", "history")
    assert detail in log_page(console, scim.directory)


def test_12_synced_groups_take_no_local_edits(scim, console):
    user = push(scim, "ada@example.com")
    scim.group("Engines", user["id"])
    group = Group.objects.get(name="Engines")

    page = main_of(
        console.get(reverse("provisioning:group-detail", args=[group.public_id]))
    )

    assert "Managed by Okta of Acme" in page


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ('/Users?filter=userName eq "ada@example.com"', 1),
        ('/Users?filter=externalId eq "a1"', 1),
        ('/Users?filter=externalId eq "A1"', 0),
        ('/Groups?filter=displayName eq "engines"', 1),
    ],
)
def test_13_single_filters_work_in_both_modes(scim, path, found):
    push(scim, "ada@example.com", externalId="a1")
    scim.group("Engines")

    for mode in Directory.Mode:
        Directory.objects.update(mode=mode)
        assert scim.get(path).json()["totalResults"] == found


def test_13_other_filters_are_refused_in_strict_mode(scim, console):
    Directory.objects.update(mode=Directory.Mode.STRICT)

    detail = refusal(scim.get('/Users?filter=title co "x"'), 400, "invalidFilter")

    assert detail in log_page(console, scim.directory)


def test_14_attributes_and_excluded_attributes_exclude_each_other(scim, console):
    answer = scim.get("/Users?attributes=userName&excludedAttributes=emails")

    assert refusal(answer, 400, "invalidValue") in log_page(console, scim.directory)


def test_15_beyond_the_end_there_is_an_empty_page_with_the_right_total(scim):
    push(scim, "ada@example.com")

    page = scim.get("/Users?startIndex=50").json()

    assert (page["totalResults"], page.get("Resources", [])) == (1, [])


def test_16_a_key_lives_a_year_and_can_overlap_with_the_next(scim, console):
    key = ApiKey.objects.get()
    assert key.expires_at - key.created_at == timedelta(days=365)

    url = reverse("directories:api-key-regenerate", args=[scim.directory.pk])
    shown = console.post(url, {"former": key.prefix, "overlap": "week"})

    new = ScimClient(scim.directory, shown.context["api_key"])
    assert new.key in shown.content.decode()
    assert new.key not in page(console, DIRECTORY, scim.directory.pk)
    assert new.get("/Users").status_code == scim.get("/Users").status_code == 200
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=False):
        refusal(scim.get("/Users"), 401)
        assert new.get("/Users").status_code == 200


@pytest.mark.parametrize("days", [30, 14, 7, 1])
def test_16_an_end_of_the_key_is_told_by_mail_and_banner(scim, console, days):
    scim.get("/Users")
    ahead = datetime.now(UTC) + timedelta(days=365 - days, minutes=5)
    with (
        time_machine.travel(ahead, tick=False),
        TestCase.captureOnCommitCallbacks(execute=True),
    ):
        remind()

    assert f"expires in {days} day" in mail.outbox[-1].subject
    with time_machine.travel(ahead, tick=False):
        console.force_login(account_of("root@acme.example"))
        shown = page(console, "provisioning:overview")
    assert "The API key of Okta of Acme expires soon" in shown


def test_16_an_expired_key_says_so(scim, console):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=366), tick=False):
        answer = scim.get("/Users")
        assert "expired" in refusal(answer, 401)
        console.force_login(account_of("root@acme.example"))
        shown = page(console, "provisioning:overview")
        assert "The API key of Okta of Acme has expired" in shown
        assert "expired" in log_page(console, scim.directory)


def test_17_deleting_the_configuration_leaves_everything_local(scim, console):
    user = push(scim, "ada@example.com")
    scim.group("Engines", user["id"])
    url = reverse("directories:configuration-delete", args=[scim.directory.pk])

    with TestCase.captureOnCommitCallbacks(execute=True):
        console.post(url, {"confirmation": scim.directory.name})

    assert account_of("ada@example.com").is_active
    assert "Local again" in person_page(console, "ada@example.com")
    assert "Engines Local None 1" in page(console, "provisioning:group-list")
    assert "ada@example.com" in group_page(console, "Engines")
    assert not UserRecord.objects.exists()


def test_18_a_site_added_later_has_the_people_and_groups_too(
    scim, console, organization
):
    push(scim, "ada@example.com")
    scim.group("Engines")

    site = add_site(organization, name="later", now=datetime.now(UTC))

    assert site.organization.members.filter(
        account__email_key="ada@example.com"
    ).exists()
    assert "later" in main_of(console.get(reverse("provisioning:site-list")))


def test_19_the_directory_of_the_domain_takes_the_person_over(
    scim, console, organization
):
    second = add_client(organization, "Second directory")
    mine = push(scim, "ada@example.com")
    scim.group("Engines", mine["id"])
    hers = push(second, "ada@example.com")
    second.group("Crew", hers["id"])
    shown = person_page(console, "ada@example.com")
    assert "Managed by Okta of Acme" in shown
    assert "Second directory pushed ada@example.com with this email" in shown
    assert "another directory owns the account" in page(
        console, "provisioning:review-list"
    )

    domain = organization.domains.get()
    view = "directories:directory-domain-link"
    act(console, view, second.directory.pk, domains=str(domain.pk))

    shown = person_page(console, "ada@example.com")
    assert "Managed by Second directory" in shown
    assert "ada@example.com" in group_page(console, "Crew")
    assert "ada@example.com" not in group_page(console, "Engines")
    assert "domain is linked to another directory" in log_page(console, scim.directory)


def test_20_members_pushed_before_their_users_are_refused_clearly(scim, console):
    nobody = "7e57ab1e-0000-4000-8000-000000000000"
    body = {"displayName": "Engines", "members": values(nobody)}

    detail = refusal(scim.post("/Groups", body), 400, "invalidValue")
    assert "Push them first" in detail
    assert detail in log_page(console, scim.directory)
    assert not Group.objects.filter(name="Engines").exists()


def test_20_the_order_of_the_pushes_does_not_matter(scim, console):
    group = scim.group("Engines")
    user = push(scim, "ada@example.com")
    change_members(scim, group, "add", user)

    local_group(scim.directory.organization, "Design", "x@partner.example")
    pushed = scim.group("Design")
    change_members(scim, pushed, "add", user)
    act(console, "provisioning:group-sync", pushed["id"])

    for name in ("Engines", "Design"):
        assert "ada@example.com" in group_page(console, name)


def test_20_progress_of_many_groups_is_shown(scim, console, organization, monkeypatch):
    for record in GroupRecordFactory.create_batch(
        501, directory=scim.directory, link_state="linked"
    ):
        GroupFactory.create(organization=organization, kind="synced", record=record)
    shown = []
    report = jobs.Run.report

    def look(run, **values):
        report(run, **values)
        shown.append(page(console, DIRECTORY, scim.directory.pk))

    monkeypatch.setattr(jobs.Run, "report", look)
    act(console, "directories:directory-sync", scim.directory.pk)

    for done in (0, 501):
        words = f"Comparing all groups of Okta of Acme {done} of 501"
        assert any(words in each for each in shown)

"""What user provisioning promises, one test each: SCIM in, console out.

The numbers in the names only keep them in order.
"""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client, TestCase
from django.urls import reverse

from directories.models import (
    Account,
    ApiKey,
    AuditEvent,
    Directory,
    Member,
    UserRecord,
)
from directories.services import domains
from directories.services.audit import SYSTEM
from directories.services.organizations import add_site
from directories.tasks import wake
from provisioning.models import DeletedGroup, Group
from tests.factories.directories import (
    AccountFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import main_of
from tests.provisioning.conftest import people_in
from tests.scim.client import (
    ScimClient,
    add_client,
    add_organization,
    refusal,
    values,
)

EXTERNAL = "urn:scim:schemas:extension:atlassian-external:1.0"


@pytest.fixture
def scim(db: None) -> ScimClient:
    return add_client(add_organization("Acme", "example.com"), "Okta of Acme")


@pytest.fixture
def organization(scim):
    return scim.directory.organization


@pytest.fixture
def console(organization) -> Client:
    """Return a client signed in as an admin who comes from no provider."""
    admin = AccountFactory.create(email="root@acme.example")
    MemberFactory.create(organization=organization, account=admin)
    RoleAssignmentFactory.create(organization=organization, account=admin)
    client = Client()
    client.force_login(admin)
    return client


def email_of(address: str) -> list[dict[str, object]]:
    return [{"value": address, "type": "work", "primary": True}]


def push(scim: ScimClient, address: str, **more: object):
    return scim.user(address, emails=email_of(address), **more)


def replace(path: str, value: object) -> list[dict[str, object]]:
    return [{"op": "replace", "path": path, "value": value}]


def person_page(console: Client, address: str) -> str:
    account = Account.objects.get(email_key=address)
    url = reverse("provisioning:user-detail", args=[account.public_id])
    return main_of(console.get(url))


def log_page(console: Client, directory: Directory) -> str:
    url = reverse("directories:troubleshooting-log", args=[directory.pk])
    return main_of(console.get(url))


def member_of(address: str) -> Member:
    return Member.objects.get(account__email_key=address)


def account_of(address: str) -> Account:
    return Account.objects.get(email_key=address)


def test_01_a_new_person_of_a_verified_domain_gets_an_account_and_no_mail(
    scim, console
):
    user = push(scim, "ada@example.com", displayName="Ada Love")

    assert user[EXTERNAL] == {
        "atlassianAccountId": account_of("ada@example.com").public_id.hex
    }
    assert "Ada Love" in person_page(console, "ada@example.com")
    assert mail.outbox == []


def test_02_an_existing_account_is_linked_and_read_only_from_then_on(
    scim, console, organization
):
    account = AccountFactory.create(email="ada@example.com", name="Ada Before")
    MemberFactory.create(organization=organization, account=account)

    user = push(scim, "ada@example.com", displayName="Ada After")

    assert user[EXTERNAL] == {"atlassianAccountId": account.public_id.hex}
    page = person_page(console, "ada@example.com")
    assert "Ada After" in page
    assert "Managed by Okta of Acme" in page


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (
            {"userName": "ADA@example.com", "emails": email_of("other@example.com")},
            "Resource [USER]: with userName[ADA@example.com] already exists.",
        ),
        (
            {"userName": "other@example.com", "emails": email_of("ada@example.com")},
            "Resource [USER]: with email[ada@example.com] already exists.",
        ),
    ],
)
def test_03_a_name_or_an_address_is_pushed_once(scim, console, body, detail):
    push(scim, "ada@example.com")

    assert refusal(scim.post("/Users", body), 409, "uniqueness") == detail
    assert detail in log_page(console, scim.directory)


def test_04_a_put_clears_what_it_leaves_out_and_a_patch_keeps_it(scim, console):
    user = push(scim, "ada@example.com", title="Engineer")

    scim.patch(f"/Users/{user['id']}", replace("nickName", "Ada"))
    assert "Engineer" in person_page(console, "ada@example.com")

    body = {"userName": "ada@example.com", "emails": email_of("ada@example.com")}
    assert "title" not in scim.put(f"/Users/{user['id']}", body).json()
    assert account_of("ada@example.com").job_title == ""


def test_05_deactivating_ends_a_managed_account(scim, console):
    user = push(scim, "ada@example.com")

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert not account_of("ada@example.com").is_active
    assert "Deactivated" in person_page(console, "ada@example.com")


def test_05_deactivating_takes_external_people_out_of_synced_groups_only(scim, console):
    user = push(scim, "bo@partner.example")
    scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert account_of("bo@partner.example").is_active
    assert people_in("Engines") == set()
    assert "Inactive" in person_page(console, "bo@partner.example") or (
        "inactive" in person_page(console, "bo@partner.example")
    )


def test_05_an_organization_can_choose_full_removal(scim, organization):
    organization.removes_external = True
    organization.save()
    user = push(scim, "bo@partner.example")
    local = GroupFactory.create(organization=organization, name="Book club")
    GroupMemberFactory.create(group=local, account=account_of("bo@partner.example"))

    scim.patch(f"/Users/{user['id']}", replace("active", value=False))

    assert people_in("Book club") == set()
    assert not Member.objects.filter(account__email="bo@partner.example").exists()


def test_06_an_address_outside_drops_the_groups_and_they_come_back(scim, console):
    user = push(scim, "ada@example.com")
    scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@home.example")))
    assert people_in("Engines") == set()
    assert "left all synced groups" in log_page(console, scim.directory)

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@example.com")))
    assert people_in("Engines") == {"ada@example.com"}


def test_06_an_organization_can_choose_that_they_do_not_come_back(scim, organization):
    organization.restores_memberships = False
    organization.save()
    user = push(scim, "ada@example.com")
    group = scim.group("Engines", user["id"])

    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@home.example")))
    scim.patch(f"/Users/{user['id']}", replace("emails", email_of("ada@example.com")))

    assert people_in("Engines") == set()
    assert "members" not in scim.get(f"/Groups/{group['id']}").json() or (
        scim.members(group["id"]) == set()
    )


def test_07_a_deleted_person_is_deactivated_and_comes_back_with_a_new_id(scim):
    user = push(scim, "ada@example.com")

    assert scim.delete(f"/Users/{user['id']}").status_code == 204
    assert not account_of("ada@example.com").is_active
    again = push(scim, "ada@example.com")

    assert again["id"] != user["id"]
    assert account_of("ada@example.com").is_active
    assert Account.objects.filter(email_key="ada@example.com").count() == 1


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


def local_group(organization, name: str, *addresses: str) -> Group:
    group = GroupFactory.create(organization=organization, name=name)
    for address in addresses:
        account = AccountFactory.create(email=address)
        MemberFactory.create(organization=organization, account=account)
        GroupMemberFactory.create(group=group, account=account)
    return group


def test_08_a_local_name_is_held_with_its_numbers(scim, console, organization):
    local_group(organization, "Design", "x@partner.example", "y@partner.example")
    scim.group("Design", push(scim, "ada@example.com")["id"])

    page = main_of(console.get(reverse("provisioning:review-list") + "?tab=groups"))

    assert "No admin right None 1 2 Okta of Acme" in page
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
    deleted = DeletedGroup.objects.get()
    assert (deleted.name, deleted.member_count) == ("Engines", 1)


def test_11_a_rename_is_refused_in_strict_mode_and_goes_by_id_otherwise(scim):
    group = scim.group("Engines")
    rename = replace("displayName", "Machines")

    assert scim.patch(f"/Groups/{group['id']}", rename).status_code in {200, 204}
    assert Group.objects.get().name == "Machines"

    Directory.objects.update(mode=Directory.Mode.STRICT)
    answer = scim.patch(f"/Groups/{group['id']}", replace("displayName", "Again"))
    refusal(answer, 400, "mutability")
    assert Group.objects.get().name == "Machines"


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


def test_13_other_filters_are_refused_in_strict_mode(scim):
    Directory.objects.update(mode=Directory.Mode.STRICT)

    refusal(scim.get('/Users?filter=title co "x"'), 400, "invalidFilter")


def test_14_attributes_and_excluded_attributes_exclude_each_other(scim):
    answer = scim.get("/Users?attributes=userName&excludedAttributes=emails")

    refusal(answer, 400, "invalidValue")


def test_15_beyond_the_end_there_is_an_empty_page_with_the_right_total(scim):
    push(scim, "ada@example.com")

    page = scim.get("/Users?startIndex=50").json()

    assert (page["totalResults"], page.get("Resources", [])) == (1, [])


def test_16_a_key_lives_a_year_and_can_overlap_with_the_next(scim, console):
    key = ApiKey.objects.get()
    assert key.expires_at - key.created_at == timedelta(days=365)

    url = reverse("directories:api-key-regenerate", args=[scim.directory.pk])
    page = console.post(url, {"former": key.prefix, "ends": "7d", "overlap": "7d"})

    assert page.status_code == 200
    assert ApiKey.objects.filter(revoked_at=None).count() >= 1


def test_16_an_expired_key_says_so(scim, console):
    with time_machine.travel(datetime.now(UTC) + timedelta(days=366), tick=False):
        answer = scim.get("/Users")
        assert "expired" in refusal(answer, 401)


def test_17_deleting_the_configuration_leaves_everything_local(scim, console):
    user = push(scim, "ada@example.com")
    scim.group("Engines", user["id"])
    url = reverse("directories:configuration-delete", args=[scim.directory.pk])

    with TestCase.captureOnCommitCallbacks(execute=True):
        console.post(url, {"confirmation": scim.directory.name})

    assert account_of("ada@example.com").is_active
    assert member_of("ada@example.com").directory is None
    group = Group.objects.get(name="Engines")
    assert (group.kind, people_in("Engines")) == ("local", {"ada@example.com"})
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


def test_19_the_directory_of_the_domain_takes_the_person_over(scim, organization):
    second = add_client(organization, "Second directory")
    mine = push(scim, "ada@example.com")
    scim.group("Engines", mine["id"])
    hers = push(second, "ada@example.com")
    second.group("Crew", hers["id"])
    assert member_of("ada@example.com").directory == scim.directory

    with TestCase.captureOnCommitCallbacks(execute=True):
        for job in domains.link_domains(
            domains=[organization.domains.get()],
            directory=second.directory,
            by=SYSTEM,
            now=datetime.now(UTC),
        ):
            wake(job.pk)

    assert member_of("ada@example.com").directory == second.directory
    assert people_in("Crew") == {"ada@example.com"}
    assert people_in("Engines") == set()


def test_20_members_pushed_before_their_users_are_refused_clearly(scim):
    nobody = "7e57ab1e-0000-4000-8000-000000000000"
    body = {"displayName": "Engines", "members": values(nobody)}

    assert "Push them first" in refusal(scim.post("/Groups", body), 400, "invalidValue")
    assert not Group.objects.filter(name="Engines").exists()

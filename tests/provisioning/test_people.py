"""What becomes of a person whom an identity provider pushes."""

import pytest
from django.core import mail

from directories.models import (
    Account,
    AuditEvent,
    Member,
    RoleAssignment,
    TroubleshootingEntry,
    UserRecord,
)
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.provisioning.conftest import account, people_in, person, provider_of

pytestmark = pytest.mark.django_db

EXTERNAL = "urn:scim:schemas:extension:atlassian-external:1.0"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def test_a_new_person_of_a_verified_domain_gets_a_managed_account(idp, organization):
    user = idp.push("ada@example.com")

    made = account("ada@example.com")
    assert made.managed_by == organization
    assert made.status == Account.Status.ACTIVE
    assert user[EXTERNAL]["atlassianAccountId"] == made.public_id.hex
    member = Member.objects.get(account=made)
    assert (member.organization, member.directory) == (organization, idp.directory)
    assert not made.has_usable_password()


def test_nobody_is_invited_by_mail(idp):
    idp.push("ada@example.com")

    assert not mail.outbox


def test_a_new_person_of_another_domain_gets_an_external_account(idp):
    idp.push("bo@partner.example")

    assert account("bo@partner.example").managed_by is None


def test_every_mapped_attribute_reaches_a_managed_account(idp):
    idp.push(
        "ada@example.com",
        displayName="Ada Lovelace",
        nickName="ada",
        title="Analyst",
        timezone="Europe/London",
        preferredLanguage="en-GB",
        **{
            ENTERPRISE: {"department": "Engines", "organization": "Analytical"},
            "urn:scim:schemas:extension:atlassian-custom:1.0:Attributes": {
                "basedIn": "London"
            },
        },
    )

    made = account("ada@example.com")
    assert made.name == "Ada Lovelace"
    assert made.public_name == "ada"
    assert made.job_title == "Analyst"
    assert made.department == "Engines"
    assert made.company == "Analytical"
    assert made.time_zone == "Europe/London"
    assert made.language == "en-GB"
    assert made.location == "London"


def test_an_account_that_exists_is_linked_whatever_the_letter_case(idp, organization):
    local = MemberFactory.create(
        organization=organization, account__email="Ada@Example.com"
    )

    user = idp.push("ada@example.COM", displayName="Ada Lovelace")

    local.refresh_from_db()
    assert user[EXTERNAL]["atlassianAccountId"] == local.account.public_id.hex
    assert local.directory == idp.directory
    assert local.name == "Ada Lovelace"
    assert Account.objects.filter(email_key="ada@example.com").count() == 1


def test_details_of_a_managed_account_follow(idp):
    user = idp.push("ada@example.com", title="Analyst")

    idp.change(user, title="Countess", displayName="Ada King")

    changed = account("ada@example.com")
    assert (changed.job_title, changed.name) == ("Countess", "Ada King")
    assert Member.objects.get(account=changed).search_text.startswith("ada king")


def test_a_put_without_title_clears_it_and_a_patch_without_keeps_it(idp):
    user = idp.push("ada@example.com", title="Analyst")
    idp.change(user, displayName="Ada K")
    assert account("ada@example.com").job_title == "Analyst"

    idp.send("PUT", f"/Users/{user['id']}", person("ada@example.com"))

    assert account("ada@example.com").job_title == ""


def test_details_of_an_external_account_stay(idp):
    user = idp.push("bo@partner.example", displayName="Bo")

    user = idp.change(user, displayName="Somebody Else")

    assert user["displayName"] == "Somebody Else"
    assert account("bo@partner.example").name == "Bo"


def test_an_external_account_that_exists_keeps_its_profile_when_linked(idp):
    AccountFactory.create(email="bo@partner.example", name="Bo Before")

    idp.push("bo@partner.example", displayName="Bo After")

    assert account("bo@partner.example").name == "Bo Before"


def test_deactivation_reaches_a_managed_account_and_ends_its_sessions(idp):
    user = idp.push("ada@example.com")
    idp.group("Engines", user)
    before = account("ada@example.com").get_session_auth_hash()

    idp.change(user, active=False)

    gone = account("ada@example.com")
    assert gone.status == Account.Status.DEACTIVATED
    assert gone.get_session_auth_hash() != before
    assert Member.objects.get(account=gone).status == Member.Status.DEACTIVATED
    assert people_in("Engines") == {"ada@example.com"}


def test_reactivation_brings_a_managed_account_back(idp):
    user = idp.push("ada@example.com")
    idp.change(user, active=False)

    idp.change(user, active=True)

    back = account("ada@example.com")
    assert back.status == Account.Status.ACTIVE
    assert Member.objects.get(account=back).status == Member.Status.ACTIVE


def test_deactivation_takes_an_external_person_out_of_groups_only(idp):
    user = idp.push("bo@partner.example")
    idp.group("Partners", user)

    idp.change(user, active=False)

    assert people_in("Partners") == set()
    assert account("bo@partner.example").status == Account.Status.ACTIVE
    assert UserRecord.objects.get().link_state == "paused"


def test_reactivation_gives_an_external_person_the_groups_back(idp):
    user = idp.push("bo@partner.example")
    idp.group("Partners", user)
    idp.change(user, active=False)

    idp.change(user, active=True)

    assert people_in("Partners") == {"bo@partner.example"}


def test_deactivation_reaches_a_person_whose_address_is_in_question(idp):
    user = idp.push("ada@example.com")
    user = idp.move(user, "ada@partner.example")

    idp.change(user, active=False)

    assert account("ada@example.com").status == Account.Status.DEACTIVATED


def test_deactivation_reaches_a_person_who_lost_the_address(idp):
    user = idp.push("ada@example.com")

    idp.send("PUT", f"/Users/{user['id']}", {"userName": "ada", "active": False})

    assert account("ada@example.com").status == Account.Status.DEACTIVATED


def test_deactivation_is_not_refused_for_a_taken_address(idp):
    user = idp.push("ada@example.com")
    AccountFactory.create(email="taken@example.com")

    answer = idp.send(
        "PUT", f"/Users/{user['id']}", person("taken@example.com", active=False)
    )

    assert answer.status_code == 200
    assert account("ada@example.com").status == Account.Status.DEACTIVATED


def test_a_person_of_a_domain_that_another_organization_verified_can_be_let_go(idp):
    user = idp.push("bo@partner.example")
    idp.group("Partners", user)
    DomainFactory.create(name="partner.example")

    idp.change(user, active=False)

    assert people_in("Partners") == set()


def test_pushing_a_person_again_claims_the_account_of_a_domain_verified_since(
    idp, organization
):
    user = idp.push("bo@partner.example")
    DomainFactory.create(organization=organization, name="partner.example")

    idp.change(user, active=True)

    assert account("bo@partner.example").managed_by == organization


def test_an_inactive_newcomer_gets_an_account_when_activated(idp):
    user = idp.push("ada@example.com", active=False)
    assert EXTERNAL not in user
    assert not Account.objects.exists()

    user = idp.change(user, active=True)

    assert user[EXTERNAL]["atlassianAccountId"]


def test_deleting_a_person_deactivates_a_managed_account_and_frees_the_record(idp):
    user = idp.push("ada@example.com")
    idp.group("Engines", user)

    assert idp.send("DELETE", f"/Users/{user['id']}").status_code == 204

    gone = account("ada@example.com")
    assert gone.status == Account.Status.DEACTIVATED
    assert Member.objects.get(account=gone).directory is None
    assert people_in("Engines") == set()
    again = idp.push("ada@example.com")
    assert again["id"] != user["id"]
    assert account("ada@example.com").status == Account.Status.ACTIVE


def test_deleting_an_external_person_keeps_the_account_active(idp):
    user = idp.push("bo@partner.example")
    idp.group("Partners", user)

    idp.send("DELETE", f"/Users/{user['id']}")

    assert account("bo@partner.example").status == Account.Status.ACTIVE
    assert people_in("Partners") == set()


def test_an_address_of_another_organizations_domain_is_refused(idp):
    DomainFactory.create(name="rival.example")

    answer = idp.send("POST", "/Users", person("eve@rival.example"))

    assert answer.status_code == 409
    assert not UserRecord.objects.exists()
    assert TroubleshootingEntry.objects.filter(
        kind="domain_of_other_organization"
    ).exists()


def test_a_second_directory_does_not_take_a_person_over(idp, organization):
    idp.push("ada@example.com")
    other = provider_of(organization, "Entra")

    user = other.push("ada@example.com", displayName="Somebody Else")

    assert EXTERNAL not in user
    assert UserRecord.objects.get(directory=other.directory).link_state == "held"
    assert account("ada@example.com").name == "Ada"
    assert TroubleshootingEntry.objects.get(kind="other_directory")


def test_a_domain_linked_to_another_directory_holds_its_people(idp, organization):
    other = provider_of(organization, "Entra")
    organization.domains.update(directory=other.directory)

    idp.push("ada@example.com")

    assert not Account.objects.exists()
    assert UserRecord.objects.get().link_reason == "domain_linked_elsewhere"


def test_an_admins_account_is_not_handed_over(idp, organization):
    admin = AccountFactory.create(email="root@example.com", name="Root")
    RoleAssignmentFactory.create(organization=organization, account=admin)

    user = idp.push("root@example.com", active=False)

    assert EXTERNAL not in user
    assert UserRecord.objects.get().link_state == "held"
    assert account("root@example.com").status == Account.Status.ACTIVE
    assert TroubleshootingEntry.objects.get(kind="admin_account")


def test_an_admins_address_does_not_follow(idp, organization):
    user = idp.push("ada@example.com")
    RoleAssignment.objects.create(
        organization=organization,
        account=account("ada@example.com"),
        role=RoleAssignment.Role.ORGANIZATION_ADMIN,
        created_at=organization.created_at,
    )

    idp.move(user, "thief@example.com")

    assert not Account.objects.filter(email_key="thief@example.com").exists()
    assert TroubleshootingEntry.objects.get(kind="admin_email_change")


def test_the_audit_log_tells_what_happened_to_a_person(idp):
    user = idp.push("ada@example.com")
    idp.change(user, active=False)

    actions = list(
        AuditEvent.objects.filter(actor_kind="directory")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert actions == [
        "scim_user_create",
        "account_created",
        "scim_user_linked_to_aa",
        "scim_user_update",
        "managed_account_deactivated",
    ]

"""Links over the API: found, ended, made again; accounts freed of their records."""

import uuid

import pytest
from django.utils import timezone

from directories.events import Event
from directories.models import (
    Account,
    AuditEvent,
    LinkState,
    Member,
    Organization,
    TroubleshootingEntry,
    UserRecord,
)
from provisioning.reasons import Reason
from tests.api.conftest import error_of, provider_of
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    RoleAssignmentFactory,
)
from tests.provisioning.conftest import account, people_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(idp):
    """Return Ada as pushed, in the group Crew."""
    user = idp.push("ada@example.com")
    idp.group("Crew", user)
    return user


@pytest.fixture
def link(calls, ada):
    return calls.links_of("ada@example.com")[0]


def record_of(user):
    return UserRecord.objects.get(scim_id=user["id"])


def state_of(user):
    record = record_of(user)
    return record.link_state, record.link_reason


def test_the_links_of_an_address(calls, idp, ada, organization):
    assert calls.links_of(" ADA@example.com ") == [
        {
            "scimUserId": ada["id"],
            "atlassianAccountId": account("ada@example.com").public_id.hex,
            "orgId": str(organization.pk),
            "directoryId": str(idp.directory.pk),
        }
    ]


def test_the_account_id_is_the_one_that_scim_shows(calls, idp, ada, link):
    shown = ada["urn:scim:schemas:extension:atlassian-external:1.0"]

    assert link["atlassianAccountId"] == shown["atlassianAccountId"]


def test_who_is_not_linked_has_no_account(calls, idp):
    idp.push("gone@example.com", active=False)

    assert calls.links_of("gone@example.com")[0]["atlassianAccountId"] is None


def test_an_address_that_nobody_has_leads_to_no_links(calls, ada):
    assert calls.links_of("nobody@example.com") == []


@pytest.mark.parametrize("spelling", ["hex", "urn"])
def test_the_links_of_an_account(calls, ada, link, spelling):
    given = getattr(account("ada@example.com").public_id, spelling)

    answer = calls.send("GET", f"user/{given}/get-scim-links")

    assert answer.json() == {"scimLinks": [link]}


def test_a_local_account_has_no_links(calls, organization):
    local = MemberFactory.create(organization=organization).account

    answer = calls.send("GET", f"user/{local.public_id.hex}/get-scim-links")

    assert answer.json() == {"scimLinks": []}


def test_unlinking_deletes_neither_side(calls, idp, ada, link, organization):
    assert calls.of_user(link, "unlink").status_code == 204

    made = account("ada@example.com")
    assert state_of(ada) == (LinkState.UNLINKED, Reason.UNLINKED_BY_ADMIN)
    assert record_of(ada).account is None
    assert made.is_active
    assert made.managed_by == organization
    assert Member.objects.get(account=made).directory is None
    assert people_in("Crew") == set()
    assert idp.send("GET", f"/Users/{ada['id']}").status_code == 200


def test_unlinking_is_noted_with_the_key(calls, link):
    calls.of_user(link, "unlink")

    event = AuditEvent.objects.get(action=Event.SCIM_USER_UNLINKED)
    assert (event.actor_kind, event.actor_name) == ("api_key", "Nightly report")
    assert event.actor_id == str(calls.key.pk)


def test_unlinking_twice_changes_nothing_more(calls, link):
    calls.of_user(link, "unlink")

    assert calls.of_user(link, "unlink").status_code == 204
    assert AuditEvent.objects.filter(action=Event.SCIM_USER_UNLINKED).count() == 1


def test_a_push_does_not_undo_unlinking(calls, idp, ada, link):
    calls.of_user(link, "unlink")

    idp.change(ada, title="Boss", displayName="Ada Changed")
    group = idp.group("Other", ada)

    made = account("ada@example.com")
    assert group["members"]
    assert state_of(ada) == (LinkState.UNLINKED, Reason.UNLINKED_BY_ADMIN)
    assert made.name == "Ada"
    assert people_in("Other") == set()


def test_a_deactivation_after_unlinking_says_that_nothing_followed(
    calls, idp, ada, link
):
    calls.of_user(link, "unlink")

    idp.change(ada, active=False)

    assert account("ada@example.com").is_active
    entry = TroubleshootingEntry.objects.get(kind="deactivation_not_followed")
    assert "nothing followed" in entry.reason
    assert entry.subject_id == ada["id"]


def test_a_deletion_after_unlinking_says_that_nothing_followed(calls, idp, ada, link):
    calls.of_user(link, "unlink")

    assert idp.send("DELETE", f"/Users/{ada['id']}").status_code == 204

    assert account("ada@example.com").is_active
    assert TroubleshootingEntry.objects.filter(kind="deletion_not_followed").exists()


def test_re_linking_brings_all_back(calls, idp, ada, link):
    calls.of_user(link, "unlink")
    idp.change(ada, displayName="Ada Changed")

    answer = calls.of_user(link, "relink")

    assert answer.status_code == 200
    assert answer.json()["state"] == "linked"
    made = account("ada@example.com")
    assert answer.json()["atlassianAccountId"] == made.public_id.hex
    assert made.name == "Ada Changed"
    assert people_in("Crew") == {"ada@example.com"}
    assert Member.objects.get(account=made).directory == idp.directory


def test_re_linking_an_admin_waits_for_review(calls, ada, link, organization):
    calls.of_user(link, "unlink")
    RoleAssignmentFactory.create(
        organization=organization, account=account("ada@example.com")
    )

    told = calls.of_user(link, "relink").json()

    assert (told["state"], told["reason"]) == ("held", Reason.ADMIN_ACCOUNT)
    assert "admin right" in told["explanation"]


def test_re_linking_to_a_chosen_account_gives_it_the_pushed_address(
    calls, idp, ada, link, organization
):
    calls.of_user(link, "unlink")
    Account.objects.filter(email="ada@example.com").update(
        email="former@example.com", email_key="former@example.com"
    )
    chosen = account("former@example.com")

    told = calls.of_user(
        link, "relink", {"atlassianAccountId": chosen.public_id.hex}
    ).json()

    assert told["state"] == "linked"
    assert account("ada@example.com") == chosen
    assert people_in("Crew") == {"ada@example.com"}


def unmanaged(organization, record):
    return MemberFactory.create(organization=organization).account


def of_an_admin(organization, record):
    made = managed(organization, record)
    RoleAssignmentFactory.create(organization=organization, account=made)
    return made


def to_be_deleted(organization, record):
    made = managed(organization, record)
    Account.objects.filter(pk=made.pk).update(
        status=Account.Status.DEACTIVATED, deletion_at=timezone.now()
    )
    return made


def managed(organization, record):
    made = AccountFactory.create(managed_by=organization)
    return MemberFactory.create(organization=organization, account=made).account


def beside_the_holder(organization, record):
    return managed(organization, record)


@pytest.mark.parametrize(
    ("choose", "words"),
    [
        (unmanaged, "does not manage this account"),
        (of_an_admin, "admin right"),
        (to_be_deleted, "Cancel the deletion first"),
        (beside_the_holder, "has the address ada@example.com already"),
    ],
)
def test_a_choice_that_would_break_a_rule_is_refused(
    calls, ada, link, organization, choose, words
):
    calls.of_user(link, "unlink")
    chosen = choose(organization, record_of(ada))

    answer = calls.of_user(link, "relink", {"atlassianAccountId": chosen.public_id.hex})

    assert words in error_of(answer, 409)
    assert state_of(ada) == (LinkState.UNLINKED, Reason.UNLINKED_BY_ADMIN)


def test_who_is_linked_is_not_linked_to_another(calls, ada, link, organization):
    chosen = managed(organization, None)

    answer = calls.of_user(link, "relink", {"atlassianAccountId": chosen.public_id.hex})

    assert "linked to an account already" in error_of(answer, 409)


def test_dropping_frees_a_managed_account(calls, idp, ada, organization):
    made = account("ada@example.com")

    answer = calls.send("DELETE", f"user/{made.public_id.hex}/onlyDeleteUserInDB")

    assert answer.status_code == 204
    assert idp.send("GET", f"/Users/{ada['id']}").status_code == 404
    made.refresh_from_db()
    assert made.is_active
    assert made.managed_by == organization
    assert people_in("Crew") == set()
    member = Member.objects.get(account=made)
    assert member.directory is None
    assert member.former_directory == idp.directory.name


def test_who_was_dropped_is_provisioned_anew(calls, idp, ada, organization):
    made = account("ada@example.com")
    calls.send("DELETE", f"user/{made.public_id.hex}/onlyDeleteUserInDB")

    again = idp.push("ada@example.com")

    assert again["id"] != ada["id"]
    assert record_of(again).account == made
    member = Member.objects.get(account=made)
    assert (member.directory, member.released_at) == (idp.directory, None)
    assert people_in("Crew") == set()


def test_only_managed_accounts_are_dropped(calls, idp):
    user = idp.push("bo@partner.example")
    made = account("bo@partner.example")

    answer = calls.send("DELETE", f"user/{made.public_id.hex}/onlyDeleteUserInDB")

    assert "manages" in error_of(answer, 400)
    assert record_of(user).account == made


def test_unlinked_users_are_listed_with_what_to_do(calls, idp, ada, link):
    idp.push("gone@example.com", active=False)
    calls.of_user(link, "unlink")

    answer = calls.send("GET", "get-unlinked-scim-users")

    users = answer.json()["scimUsers"]
    assert [user["userName"] for user in users] == [
        "ada@example.com",
        "gone@example.com",
    ]
    assert users[0]["reason"] == Reason.UNLINKED_BY_ADMIN
    assert "Re-link" in users[0]["explanation"]
    assert answer.json()["nextCursor"] is None


def test_unlinked_users_come_in_pages_and_by_reason(calls, idp):
    for n in range(5):
        idp.push(f"gone{n}@example.com", active=False)
    names: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = calls.send("GET", f"get-unlinked-scim-users?limit=2&cursor={cursor}")
        names += [user["userName"] for user in page.json()["scimUsers"]]
        cursor = page.json()["nextCursor"]

    assert names == [f"gone{n}@example.com" for n in range(5)]
    other = calls.send("GET", "get-unlinked-scim-users?reason=no_email").json()
    assert other["scimUsers"] == []


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=x", "cursor=rubbish", "directoryId=x", "state=linked"]
)
def test_a_query_that_makes_no_sense_is_refused(calls, query):
    error_of(calls.send("GET", f"get-unlinked-scim-users?{query}"), 400)


def test_syncing_a_person_again_mends_their_groups(calls, ada, link, organization):
    made = account("ada@example.com")
    made.member_groups.clear()

    assert calls.of_user(link, "resync").status_code == 200

    assert people_in("Crew") == {"ada@example.com"}


def test_another_directory_takes_an_account_that_was_unlinked(
    calls, ada, link, organization
):
    second = provider_of(organization, "Entra")
    waiting = second.push("ada@example.com")
    assert state_of(waiting)[0] == LinkState.HELD

    calls.of_user(link, "unlink")

    assert state_of(waiting) == (LinkState.LINKED, "")


@pytest.mark.parametrize("what", ["unlink", "relink", "resync"])
def test_what_does_not_exist_is_not_found(calls, link, what):
    for name in ("scimUserId", "directoryId"):
        for wrong in (str(uuid.uuid4()), "x"):
            error_of(calls.of_user({**link, name: wrong}, what), 404)


def test_a_verified_domain_elsewhere_refuses_to_re_link(calls, idp, organization):
    user = idp.push("bo@partner.example")
    (link,) = calls.links_of("bo@partner.example")
    calls.of_user(link, "unlink")
    Account.objects.filter(email="bo@partner.example").delete()
    DomainFactory.create(name="partner.example")

    answer = calls.of_user(link, "relink")

    assert "Another organization has verified" in error_of(answer, 409)
    assert state_of(user) == (LinkState.UNLINKED, Reason.UNLINKED_BY_ADMIN)


@pytest.mark.parametrize("what", ["relink", "resync"])
def test_without_a_subscription_syncing_rests(calls, ada, link, what):
    Organization.objects.update(subscription=Organization.Subscription.LAPSED)

    assert "subscription has ended" in error_of(calls.of_user(link, what), 403)


def test_without_a_subscription_unlinking_still_works(calls, ada, link):
    Organization.objects.update(subscription=Organization.Subscription.LAPSED)

    assert calls.of_user(link, "unlink").status_code == 204

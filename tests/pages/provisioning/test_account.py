"""What admins do to one person, and what they are told about it."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from directories.models import Account, AuditEvent, LinkState, Member, RoleAssignment
from directories.services import audit, directories
from provisioning.models import GroupMember
from provisioning.tasks import delete_due_accounts
from tests.factories.directories import (
    AccountFactory,
    DomainFactory,
    MemberFactory,
    RoleAssignmentFactory,
    UserRecordFactory,
)
from tests.factories.provisioning import GroupFactory, GroupMemberFactory
from tests.pages.provisioning.reading import main_of, text_of
from tests.provisioning.conftest import Provider

ACTIONS = [
    "account-deactivate",
    "account-reactivate",
    "account-delete",
    "account-deletion-cancel",
    "user-remove",
    "user-edit",
]


def url(name, account):
    return reverse(f"provisioning:{name}", args=[account.public_id])


@pytest.fixture
def person(organization):
    """Return a managed person whom no identity provider owns."""
    DomainFactory.create(organization=organization, name="acme.example")
    account = AccountFactory.create(
        name="Bea Brown", email="bea@acme.example", managed_by=organization
    )
    MemberFactory.create(organization=organization, account=account)
    return account


@pytest.fixture
def guest(organization):
    """Return an external person with a group and a right."""
    account = AccountFactory.create(name="Guy Guest", email="guy@partner.example")
    MemberFactory.create(organization=organization, account=account)
    group = GroupFactory.create(organization=organization, name="Locals")
    GroupMemberFactory.create(group=group, account=account)
    RoleAssignmentFactory.create(
        organization=organization,
        account=account,
        role=RoleAssignment.Role.USER_ACCESS_ADMIN,
    )
    return account


def own(account, okta):
    """Let a directory own the account."""
    Member.objects.filter(account=account).update(directory=okta)
    return UserRecordFactory.create(
        directory=okta, account=account, link_state=LinkState.LINKED
    )


def deactivate(console, account):
    console.post(url("account-deactivate", account))
    account.refresh_from_db()


def delete(console, account, typed=None):
    body = {"confirmation": account.email if typed is None else typed}
    answer = console.post(url("account-delete", account), body)
    account.refresh_from_db()
    return answer


def test_an_account_is_deactivated_and_reactivated(console, person):
    session = person.get_session_auth_hash()

    deactivate(console, person)

    assert person.status == Account.Status.DEACTIVATED
    assert person.get_session_auth_hash() != session
    text = main_of(console.get(url("user-detail", person)))
    assert "This account is deactivated. bea@acme.example no longer has access" in text
    assert "Deactivated by Ada Admin" in text
    console.post(url("account-reactivate", person))
    person.refresh_from_db()
    assert person.is_active


@pytest.mark.parametrize("name", ACTIONS)
def test_what_a_provider_owns_is_not_changed_here(console, person, okta, name):
    own(person, okta)

    console.post(
        url(name, person),
        {"confirmation": person.email, "name": "X", "email": person.email},
    )

    person.refresh_from_db()
    assert (person.is_active, person.deletion_at) == (True, None)
    assert person.name == "Bea Brown"
    page = main_of(console.get(url("user-detail", person)))
    assert okta.name in page
    assert "Deactivate account" not in page


def test_the_page_names_the_provider_and_the_request_that_deactivated(
    console, organization
):
    DomainFactory.create(organization=organization, name="acme.example")
    directory = directories.add_directory(
        organization=organization,
        provider="okta",
        name="Okta live",
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    idp = Provider(directory)
    user = idp.push("bea@acme.example")
    idp.change(user, active=False)

    page = console.get(url("user-detail", Account.objects.get(name="Bea")))

    text = main_of(page)
    assert "Deactivated by your identity provider Okta live" in text
    assert "To reactivate it, activate the person in Okta live" in text
    event = AuditEvent.objects.get(action="managed_account_deactivated")
    assert f"?request={event.request_id}" in page.content.decode()
    assert "Last changed by Okta live" in text


@pytest.mark.parametrize("name", ACTIONS[:4])
def test_admins_do_not_lock_themselves_out(console, admin, organization, name):
    admin.managed_by = organization
    admin.save()
    RoleAssignmentFactory.create(organization=organization)

    console.post(url(name, admin), {"confirmation": admin.email})

    admin.refresh_from_db()
    assert (admin.is_active, admin.deletion_at) == (True, None)


@pytest.mark.parametrize("name", ["account-deactivate", "account-delete"])
def test_the_last_admin_of_any_organization_stays(console, person, name):
    RoleAssignmentFactory.create(account=person, organization__name="Elsewhere")

    answer = console.post(
        url(name, person), {"confirmation": person.email}, follow=True
    )

    person.refresh_from_db()
    assert person.is_active
    assert "last active organization admin of Elsewhere" in text_of(answer)


def test_a_deletion_says_what_it_means_and_wants_the_address(
    console, organization, person
):
    group = GroupFactory.create(organization=organization)
    GroupMemberFactory.create(group=group, account=person)

    text = main_of(console.get(url("account-delete", person)))
    assert "In these 14 days you can cancel" in text
    assert "1 group" in text
    assert delete(console, person, typed="wrong").status_code == 422
    assert not Account.objects.filter(deletion_at__isnull=False).exists()

    delete(console, person)

    assert person.deletion_at
    assert person.deletion_at > timezone.now() + timedelta(days=13)
    assert not person.is_active
    page = main_of(console.get(url("user-detail", person)))
    assert "This account will be deleted" in page
    assert "Cancel deletion" in page


def test_a_deletion_can_be_cancelled_and_leaves_the_account_deactivated(
    console, person
):
    delete(console, person)
    console.post(url("account-reactivate", person))
    person.refresh_from_db()
    assert not person.is_active

    console.post(url("account-deletion-cancel", person))

    person.refresh_from_db()
    assert (person.deletion_at, person.is_active) == (None, False)
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert "managed_account_deletion_scheduled" in actions
    assert "managed_account_deletion_cancelled" in actions


def test_who_is_due_is_deleted_for_good_and_the_log_keeps_the_name(
    console, organization, person
):
    group = GroupFactory.create(organization=organization)
    GroupMemberFactory.create(group=group, account=person)
    key = person.pk
    delete(console, person)

    delete_due_accounts()
    assert Account.objects.filter(pk=key).exists()
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        delete_due_accounts()

    assert not Account.objects.filter(pk=key).exists()
    assert not Member.objects.filter(account_id=key).exists()
    assert not GroupMember.objects.filter(account_id=key).exists()
    event = AuditEvent.objects.get(action="managed_account_deleted")
    assert event.target_name == "bea@acme.example"
    assert event.details["name"] == "Bea Brown"


def test_a_person_pushed_meanwhile_waits_and_gets_a_new_account_afterwards(
    console, organization, person, django_capture_on_commit_callbacks
):
    directory = directories.add_directory(
        organization=organization,
        provider="okta",
        name="Okta live",
        by=audit.SYSTEM,
        now=timezone.now(),
    )
    delete(console, person)
    Provider(directory).push("bea@acme.example", displayName="New Bea")
    record = directory.userrecords.get()
    assert record.link_reason == "deletion_scheduled"

    later = timezone.now() + timedelta(days=15)
    with (
        time_machine.travel(later),
        django_capture_on_commit_callbacks(execute=True),
    ):
        delete_due_accounts()

    record.refresh_from_db()
    assert record.link_state == LinkState.LINKED
    assert record.account is not None
    assert record.account.name == "New Bea"
    assert record.account.pk != person.pk


def test_an_external_person_of_another_organization_is_let_go_with_the_account(
    console, person
):
    foreign = UserRecordFactory.create(account=person, link_state=LinkState.LINKED)
    delete(console, person)

    with time_machine.travel(timezone.now() + timedelta(days=15)):
        delete_due_accounts()

    foreign.refresh_from_db()
    assert (foreign.account, foreign.link_state) == (None, LinkState.UNLINKED)


def test_an_external_person_is_removed_with_everything(console, guest):
    text = main_of(console.get(url("user-remove", guest)))
    assert "1 group is lost" in text
    assert "Locals" in text
    assert "1 admin right ends" in text

    console.post(url("user-remove", guest))

    assert not Member.objects.filter(account=guest).exists()
    assert not GroupMember.objects.filter(account=guest).exists()
    assert not RoleAssignment.objects.filter(account=guest).exists()
    guest.refresh_from_db()
    assert guest.is_active
    assert AuditEvent.objects.get(action="user_removed_from_org")


def test_who_is_pushed_as_active_is_not_removed(console, guest, okta):
    own(guest, okta)

    answer = console.post(url("user-remove", guest), follow=True)

    assert Member.objects.filter(account=guest).exists()
    assert "would bring them back" in text_of(answer)


def test_the_last_admin_is_not_removed(console, admin):
    answer = console.post(url("user-remove", admin), follow=True)

    assert Member.objects.filter(account=admin).exists()
    assert "last active organization admin" in text_of(answer)


def test_a_managed_person_is_not_removed(console, person):
    console.post(url("user-remove", person))

    assert Member.objects.filter(account=person).exists()


@pytest.mark.parametrize("name", ACTIONS)
def test_only_organization_admins_decide(site_admin, person, name):
    assert site_admin.post(url(name, person)).status_code == 403


@pytest.mark.parametrize("name", ACTIONS)
def test_people_of_others_do_not_exist(console, name):
    foreign = MemberFactory.create().account

    assert console.post(url(name, foreign)).status_code == 404


@pytest.mark.parametrize("name", ["account-delete", "user-remove", "user-edit"])
def test_looking_writes_nothing(console, person, no_writes, name):
    with no_writes():
        assert console.get(url(name, person)).status_code == 200


def test_details_are_edited(console, person):
    answer = console.post(
        url("user-edit", person),
        {
            "name": "Bea Black",
            "email": "bea.black@acme.example",
            "job_title": "Analyst",
            "time_zone": "Europe/London",
            "language": "en-GB",
        },
    )

    person.refresh_from_db()
    assert answer["Location"] == url("user-detail", person)
    assert (person.name, person.job_title) == ("Bea Black", "Analyst")
    assert person.email == "bea.black@acme.example"
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"user_detail_change", "email_change"} <= actions


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("bea@elsewhere.example", "verified domains"),
        ("ada@acme.example", "The account of Ada Admin has this address"),
        ("nonsense", "Enter a valid email address"),
    ],
)
def test_an_address_that_cannot_be_given_is_explained(console, person, email, said):
    answer = console.post(
        url("user-edit", person), {"name": "Bea Black", "email": email}
    )

    person.refresh_from_db()
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert (person.name, person.email) == ("Bea Brown", "bea@acme.example")


def test_the_fields_of_an_owned_person_are_read_only_and_name_the_owner(
    console, person, okta
):
    own(person, okta)

    page = console.get(url("user-edit", person))

    assert f"Managed by {okta.name}" in main_of(page).replace(" .", ".")
    assert page.content.decode().count("disabled") >= 9
    assert ">Save<" not in page.content.decode()


@pytest.mark.parametrize(
    ("act", "subject"),
    [
        (deactivate, "Your account was deactivated by Acme"),
        (delete, "Your account will be deleted by Acme"),
    ],
)
def test_the_person_is_told_by_mail(
    console, person, django_capture_on_commit_callbacks, act, subject
):
    with django_capture_on_commit_callbacks(execute=True):
        act(console, person)

    (told,) = mail.outbox
    assert told.subject == subject
    assert told.to == [person.email]
    assert "ask the admins of Acme" in told.body

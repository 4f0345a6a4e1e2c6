"""Inviting people: who gets a place and groups, who is refused and why, the mail."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from directories.events import Event
from directories.models import Account, AuditEvent, Member, UserRecord
from directories.services.audit import SYSTEM
from provisioning.models import App, AppAccess, Group, GroupMember, Invitation
from provisioning.queries.accounts.people import INVITED, MemberFilter, members_of
from provisioning.services.inviting import invitation_mail, invitations
from provisioning.services.organization_groups import local_groups
from tests.factories.directories import (
    AccountFactory,
    DirectoryFactory,
    DomainFactory,
    MemberFactory,
)
from tests.factories.provisioning import AppGrantFactory, GroupFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
EMAIL = "anna@else.example"


@pytest.fixture
def users(organization):
    """Return the default group of Jira."""
    group = GroupFactory.create(organization=organization, kind=Group.Kind.DEFAULT)
    AppGrantFactory.create(group=group, is_default=True)
    return group


def invite(organization, *emails, groups=(), **values):
    plan = invitations.Plan([group.pk for group in groups], **values)
    found = invitations.invite_people(organization, emails, plan, by=SYSTEM, now=NOW)
    return list(found)


def link_in(message):
    return re.findall(r"/password-reset/\S+/\S+/", str(message.body))[0]


def reasons(results):
    return [each.refusal.reason if each.refusal else "" for each in results]


def test_a_stranger_gets_an_account_a_place_and_the_groups(organization, users):
    (result,) = invite(organization, "Anna@Else.example", groups=[users])

    account = Account.objects.get(email_key=EMAIL)
    assert (result.here, [g.pk for g in result.joined]) == (False, [users.pk])
    assert account.managed_by is None
    assert not account.has_usable_password()
    assert AppAccess.objects.get().account == account
    assert [m.name for m in members_of(organization, MemberFilter(status=INVITED))] == [
        "Anna@Else.example"
    ]
    actions = AuditEvent.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == [
        Event.ACCOUNT_CREATED,
        Event.USER_INVITED,
        Event.USER_ADDED_TO_GROUP,
        Event.GROUP_UPDATED,
    ]


def test_an_own_domain_makes_a_managed_account_and_names_its_provider(organization):
    okta = DirectoryFactory.create(organization=organization, name="Okta")
    DomainFactory.create(
        organization=organization, name="linked.example", directory=okta
    )

    plain, linked = invite(organization, "a@example.com", "b@linked.example")

    assert [plain.provider, linked.provider] == ["", "Okta"]
    assert plain.account.managed_by == linked.account.managed_by == organization


def test_who_is_here_already_only_gets_the_groups(organization, users, idp):
    idp.push("ben@example.com")

    (first,) = invite(organization, "ben@example.com", groups=[users])
    (again,) = invite(organization, "ben@example.com", groups=[users])

    assert (first.here, len(first.joined), first.invitation) == (True, 1, None)
    assert (again.here, again.joined) == (True, [])
    assert UserRecord.objects.get().link_reason == ""
    assert not Invitation.objects.exists()


def test_a_group_that_was_let_go_is_changed_by_an_invitation(organization):
    group = GroupFactory.create(organization=organization, released_at=timezone.now())

    invite(organization, "a@example.com", groups=[group])

    group.refresh_from_db()
    assert group.released_at is None


def test_who_is_refused_is_told_why_and_nothing_is_written(organization, users):
    DomainFactory.create(name="other.example")
    suspended = MemberFactory.create(organization=organization, status="suspended")
    gone = AccountFactory.create(status="deactivated", managed_by=organization)
    claimed = AccountFactory.create(
        managed_by=DomainFactory.create().organization, email="c@free.example"
    )
    known = Account.objects.count()

    results = invite(
        organization,
        "x@other.example",
        suspended.account.email,
        gone.email,
        claimed.email,
        groups=[users],
    )

    assert reasons(results) == ["claimed", "suspended", "deactivated", "claimed"]
    assert Account.objects.count() == known
    assert not GroupMember.objects.filter(group=users).exists()


def test_the_limit_of_users_stops_newcomers_only(organization, users):
    here = MemberFactory.create(organization=organization).account
    organization.limit_users = 2
    organization.save()

    results = invite(organization, "a@x.example", "b@x.example", here.email)

    assert reasons(results) == ["", "limit", ""]


@pytest.mark.parametrize(
    ("at_limit", "outcome", "states"),
    [
        (App.AtLimit.REFUSE, "license", ["active"]),
        (App.AtLimit.QUEUE, "", ["active", "waiting"]),
        (App.AtLimit.ALLOW, "", ["active", "active"]),
    ],
)
def test_a_user_limit_refuses_lets_wait_or_warns(
    organization, users, at_limit, outcome, states
):
    App.objects.update(user_limit=1, at_limit=at_limit)

    results = invite(organization, "a@x.example", "b@x.example", groups=[users])

    assert reasons(results) == ["", outcome]
    assert bool(results[1].waiting) == (states[-1] == "waiting")
    assert list(AppAccess.objects.order_by("pk").values_list("state", flat=True)) == (
        states
    )
    assert Member.objects.count() == len(states)


def test_a_group_that_is_synced_or_gone_stops_the_invitation(organization, users):
    synced = GroupFactory.create(organization=organization, synced=True)
    foreign = GroupFactory.create()

    assert reasons(invite(organization, EMAIL, groups=[users, synced])) == [
        "group_synced"
    ]
    assert reasons(invite(organization, EMAIL, groups=[foreign])) == ["group_gone"]
    assert not Member.objects.exists()


def test_the_mail_leads_to_a_password_and_the_state_ends_with_the_sign_in(
    organization, settings
):
    (result,) = invite(organization, EMAIL, message="Welcome aboard.")

    assert invitation_mail.send(result.invitation.pk)

    (sent,) = mail.outbox
    assert sent.subject == f"You are invited to {organization.name}"
    assert "Welcome aboard." in sent.body
    assert f"{settings.BASE_URL}/password-reset/" in sent.body
    link = link_in(sent)
    client = Client()
    new = {"new_password": "a long new secret", "repeated_password": ""}
    new["repeated_password"] = new["new_password"]
    assert client.post(link, new).status_code == 302
    assert client.get(link).status_code == 410
    signed_in = {"email": EMAIL, "password": new["new_password"]}
    client.post("/sign-in/", signed_in)
    assert not Invitation.objects.pending().exists()
    assert not invitation_mail.send(result.invitation.pk)


def test_an_old_link_says_so(organization):
    (result,) = invite(organization, EMAIL)
    invitation_mail.send(result.invitation.pk)
    link = link_in(mail.outbox[0])

    with time_machine.travel(NOW + timedelta(hours=25)):
        answer = Client().get(link)

    assert answer.status_code == 410


def test_who_has_an_account_is_led_to_the_sign_in(organization):
    account = AccountFactory.create(last_login=NOW.replace(year=2025))
    account.set_password("a long old secret")
    account.save()

    (result,) = invite(organization, account.email)
    invitation_mail.send(result.invitation.pk)

    assert "/sign-in/" in mail.outbox[0].body
    assert "/password-reset/" not in mail.outbox[0].body


def test_revoking_takes_the_place_and_the_account_that_was_made(organization, users):
    known = AccountFactory.create()
    fresh, old = invite(organization, EMAIL, known.email, groups=[users])

    for each in (fresh, old):
        invitations.revoke_invitation(
            each.account, organization, by=SYSTEM, now=timezone.now()
        )

    assert not Member.objects.exists()
    assert not GroupMember.objects.exists()
    assert not AppAccess.objects.exists()
    assert [*Account.objects.all()] == [known]
    with pytest.raises(invitations.FollowedError):
        invitations.resend_invitation(known, organization, by=SYSTEM, now=NOW)


def test_who_signed_in_or_was_pushed_cannot_be_revoked(organization, idp):
    signed, pushed = invite(organization, EMAIL, "ben@example.com")
    Account.objects.filter(pk=signed.account.pk).update(last_login=timezone.now())
    idp.push("ben@example.com")

    for each in (signed, pushed):
        with pytest.raises(invitations.FollowedError):
            invitations.revoke_invitation(
                each.account, organization, by=SYSTEM, now=timezone.now()
            )
    assert not members_of(organization, MemberFilter(status=INVITED)).exists()


def test_what_somebody_waits_for_elsewhere_is_not_told(organization, users):
    elsewhere = AppGrantFactory.create()
    App.objects.filter(pk=elsewhere.app_id).update(user_limit=0)
    anna = AccountFactory.create(email=EMAIL)
    MemberFactory.create(organization=elsewhere.group.organization, account=anna)
    local_groups.add_people(elsewhere.group, [anna.pk], by=SYSTEM, now=NOW)
    assert AppAccess.objects.get().state == AppAccess.State.WAITING

    (result,) = invite(organization, EMAIL, groups=[users])

    assert (len(result.joined), result.waiting) == (1, [])

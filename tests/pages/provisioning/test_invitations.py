"""The pages that invite people, and those about an invitation."""

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from directories.models import Account, Member, RoleAssignment
from provisioning.models import App, AppRole, GroupMember, Invitation
from provisioning.tasks import send_invitation
from tests.factories.directories import (
    MemberFactory,
    RoleAssignmentFactory,
    SiteFactory,
)
from tests.factories.provisioning import (
    AppFactory,
    AppGrantFactory,
    GroupFactory,
    GroupRoleFactory,
)
from tests.pages.provisioning.reading import csv_rows, main_of, text_of

URL = "/directory/users/invite/"
EMAIL = "anna@else.example"


@pytest.fixture
def jira(organization):
    """Return Jira of acme with a default group for users."""
    site = SiteFactory.create(organization=organization, name="acme")
    app = AppFactory.create(site=site)
    group = GroupFactory.create(organization=organization, name="jira-users-acme")
    AppGrantFactory.create(app=app, group=group, is_default=True)
    return app


@pytest.fixture
def access_admin(organization, jira):
    """Return a client of a user access admin of Jira of acme."""
    right = RoleAssignmentFactory.create(
        organization=organization,
        site=jira.site,
        role=RoleAssignment.Role.USER_ACCESS_ADMIN,
        app=jira.kind,
    )
    client = Client()
    client.force_login(right.account)
    return client


def key_of(app, role=AppRole.USER):
    return f"{app.pk}:{role.value}"


def invite(client, emails=EMAIL, **values):
    return client.post(URL, {"emails": emails, "sends": "on", **values})


def test_who_cannot_be_mailed_is_invited_and_the_page_says_so(
    console, organization, monkeypatch
):
    def away(**_values):
        raise OperationalError

    monkeypatch.setattr(send_invitation, "delay", away)

    answer = invite(console, f"{EMAIL} bo@else.example")

    assert "2 invitations were not mailed" in text_of(answer)
    assert [each.sent_at for each in Invitation.objects.all()] == [None, None]


def test_each_role_names_its_groups_or_what_to_do(console, jira):
    page = main_of(console.get(URL))

    assert "Jira: User Joins jira-users-acme" in page
    assert "Jira: Guest No default group. Organization admins choose one" in page


def test_people_are_invited_mailed_and_shown_as_invited(
    console, jira, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        page = invite(console, f"{EMAIL}\nben@else.example", roles=[key_of(jira)])

    assert page.status_code == 200
    assert f"{EMAIL} jira-users-acme" in main_of(page)
    assert [m.to for m in mail.outbox] == [[EMAIL], ["ben@else.example"]]
    account = Account.objects.get(email=EMAIL)
    assert "Invited" in main_of(console.get(f"/directory/users/{account.public_id}/"))
    assert "anna@else.example Invited" in main_of(console.get("/directory/users/"))
    site_users = reverse("provisioning:site-users", args=[jira.site_id])
    assert "anna@else.example Invited" in main_of(console.get(site_users))
    lists = [reverse("provisioning:user-export"), f"{site_users}export/"]
    for address in lists:
        lines = csv_rows(console.post(address))
        assert "Invited" in next(each for each in lines if EMAIL in each)
    assert "Here already" in main_of(invite(console))


@pytest.mark.parametrize(
    ("emails", "said"),
    [
        ("", "Enter at least one address."),
        ("a@x.example, nobody", "Line 1: “nobody” is no email address."),
        ("\n".join(f"p{n}@x.example" for n in range(101)), "These are 101 addresses."),
    ],
)
def test_mistakes_are_said_and_nobody_is_invited(console, jira, emails, said):
    page = invite(console, emails, message="Hello")

    assert page.status_code == 422
    assert said in main_of(page)
    assert not Invitation.objects.exists()


def test_one_person_twice_is_one(console):
    invite(console, "a@x.example A@X.example;a@x.example")

    assert Invitation.objects.count() == 1


def test_without_a_mail_none_is_sent_until_somebody_resends(console, organization):
    console.post(URL, {"emails": EMAIL})
    account = Account.objects.get(email=EMAIL)
    own = f"/directory/users/{account.public_id}/"

    assert not mail.outbox
    assert "No email has been sent." in main_of(console.get(own))
    console.post(f"{own}invitation/resend/")
    assert mail.outbox[0].to == [EMAIL]
    assert main_of(console.get(own)).count(" UTC. ") == 1


def test_more_groups_are_found_by_name_or_refused(console, organization):
    group = GroupFactory.create(organization=organization, name="Friends")
    GroupFactory.create(organization=organization, name="Pushed", synced=True)

    page = main_of(invite(console, groups="nobody\nPushed"))
    assert "There is no group “nobody”." in page
    assert "Pushed is synced" in page

    invite(console, groups="friends")
    assert GroupMember.objects.get().group == group


def test_an_access_admin_invites_to_what_they_run(access_admin, jira):
    trello = AppFactory.create(site=jira.site, kind=App.Kind.TRELLO)

    page = main_of(access_admin.get(URL))
    assert "Trello" not in page
    assert invite(access_admin, roles=[key_of(trello)]).status_code == 422
    assert invite(access_admin, roles=[key_of(jira)]).status_code == 200
    assert GroupMember.objects.count() == 1


@pytest.mark.parametrize("gives", ["right", "app"])
def test_an_access_admin_uses_no_group_that_gives_more(
    access_admin, console, jira, gives
):
    group = jira.grants.get().group
    if gives == "right":
        GroupRoleFactory.create(group=group)
        said = "jira-users-acme also gives an admin right."
    else:
        other = AppFactory.create(site=jira.site, kind=App.Kind.CONFLUENCE)
        AppGrantFactory.create(app=other, group=group)
        said = "jira-users-acme also opens Confluence on acme"

    assert said in main_of(access_admin.get(URL))
    refused = invite(access_admin, groups=group.name)
    assert said in main_of(refused)
    assert invite(access_admin, roles=[key_of(jira)]).status_code == 422
    assert not Invitation.objects.exists()

    assert invite(console, roles=[key_of(jira)]).status_code == 200
    account = Account.objects.get(email=EMAIL)
    revoke = f"/directory/users/{account.public_id}/invitation/revoke/"
    access_admin.post(revoke)
    assert Invitation.objects.exists()


def test_revoking_says_what_ends_and_leads_to_the_list(console, jira):
    invite(console, roles=[key_of(jira)])
    account = Account.objects.get(email=EMAIL)
    url = f"/directory/users/{account.public_id}/invitation/revoke/"

    assert "1 group is left, with the access it gives." in main_of(console.get(url))
    assert console.post(url).headers["Location"] == "/directory/users/"
    assert not Member.objects.filter(account__email=EMAIL).exists()


def test_who_came_already_cannot_be_resent_or_revoked(console, organization):
    account = MemberFactory.create(organization=organization).account
    own = f"/directory/users/{account.public_id}/"

    for path in ("resend", "revoke"):
        page = console.post(f"{own}invitation/{path}/", follow=True)
        assert "followed or revoked already" in text_of(page)
    assert organization.members.filter(account=account).exists()


@pytest.mark.parametrize("holds", ["suspended", "right"])
def test_revoking_undoes_no_decision_of_an_organization_admin(
    console, access_admin, organization, jira, holds
):
    invite(access_admin, roles=[key_of(jira)])
    member = Member.objects.get(account__email=EMAIL)
    if holds == "right":
        RoleAssignmentFactory.create(organization=organization, account=member.account)
    else:
        organization.members.filter(pk=member.pk).update(status=holds)
    url = f"/directory/users/{member.account.public_id}/invitation/revoke/"

    assert "An organization admin can revoke" in main_of(access_admin.get(url))
    access_admin.post(url)
    assert Invitation.objects.exists()
    console.post(url)
    assert not Invitation.objects.exists()

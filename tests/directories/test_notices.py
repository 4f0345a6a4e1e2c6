"""Mails to the admins of an organization."""

import pytest

from directories.models import Account, RoleAssignment
from directories.services.notices import mail_admins
from tests.factories.directories import (
    AccountFactory,
    OrganizationFactory,
    RoleAssignmentFactory,
)

TEMPLATE = "directories/mail/guard_stopped.txt"
CONTEXT = {
    "directory": "Okta",
    "people": True,
    "lost": 61,
    "base": 200,
    "percent": 20,
    "least": 50,
}


@pytest.fixture
def mailed(mailoutbox, django_capture_on_commit_callbacks):
    """Return what mailing the admins of an organization sends."""

    def mail(organization):
        with django_capture_on_commit_callbacks(execute=True):
            mail_admins(
                organization.pk, template=TEMPLATE, context=CONTEXT, path="/there/"
            )
            assert not mailoutbox
        return mailoutbox

    return mail


def test_a_name_with_a_line_break_breaks_no_mail(db, mailed, monkeypatch):
    monkeypatch.setitem(CONTEXT, "directory", "Okta\rBcc: eve@elsewhere.example")
    organization = OrganizationFactory()
    RoleAssignmentFactory(organization=organization)

    (mail,) = mailed(organization)

    assert mail.subject.endswith("Okta Bcc: eve@elsewhere.example")
    assert not mail.bcc


def test_each_active_organization_admin_gets_a_mail_with_a_link(db, mailed, settings):
    settings.BASE_URL = "https://rollcall.example"
    organization = OrganizationFactory()
    ada, bob = AccountFactory(name="Ada"), AccountFactory(name="Bob")
    gone = AccountFactory(status=Account.Status.DEACTIVATED)
    for account in (ada, bob, gone):
        RoleAssignmentFactory(organization=organization, account=account)
    RoleAssignmentFactory(
        organization=organization, role=RoleAssignment.Role.USER_ACCESS_ADMIN
    )
    RoleAssignmentFactory()

    mails = mailed(organization)

    assert sorted(mail.to for mail in mails) == sorted([[ada.email], [bob.email]])
    (first,) = (mail for mail in mails if mail.to == [ada.email])
    assert first.subject == "Syncing of removals is stopped: Okta"
    assert "Hello Ada" in first.body
    assert "61 of 200 people" in first.body
    assert "https://rollcall.example/there/" in first.body
    assert "\n\n\n" not in first.body


@pytest.mark.parametrize("language", ["", "de-AT", "nonsense", "en-US", "x" * 255])
def test_the_language_of_an_account_stops_no_mail(db, mailed, language):
    organization = OrganizationFactory()
    admin = AccountFactory(language=language)
    RoleAssignmentFactory(organization=organization, account=admin)

    assert len(mailed(organization)) == 1

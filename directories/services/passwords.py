"""Writes to passwords, and the mail that lets somebody choose a new one."""

import uuid
from datetime import datetime

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _

from directories.events import Event
from directories.folding import fold
from directories.models import Account
from directories.queries.organizations import organizations_of
from directories.services.audit import Target, person, record_event


class InvalidLinkError(Exception):
    """The reset link was used, replaced by an event, or is too old."""


class _ResetTokens(PasswordResetTokenGenerator):
    """Makes tokens that end with a password, an address, a sign-in, a session."""

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.session_epoch}"


tokens = _ResetTokens()


@transaction.atomic
def change_password(*, account: Account, password: str, now: datetime) -> None:
    """Set the password that the account's owner chose.

    Every session of the account ends but the one that is told the new hash,
    and failed attempts to sign in are forgotten. Each organization of the
    account gets the event.
    """
    account.set_password(password)
    account.save(update_fields=["password"])
    forget_failures(username=account.email.strip().casefold())
    target = Target("account", str(account.public_id), account.email)
    for organization in organizations_of(account):
        record_event(
            Event.PASSWORD_CHANGED,
            organization=organization,
            by=person(account),
            target=target,
            at=now,
        )


def send_reset_mail(*, email: str, language: str) -> bool:
    """Mail a reset link to the active account of an address, if there is one."""
    account = Account.objects.filter(
        email_key=fold(email), status=Account.Status.ACTIVE
    ).first()
    if account is None:
        return False
    with translation.override(language):
        text = render_to_string(
            "directories/mail/password_reset.txt",
            {
                "name": account.get_full_name(),
                "link": reset_link(account),
                "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            },
        )
        send_mail(_("Choose a new password for Rollcall"), text, None, [account.email])
    return True


def reset_link(account: Account) -> str:
    """Return the address at which the account's owner chooses a new password."""
    uid = urlsafe_base64_encode(account.public_id.bytes)
    path = reverse(
        "directories:password-reset-confirm",
        args=[uid, tokens.make_token(account)],
    )
    return f"{settings.BASE_URL}{path}"


def account_of_link(*, uidb64: str, token: str) -> Account:
    """Return the account that a reset link is for; raises InvalidLinkError."""
    try:
        public_id = uuid.UUID(bytes=urlsafe_base64_decode(uidb64))
    except ValueError as error:
        raise InvalidLinkError(uidb64) from error
    account = Account.objects.filter(
        public_id=public_id, status=Account.Status.ACTIVE
    ).first()
    if account is None or not tokens.check_token(account, token):
        raise InvalidLinkError(uidb64)
    return account

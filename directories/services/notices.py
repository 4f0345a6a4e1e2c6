"""Mails to the admins of an organization, and to people about their accounts."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from directories.models import Account
from directories.services.admins import active_admins


def mail_admins(
    organization_id: UUID, *, template: str, context: Mapping[str, object], path: str
) -> None:
    """Mail the active organization admins when the transaction has ended.

    `template` is a text whose first line is the subject; it is rendered for each
    admin in their language with `context`, plain values only, their `name` and
    `link`, the address of the page at `path`. Each mail is tried again by itself.
    """
    for key in _admins(organization_id):
        _send_later(account_id=key, template=template, context=dict(context), path=path)


def mail_person(
    account: Account, *, template: str, context: Mapping[str, object]
) -> None:
    """Mail somebody about their account when the transaction has ended.

    Also when the account is inactive by then; for the rest see mail_admins.
    """
    _send_later(
        account_id=account.pk,
        template=template,
        context=dict(context),
        path="/",
        when_inactive=True,
    )


def _send_later(**notice: Any) -> None:
    # What was committed stays right when the broker cannot be reached.
    transaction.on_commit(partial(send_notice.delay, **notice), robust=True)


def _admins(organization_id: UUID) -> list[int]:
    admins = active_admins([organization_id])
    return sorted(set(admins.values_list("account", flat=True)))


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_notice(
    *,
    account_id: int,
    template: str,
    context: dict[str, object],
    path: str,
    when_inactive: bool = False,
) -> None:
    """Mail one person, unless the account is gone, or inactive by now."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None or not (account.is_active or when_inactive):
        return
    with translation.override(_language(account)):
        own = {"name": account.get_full_name(), "link": f"{settings.BASE_URL}{path}"}
        text = render_to_string(template, {**context, **own}).strip()
    subject, _line, body = text.partition("\n")
    # A name that was pushed or typed may hold a line break, which no header may.
    named = " ".join(subject.split())
    send_mail(named, f"{body.strip()}\n", None, [account.email])


def _language(account: Account) -> str:
    """Return the language of the account that there is a translation for."""
    try:
        return translation.get_supported_language_variant(account.language)
    except LookupError:
        return settings.LANGUAGE_CODE

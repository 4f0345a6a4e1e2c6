"""Mails to customers about their place in the help center."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from directories.services import passwords
from portals.models import Customer, ServiceSettings
from portals.services import open_sites
from portals.services.customer_accounts import customer_passwords

# Where the link of a mail leads to.
PASSWORD, ADDRESS, ACCOUNT, HOME = "password", "address", "account", "home"


def mail_invitation(customer: Customer) -> None:
    """Mail that somebody became a customer, with the link to choose a password."""
    _mail(customer, "portals/mail/customer_invited.txt", link=PASSWORD)


def mail_password_link(customer: Customer) -> None:
    """Mail the link by which a customer chooses a password, as somebody asked for."""
    _mail(customer, "portals/mail/customer_password_link.txt", link=PASSWORD)


def mail_new_address(customer: Customer, *, former: str) -> None:
    """Mail the new address of a customer, to confirm it, and tell the former one."""
    _mail(customer, "portals/mail/customer_address_confirm.txt", link=ADDRESS)
    told = {"email": customer.email}
    _mail(customer, "portals/mail/customer_address_former.txt", to=former, extra=told)


def mail_migrated(customer: Customer, *, new_account: bool) -> None:
    """Mail that a customer signs in with an account from now on.

    Whose account is new chooses its password first.
    """
    link = ACCOUNT if new_account else HOME
    extra = {"new_account": "yes" if new_account else ""}
    _mail(customer, "portals/mail/customer_migrated.txt", link=link, extra=extra)


def _mail(
    customer: Customer,
    template: str,
    *,
    link: str = HOME,
    to: str = "",
    extra: Mapping[str, str] | None = None,
) -> None:
    """Mail when the transaction has ended; what is missing is filled in then."""
    notice: dict[str, Any] = {
        "customer_id": customer.pk,
        "template": template,
        "link": link,
        "to": to,
        "extra": dict(extra or {}),
    }
    # What was committed stays right when the broker cannot be reached.
    send = partial(send_customer_notice.delay, **notice)
    transaction.on_commit(send, robust=True)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_customer_notice(
    *, customer_id: int, template: str, link: str, to: str, extra: dict[str, str]
) -> None:
    """Mail one customer, unless they or the site are gone, or access was lost since.

    The link is made here, so that no broker ever holds one.
    """
    customers = Customer.objects.select_related("site__organization", "account")
    customer = customers.filter(pk=customer_id).first()
    if customer is None or not customer.is_active:
        return
    if not open_sites.is_open(customer.site_id):
        return
    with translation.override(_language(customer)):
        text = render_to_string(template, {**extra, **_context(customer, link)})
    subject, _line, body = text.strip().partition("\n")
    # A name that was pushed or typed may hold a line break, which no header may.
    named = " ".join(subject.split())
    send_mail(named, f"{body.strip()}\n", None, [to or customer.email])


def _context(customer: Customer, link: str) -> dict[str, object]:
    return {
        "name": customer.get_full_name(),
        "address": customer.email,
        "help_center": help_center_name(customer),
        "organization": customer.site.organization.name,
        "link": _link(customer, link),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }


def _link(customer: Customer, kind: str) -> str:
    if kind == PASSWORD:
        return customer_passwords.password_link(customer)
    if kind == ADDRESS:
        return customer_passwords.address_link(customer)
    if kind == ACCOUNT and customer.account:
        return passwords.reset_link(customer.account)
    home = f"{reverse('portals:portal-list')}?site={customer.site_id}"
    return f"{settings.BASE_URL}{home}"


def help_center_name(customer: Customer) -> str:
    """Return what the help center of a customer is called."""
    chosen = ServiceSettings.objects.filter(site=customer.site_id)
    name = chosen.values_list("help_center_name", flat=True).first()
    return name or customer.site.name


def _language(customer: Customer) -> str:
    """Return the language of the customer that there is a translation for."""
    try:
        return translation.get_supported_language_variant(customer.language)
    except LookupError:
        return settings.LANGUAGE_CODE

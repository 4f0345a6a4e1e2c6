"""The ways into a help center: password, link by mail, sign-up.

Nothing here tells a stranger who is a customer: a password is compared with something
for every address, and who gets which mail is found out by a worker.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from celery import shared_task
from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core import signing
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from directories import rows
from directories.folding import fold
from directories.models import Site
from directories.services.together import run_anew
from portals.models import Customer
from portals.queries.help_centers import help_center, is_known
from portals.queries.settings import may_exist, settings_of
from portals.services.customer_accounts import (
    customer_notices,
    customer_passwords,
    customers,
)
from portals.services.customer_accounts.customer_visits import themselves

SALT = "portals.services.customer_doors.sign_up"


class ClosedError(Exception):
    """The link is too old, was used, or the site takes no such people any more."""


@dataclass(frozen=True)
class Newcomer:
    """Who asked to become a customer of a site, by a link in a mail."""

    site: Site
    email: str
    name: str


def who_knows(site: Site, *, email: str, password: str) -> Customer | None:
    """Return the portal-only customer whose password this is, whatever the status.

    It takes the same time for everybody.
    """
    found = Customer.objects.select_related("site__organization").filter(
        site=site, email_key=fold(email), kind=Customer.Kind.PORTAL_ONLY
    )
    customer = found.first()
    known = customer.password if customer else ""
    # Whoever has no password is compared with one that nobody has.
    right = check_password(password, known or _nobodys_password())
    return customer if customer and known and right else None


@cache
def _nobodys_password() -> str:
    return make_password(uuid.uuid4().hex)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_password_link(*, site_id: str, email: str, forgotten: bool) -> None:
    """Mail the link to choose a password to the customer of an address, if any.

    Unless it was `forgotten`, only who never had a password gets one.
    """
    customers_here = Customer.objects.select_related("site").filter(
        site=uuid.UUID(site_id),
        email_key=fold(email),
        kind=Customer.Kind.PORTAL_ONLY,
        status=Customer.Status.ACTIVE,
    )
    customer = customers_here.first()
    if customer is not None and (forgotten or not customer.password):
        with transaction.atomic():
            customer_notices.mail_password_link(customer)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_sign_up_link(*, site_id: str, email: str, name: str, language: str) -> None:
    """Mail the link by which somebody becomes a customer; who is one, a password link.

    Nothing is stored before the link is followed: the address is not proven.
    """
    site = help_center(site_id)
    if site is None:
        return
    if is_known(site, email):
        send_password_link(site_id=site_id, email=email, forgotten=True)
        return
    if not may_sign_up(site, email):
        return
    said = {"site": str(site.pk), "email": email, "name": name}
    token = signing.dumps(said, salt=SALT)
    link = reverse("portals:customer-sign-up-confirm", args=[token])
    with translation.override(language):
        text = render_to_string(
            "portals/mail/customer_sign_up.txt",
            {
                # No name: who typed it has not proven the address, and may write
                # whatever they like into a mail of ours.
                "help_center": settings_of(site).help_center_name or site.name,
                "link": f"{settings.BASE_URL}{link}",
                "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
            },
        )
    subject, _line, body = text.strip().partition("\n")
    send_mail(" ".join(subject.split()), f"{body.strip()}\n", None, [email])


def may_sign_up(site: Site, email: str) -> bool:
    """Say whether a site takes a new customer of an address who comes by themselves."""
    return settings_of(site).sign_up and may_exist(site, email) is None


def newcomer_of(token: str) -> Newcomer:
    """Return who follows a sign-up link; raises ClosedError."""
    try:
        said = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
    except signing.BadSignature as error:
        raise ClosedError from error
    site = help_center(said["site"])
    email = said["email"]
    if site is None or is_known(site, email) or not may_sign_up(site, email):
        raise ClosedError
    return Newcomer(site, email, said["name"])


def sign_up(newcomer: Newcomer, *, password: str, now: datetime) -> Customer:
    """Make a customer who has proven the own address; raises ClosedError."""
    hashed = make_password(password)
    who = Customer(name=newcomer.name, email=newcomer.email)
    try:
        return customers.create_customer(
            newcomer.site,
            email=newcomer.email,
            name=newcomer.name,
            source=Customer.Source.SIGNED_UP,
            by=themselves(who),
            now=now,
            password=hashed,
            email_verified_at=now,
        )
    except customers.EmailTakenError as error:
        raise ClosedError from error


def choose_password(
    customer: Customer, *, token: str, password: str, now: datetime
) -> Customer:
    """Set the password that a customer chose by a link in a mail.

    The link proves the address too, and is looked at once more where nothing can end
    it meanwhile. Raises customers.GoneError or customer_passwords.InvalidLinkError.
    """

    def check(held: Customer) -> None:
        customer_passwords.check_password_link(held, token)
        _prove(held, now)

    by = themselves(customer)
    return customers.set_password(
        customer, password=password, by=by, now=now, check=check
    )


@run_anew
@transaction.atomic
def confirm_address(customer: Customer, *, token: str, now: datetime) -> None:
    """Write that the address of a customer is proven by a link, once.

    Raises customers.GoneError or customer_passwords.InvalidLinkError.
    """
    held = customers.hold(customer)
    customer_passwords.check_address_link(held, token)
    _prove(held, now)


def _prove(customer: Customer, now: datetime) -> None:
    if customer.email_verified_at is None:
        customer.email_verified_at = now
        rows.update(customer, "email_verified_at")

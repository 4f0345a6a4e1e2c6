"""The links by which customers choose a password, or confirm their address.

A link dies with what it was made for: a chosen password, another address, the end of
the sessions.
"""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse

from portals.models import Customer


class InvalidLinkError(Exception):
    """The link was used, replaced by an event, or is too old."""


class _PasswordTokens(PasswordResetTokenGenerator):
    """Makes tokens that end with a password, an address, or the sessions."""

    key_salt = "portals.services.customer_passwords.password"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        customer: Customer = user
        state = (customer.password, customer.email_key, customer.session_epoch)
        return f"{customer.public_id}{timestamp}{state}"


class _AddressTokens(PasswordResetTokenGenerator):
    """Makes tokens that end when the address is confirmed, or is another one."""

    key_salt = "portals.services.customer_passwords.address"

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        customer: Customer = user
        state = (customer.email_key, customer.email_verified_at)
        return f"{customer.public_id}{timestamp}{state}"


password_tokens = _PasswordTokens()
address_tokens = _AddressTokens()


def password_link(customer: Customer) -> str:
    """Return the address at which a customer chooses a password."""
    return _link("portals:customer-password-set", customer, password_tokens)


def address_link(customer: Customer) -> str:
    """Return the address at which a customer confirms the own address."""
    return _link("portals:customer-address-confirm", customer, address_tokens)


def _link(name: str, customer: Customer, tokens: PasswordResetTokenGenerator) -> str:
    # The generator asks nothing of whom it makes a token for but what is hashed.
    token = tokens.make_token(customer)  # type: ignore[arg-type]
    return f"{settings.BASE_URL}{reverse(name, args=[customer.public_id, token])}"


def customer_of_password_link(*, public_id: uuid.UUID, token: str) -> Customer:
    """Return the customer who may choose a password; raises InvalidLinkError.

    A customer without access, or with an account, chooses none.
    """
    customer = _customer_of(public_id)
    check_password_link(customer, token)
    return customer


def check_password_link(customer: Customer, token: str) -> None:
    """Raise InvalidLinkError unless a customer may choose a password by a link."""
    _check(customer, token, password_tokens)
    if not customer.is_active or customer.kind != Customer.Kind.PORTAL_ONLY:
        raise InvalidLinkError(customer.public_id)


def customer_of_address_link(*, public_id: uuid.UUID, token: str) -> Customer:
    """Return the customer whose address a link confirms; raises InvalidLinkError."""
    customer = _customer_of(public_id)
    check_address_link(customer, token)
    return customer


def check_address_link(customer: Customer, token: str) -> None:
    """Raise InvalidLinkError unless a link confirms the address of a customer."""
    _check(customer, token, address_tokens)


def _customer_of(public_id: uuid.UUID) -> Customer:
    customers = Customer.objects.select_related("site__organization")
    customer = customers.filter(public_id=public_id).first()
    if customer is None:
        raise InvalidLinkError(public_id)
    return customer


def _check(customer: Customer, token: str, tokens: PasswordResetTokenGenerator) -> None:
    if not tokens.check_token(customer, token):  # type: ignore[arg-type]
        raise InvalidLinkError(customer.public_id)

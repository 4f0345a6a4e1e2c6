"""Why something cannot be done to a customer: machine words, and sentences."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Refused(TextChoices):
    """Why a customer stayed as they were; labels say it, and what to do instead."""

    GONE = "gone", _("The customer was deleted meanwhile.")
    ALREADY_REVOKED = "already_revoked", _("Access was revoked already.")
    ALREADY_GRANTED = "already_granted", _("The customer had access already.")
    NOT_LINKED = (
        "not_linked",
        _("The customer follows no identity provider: admins decide already."),
    )
    HAS_ACCOUNT = (
        "has_account",
        _("The customer signs in with an Atlassian account already."),
    )
    ACCOUNT_DEACTIVATED = (
        "account_deactivated",
        _(
            "The Atlassian account with this address is deactivated, and nobody could "
            "sign in with it. Reactivate the account first."
        ),
    )
    SUSPENDED = (
        "account_suspended",
        _(
            "The person with this address is suspended in your organization. "
            "Restore their access first."
        ),
    )
    ELSEWHERE = (
        "domain_elsewhere",
        _(
            "Another organization has verified the domain of this address, so it "
            "decides about accounts in it. The customer stays a portal-only one."
        ),
    )
    ACCOUNT_TAKEN = (
        "account_taken",
        _(
            "The Atlassian account with this address is another customer of this site "
            "already. Delete one of the two."
        ),
    )
    BAD_ADDRESS = "bad_address", _("This is not an email address.")
    DUPLICATE = "duplicate", _("The address is there twice; the first line counts.")
    IS_CUSTOMER = "is_customer", _("This is a customer of the site already.")
    ACCOUNT_EXISTS = (
        "account_exists",
        _(
            "Somebody in your organization has an Atlassian account with this address. "
            "Add them on the Customers page of a service project: a second account "
            "would divide their requests."
        ),
    )
    BAD_NAME = (
        "bad_name",
        _("A name has 255 characters at the most, and no control characters."),
    )
    OWNED = (
        "owned",
        _(
            "{owner} owns this customer, so the name follows it. Change it in the "
            "identity provider."
        ),
    )
    ORGANIZATION_SYNCED = (
        "organization_synced",
        _(
            "The organization {owner} is synced: who is in it follows its group in "
            "the identity provider."
        ),
    )
    CHANGED_MEANWHILE = (
        "changed_meanwhile",
        _("This was different when the file was looked at. Import the line again."),
    )

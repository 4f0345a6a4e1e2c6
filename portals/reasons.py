"""Why a record led to no customer or organization: machine words, and sentences."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from provisioning import reasons
from provisioning.reasons import Explanation, Level


class Reason(TextChoices):
    """The machine words of `link_reason` in customer directories, with labels."""

    NO_EMAIL = "no_email", _("No email address")
    INACTIVE = "inactive", _("Inactive in the identity provider")
    # Word for word that of provisioning, whose sync rules ask for it.
    OUT_OF_SCOPE = "out_of_scope", _("Not among those chosen to be synced")
    UNLINKED_BY_ADMIN = "unlinked_by_admin", _("Unlinked by an admin")
    OTHER_RECORD = (
        "other_record",
        _("Another person of the directory has the customer"),
    )
    ACCOUNT = "account", _("The customer signs in with an Atlassian account")
    CUSTOMER_DELETED = "customer_deleted", _("The customer was deleted by an admin")
    REVOKED_BY_ADMIN = "revoked_by_admin", _("Access was revoked by an admin")
    SAME_NAME = "organization_same_name", _("An organization has this name")
    GROUP_UNLINKED = "group_unlinked", _("The organization was unlinked by an admin")


# What the troubleshooting log knows beside the reasons above.
EMPLOYEE = "employee"

EXPLANATIONS: dict[str, Explanation] = {
    Reason.NO_EMAIL: Explanation(
        Level.WARNING,
        _(
            "The person was stored and nothing else was changed: no usable email "
            "address was sent, and a customer is found by it."
        ),
        _("Map an email address in the identity provider and push the person again."),
    ),
    Reason.INACTIVE: Explanation(
        Level.INFO,
        _(
            "No customer was made: the person is inactive in the identity provider, "
            "and no customer of the site has the address."
        ),
        _("Nothing to do. The customer is made when the person is activated there."),
    ),
    Reason.OUT_OF_SCOPE: reasons.EXPLANATIONS[reasons.Reason.OUT_OF_SCOPE],
    Reason.UNLINKED_BY_ADMIN: Explanation(
        Level.INFO,
        _(
            "An admin unlinked the person: what the identity provider pushes is "
            "stored, and no customer follows it."
        ),
        _(
            "Use Re-link on the person's page when the identity provider is to decide "
            "about the customer again."
        ),
    ),
    Reason.OTHER_RECORD: Explanation(
        Level.WARNING,
        _(
            "The person was not linked: another person of this directory has the "
            "customer with this address."
        ),
        _(
            "Both are one person: remove one of them in the identity provider. They "
            "are two: give the other one another address first."
        ),
    ),
    Reason.ACCOUNT: Explanation(
        Level.WARNING,
        _(
            "The person was stored without a customer: the customer with this address "
            "signs in with an Atlassian account, which this directory does not manage."
        ),
        _(
            "Push people who have an Atlassian account through a directory of the "
            "organization, and take them out of this one in the identity provider."
        ),
    ),
    Reason.CUSTOMER_DELETED: Explanation(
        Level.INFO,
        _("An admin deleted the customer, and the person stayed in the directory."),
        _(
            "The next push makes a new customer. Take the person out of the directory "
            "in the identity provider if that is not wanted."
        ),
    ),
    Reason.REVOKED_BY_ADMIN: Explanation(
        Level.INFO,
        _(
            "The customer was not given access: an admin revoked it here, and the "
            "identity provider cannot give that back."
        ),
        _("Grant access on the customer's page if the person is to come back."),
    ),
    Reason.SAME_NAME: Explanation(
        Level.WARNING,
        _(
            "The group is not synced: an organization of the site has its name, and "
            "the directory is set not to sync such groups."
        ),
        _(
            "Open Group conflicts in the directory and sync the group there, or give "
            "the group or the organization another name."
        ),
    ),
    Reason.GROUP_UNLINKED: Explanation(
        Level.INFO,
        _(
            "An admin unlinked the organization from the group: what the identity "
            "provider pushes is stored, and no organization follows it."
        ),
        _(
            "Open Group conflicts in the directory and sync the group there when an "
            "organization is to follow it again."
        ),
    ),
    EMPLOYEE: Explanation(
        Level.INFO,
        _(
            "The customer has an address of a domain that the organization has "
            "verified, and an account of the organization."
        ),
        _(
            "Employees belong in a directory of the organization, where they get one "
            "account for everything. Take them out of this one when they are there."
        ),
    ),
}

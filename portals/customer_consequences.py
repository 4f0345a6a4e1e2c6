"""What follows when an admin changes a customer, said before it is done."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portals.models import Customer
from portals.queries.customer import Holdings
from portals.services.customer_accounts.migrating import Prospect


def of_revoking(customer: Customer) -> list[str]:
    """Say what the end of a customer's access means."""
    texts = [
        _(
            "The customer is signed out at once and sees no portal any more: no help "
            "center, no requests."
        ),
        _(
            "They are gone from lists to pick people from. Where they stand already, "
            "“(Deactivated)” follows their name; filters still find them by email "
            "address."
        ),
        _(
            "Organizations and projects stay noted. “Grant access” brings everything "
            "back."
        ),
    ]
    if owner := _owner(customer):
        texts.append(
            _(
                "{owner} provisions this customer. Access stays revoked, whatever it "
                "pushes, until an admin grants it again."
            ).format(owner=owner)
        )
    return texts


def of_granting(customer: Customer) -> list[str]:
    """Say what a customer gets back."""
    texts = [
        _(
            "The customer can sign in again and sees the portals that are theirs. All "
            "references, organizations and projects are as they were."
        )
    ]
    if owner := _owner(customer):
        if customer.revoked_by == Customer.RevokedBy.PROVIDER:
            text = _(
                "{owner} revoked this access, and does so again with its next push or "
                "the next comparison, unless the person is activated there."
            )
        else:
            text = _(
                "{owner} provisions this customer and decides from now on: when it "
                "pushes the person as inactive, access is revoked again."
            )
        texts.append(text.format(owner=owner))
    return texts


def of_deleting(customer: Customer, held: Holdings) -> list[str]:
    """Say what is lost when a customer is deleted."""
    texts = [
        _("The customer is deleted for good. This cannot be undone."),
        _(
            "They see no portal any more and are gone from lists to pick people from. "
            "Where they stand already it says “Former user (Deactivated)”, and filters "
            "do not find them."
        ),
        _holdings(held),
        _(
            "To keep the name and a way back, revoke access instead of deleting the "
            "customer."
        ),
    ]
    if owner := _owner(customer):
        texts.append(
            _(
                "{owner} provisions this customer. When it pushes the person again, a "
                "new customer is made: take them out there first."
            ).format(owner=owner)
        )
    return [text for text in texts if text]


def _holdings(held: Holdings) -> str:
    organizations = ngettext(
        "{count} place in an organization goes",
        "{count} places in organizations go",
        held.organizations,
    ).format(count=_number(held.organizations))
    projects = ngettext(
        "{count} place in a project goes",
        "{count} places in projects go",
        held.projects,
    ).format(count=_number(held.projects))
    return _("{organizations}, and {projects}.").format(
        organizations=organizations, projects=projects
    )


def of_migrating(customer: Customer, prospect: Prospect, held: Holdings) -> list[str]:
    """Say what changes when a customer gets an Atlassian account."""
    if prospect.account:
        first = _("{email} has an Atlassian account, which becomes this customer.")
    elif prospect.managed:
        first = _(
            "An Atlassian account is made for {email}. Your organization has verified "
            "the domain, so it manages the account."
        )
    else:
        first = _("An Atlassian account is made for {email}.")
    texts = [
        first.format(email=customer.email),
        _("All that is theirs moves along: {what}.").format(what=_kept(held)),
        _(
            "The password of the help center is gone, and the customer is signed out. "
            "From now on they sign in with the account; a mail tells them."
        ),
        _("There is no way back to a portal-only customer."),
    ]
    if not customer.is_active:
        texts.append(_("Access is revoked and stays so until an admin grants it."))
    if owner := _owner(customer):
        texts.append(
            _(
                "{owner} provisions this customer and no longer does afterwards: what "
                "it pushes is stored and changes nothing. Push the person through a "
                "directory of the organization instead."
            ).format(owner=owner)
        )
    return texts


def _kept(held: Holdings) -> str:
    organizations = ngettext(
        "{count} organization", "{count} organizations", held.organizations
    ).format(count=_number(held.organizations))
    projects = ngettext("{count} project", "{count} projects", held.projects).format(
        count=_number(held.projects)
    )
    return _("{organizations}, {projects} and the history").format(
        organizations=organizations, projects=projects
    )


def of_unlinking(customer: Customer) -> list[str]:
    """Say what changes when a customer follows the provider no longer."""
    owner = _owner(customer)
    return [
        _("Name, email address and access are yours to change from now on."),
        _("The customer leaves the synced organizations; those added by hand stay."),
        _(
            "{owner} goes on pushing the person: that is stored and changes nothing "
            "here, not even when they are deactivated. The troubleshooting log says "
            "so."
        ).format(owner=owner),
        _("“Re-link” on the page of the record gives the word back to {owner}.").format(
            owner=owner
        ),
    ]


def of_password_link(customer: Customer, hours: int) -> list[str]:
    """Say what mailing a link to choose a password means."""
    link = ngettext(
        "{email} gets a mail with a link to choose a password. It works once and for "
        "{count} hour.",
        "{email} gets a mail with a link to choose a password. It works once and for "
        "{count} hours.",
        hours,
    ).format(email=customer.email, count=hours)
    return [link, _("Until it is used, the present password stays as it is.")]


def _owner(customer: Customer) -> str:
    if customer.record_id is None or customer.directory is None:
        return ""
    return customer.directory.name


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)

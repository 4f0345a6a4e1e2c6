"""Reads of what a site says about its customers, and whom it lets come to be."""

from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from directories.folding import domain_of
from directories.models import Site
from portals.models import ApprovedDomain, ServiceSettings

Audience = ApprovedDomain.Audience


class Refusal(TextChoices):
    """Why no portal-only account is made for an address; labels say it in words."""

    NO_ADDRESS = "no_address", _("This is not an email address.")
    EXTERNAL_OFF = (
        "external_accounts_off",
        _(
            "New portal-only accounts are switched off for this site. A Jira admin "
            "allows them under Customer access, Account types."
        ),
    )
    DOMAIN = (
        "domain_not_approved",
        _(
            "The domain of this address is not among those that new portal-only "
            "accounts may have. A Jira admin adds it under Customer access, Account "
            "types."
        ),
    )
    INTERNAL = (
        "internal_domain",
        _(
            "People of this domain are internal customers, who sign in with their "
            "Atlassian account. Add the person to the organization first."
        ),
    )


def settings_of(site: Site) -> ServiceSettings:
    """Return the settings of a site; the defaults where nobody changed any."""
    found = ServiceSettings.objects.filter(site=site).first()
    return found or ServiceSettings(site=site)


def approved_domains(site: Site, audience: Audience) -> list[str]:
    """Return the domains that a site approves for one kind of customers, by name."""
    rows = ApprovedDomain.objects.filter(site=site, audience=audience)
    return list(rows.order_by("name").values_list("name", flat=True))


def may_exist(site: Site, email: str) -> Refusal | None:
    """Say why a site makes no portal-only account for an address; None: it does.

    Asks about new accounts only: whoever is there stays. What an identity provider
    pushes is not asked about. Whoever has an account of that address is the caller's
    to look for first.
    """
    return refusals(site, [email]).get(email)


def refusals(site: Site, emails: Iterable[str]) -> dict[str, Refusal]:
    """Return those of many addresses for which no portal-only account is made."""
    settings = settings_of(site)
    listed = set(
        ApprovedDomain.objects.filter(site=site).values_list("audience", "name")
    )
    found = {email: _refusal(settings, listed, domain_of(email)) for email in emails}
    return {email: why for email, why in found.items() if why is not None}


def _refusal(
    settings: ServiceSettings, listed: set[tuple[str, str]], domain: str
) -> Refusal | None:
    if not domain:
        return Refusal.NO_ADDRESS
    if settings.internal_domains and (Audience.INTERNAL.value, domain) in listed:
        return Refusal.INTERNAL
    if not settings.external_accounts:
        return Refusal.EXTERNAL_OFF
    approved = (Audience.EXTERNAL.value, domain) in listed
    if settings.external_domains_only and not approved:
        return Refusal.DOMAIN
    return None

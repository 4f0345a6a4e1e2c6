"""Forms about what a site says of its customers."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.domain_names import NameRefusedError, any_mail_domain, readable

DOMAINS = 500
LINES = 40_000
ANNOUNCEMENT = 5_000


class DomainsField(forms.CharField):
    """Mail domains, one on a line or separated by commas; clean, each once."""

    def __init__(self, *, label: StrPromise, help_text: StrPromise) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            required=False,
            max_length=LINES,
            widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        )

    def prepare_value(self, value: Any) -> Any:
        """Write the domains as their people read them, one on a line."""
        if isinstance(value, list):
            return "\n".join(readable(each) for each in value)
        return value

    def clean(self, value: Any) -> Any:
        """Return the domains as the DNS writes them, by name."""
        found = set()
        for text in super().clean(value).replace(",", "\n").splitlines():
            if not text.strip():
                continue
            try:
                found.add(any_mail_domain(text))
            except NameRefusedError:
                raise forms.ValidationError(
                    gettext(
                        "“{text}” is no mail domain. Write what follows the @, such "
                        "as example.com."
                    ).format(text=text.strip()[:80])
                ) from None
        if len(found) > DOMAINS:
            raise forms.ValidationError(
                gettext("Enter at most {limit} domains.").format(limit=DOMAINS)
            )
        return sorted(found)


class CustomerAccessForm(forms.Form):
    """Who may become a customer of a site, and what the help center says."""

    internal_domains = forms.BooleanField(
        required=False,
        label=_(
            "Use approved domains to grant internal customers access to the help "
            "center with Atlassian accounts"
        ),
        help_text=_(
            "People of these domains sign in with their account. No new portal-only "
            "account is made for their addresses."
        ),
    )
    internal = DomainsField(
        label=_("Approved domains of internal customers"),
        help_text=_("One on a line."),
    )
    external_accounts = forms.BooleanField(
        required=False,
        label=_(
            "Allow portal-only accounts to be created for new customers accessing the "
            "help center"
        ),
        help_text=_(
            "Off: nobody becomes a portal-only customer by signing up, by email, or "
            "by being added by somebody. Identity providers still bring theirs."
        ),
    )
    external_domains_only = forms.BooleanField(
        required=False,
        label=_(
            "Only allow account creation for customers with specific email domains"
        ),
    )
    external = DomainsField(
        label=_("Approved domains of external customers"),
        help_text=_("One on a line."),
    )
    sign_up = forms.BooleanField(
        required=False,
        label=_("Allow customers to create accounts"),
        help_text=_("The sign-in page has a link to sign up; a mail confirms it."),
    )
    anonymous = forms.BooleanField(
        required=False,
        label=_(
            "Customers can access and send requests from the portal without logging in"
        ),
        help_text=_("Counts for the portals of projects that are open."),
    )
    help_center_name = forms.CharField(
        required=False,
        max_length=255,
        label=_("Name of the help center"),
        help_text=_("Empty: the name of the site."),
    )
    announcement = forms.CharField(
        required=False,
        max_length=ANNOUNCEMENT,
        label=_("Announcement"),
        help_text=_("Shown to customers above the list of portals."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse choices that would shut everybody out without saying so."""
        said = super().clean() or self.cleaned_data
        if said.get("external_domains_only") and said.get("external") == []:
            self.add_error(
                "external",
                gettext(
                    "Enter at least one domain, or take the tick above away: with an "
                    "empty list no account could be created."
                ),
            )
        if said.get("internal_domains") and said.get("internal") == []:
            self.add_error(
                "internal",
                gettext("Enter at least one domain, or take the tick above away."),
            )
        if said.get("anonymous") and not said.get("sign_up"):
            self.add_error(
                "anonymous",
                gettext(
                    "This needs “Allow customers to create accounts”: tick that too."
                ),
            )
        return said


class OrganizationManagementForm(forms.Form):
    """Whether agents look after organizations."""

    agents_manage_organizations = forms.TypedChoiceField(
        label=_("Organization management"),
        choices=[
            (
                "yes",
                _(
                    "Yes, agents can add and remove organizations from projects, and "
                    "add and remove customers from organizations"
                ),
            ),
            ("no", _("No, only Jira admins can")),
        ],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

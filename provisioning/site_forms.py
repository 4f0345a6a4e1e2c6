"""Forms about sites."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from directories.models import Organization
from provisioning.models import App
from provisioning.services.sites_and_apps import sites

NAME_RULE = _(
    "Letters, digits and hyphens, 63 at most, with no hyphen first or last. It is part "
    "of addresses, so capitals become small."
)


class SiteNameForm(forms.Form):
    """The name of a site of an organization; `present` is the one it has."""

    name = forms.CharField(
        label=_("Site name"),
        max_length=63,
        help_text=NAME_RULE,
        error_messages={
            "required": _("Enter a name for the site."),
            "max_length": _("A site's name has 63 characters at most."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, organization: Organization, present: str = "", **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.organization = organization
        self.present = present

    def clean_name(self) -> str:
        """Return the name as it is stored; refuse what another site is called."""
        try:
            name = sites.clean_name(self.cleaned_data["name"])
        except sites.SiteNameError as error:
            raise forms.ValidationError(
                _(
                    "“%(name)s” cannot be part of an address. Use letters, digits and "
                    "hyphens, with a letter or digit first and last."
                ),
                params={"name": self.cleaned_data["name"]},
            ) from error
        if name != self.present and sites.is_taken(self.organization, name):
            raise forms.ValidationError(
                _("Another site of the organization has this name. Choose another.")
            )
        return name


class SiteForm(SiteNameForm):
    """A new site: its name, and the apps that run on it."""

    apps = forms.MultipleChoiceField(
        label=_("Apps"),
        choices=App.Kind.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("More can be added later."),
    )

    def clean_apps(self) -> list[App.Kind]:
        """Return the chosen kinds of apps."""
        return [App.Kind(kind) for kind in self.cleaned_data["apps"]]


class TrelloForm(forms.Form):
    """The name of a Trello Enterprise."""

    name = forms.CharField(
        label=_("Name of the Trello Enterprise"),
        max_length=255,
        help_text=_("As Trello shows it, so that admins know which one it is."),
        error_messages={"required": _("Enter the name of the Trello Enterprise.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

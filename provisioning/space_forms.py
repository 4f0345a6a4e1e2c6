"""Forms about spaces of Confluence."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SpaceNameForm(forms.Form):
    """The name of a space."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        error_messages={"required": _("Enter a name for the space.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SpaceForm(SpaceNameForm):
    """A new space: its name, its key, and who administers it."""

    key = forms.RegexField(
        r"^[A-Za-z0-9]+$",
        label=_("Space key"),
        max_length=255,
        help_text=_(
            "Letters A to Z and digits, such as HB or TEAM7. It is part of addresses, "
            "unique on the site, and stays as it is."
        ),
        error_messages={
            "required": _("Enter a key for the space."),
            "invalid": _("Use only letters from A to Z and digits, without spaces."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "mono"}),
    )
    admin = forms.CharField(
        label=_("Administrator"),
        required=False,
        max_length=255,
        help_text=_(
            "Email address of a person, or name of a group, who gets Admin in the "
            "space. Leave it empty for nobody."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_key(self) -> str:
        """Return the key in capitals, as it is kept."""
        return str(self.cleaned_data["key"]).upper()

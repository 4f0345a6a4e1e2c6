"""Forms about customers."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from directories.forms import EMAIL_LENGTH, NAME_LENGTH, PASSWORD_LENGTH
from portals.models import Customer

# Characters of a pasted list of addresses.
LONGEST_LIST = 200_000


class FullNameForm(forms.Form):
    """The full name of a customer."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=NAME_LENGTH,
        help_text=_("As every service project of the site shows it."),
        error_messages={"required": _("Enter the full name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewEmailForm(forms.Form):
    """Another address for a customer."""

    email = forms.EmailField(
        label=_("New email address"),
        max_length=EMAIL_LENGTH,
        error_messages={
            "required": _("Enter an email address."),
            "invalid": _("Enter an email address, like name@example.com."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class CustomerPasswordForm(forms.Form):
    """A password that an admin sets for a customer."""

    password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        help_text=_("At least 10 characters, and not a password that many people use."),
        error_messages={"required": _("Enter the new password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        error_messages={"required": _("Enter the new password once more.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.customer = customer

    def clean_password(self) -> str:
        """Refuse passwords that are too short or too common."""
        password: str = self.cleaned_data["password"]
        password_validation.validate_password(password, self.customer)  # type: ignore[arg-type]  # it asks for attributes only
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("password"), cleaned.get("repeated")
        if first and second and first != second:
            self.add_error("repeated", _("The two passwords differ."))
        return cleaned


class AddForm(forms.Form):
    """Addresses of people who are to become customers."""

    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=LONGEST_LIST,
        help_text=_(
            "One or many, parted by commas, semicolons or new lines. A name may stand "
            "before its address: Anna Nowak anna@example.com"
        ),
        error_messages={"required": _("Enter an email address.")},
        widget=forms.Textarea(
            attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    invite = forms.BooleanField(
        label=_("Send an invitation with the link to choose a password"),
        required=False,
        initial=True,
    )


class ImportForm(forms.Form):
    """A CSV file of customers."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "UTF-8, with the columns Email, Name and Organizations; several "
            "organizations are parted by | or ;. Only Email has to be there."
        ),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty. Choose another one."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

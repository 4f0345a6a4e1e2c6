"""Forms of the help center: they check shape, services check rules."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from directories.forms import EMAIL_LENGTH, NAME_LENGTH, PASSWORD_LENGTH


class AddressForm(forms.Form):
    """The address of somebody who wants to log in."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class PasswordForm(forms.Form):
    """The second step of logging in; the address was typed before."""

    email = forms.EmailField(max_length=EMAIL_LENGTH, widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class SignUpForm(AddressForm):
    """Who wants to become a customer."""

    field_order = ("name", "email")
    name = forms.CharField(
        label=_("Full name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class NewCustomerPasswordForm(forms.Form):
    """A password that a customer chooses, typed twice."""

    new_password = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        help_text=_("At least 10 characters, and not a password that many people use."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated_password = forms.CharField(
        label=_("New password again"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new_password(self) -> str:
        """Refuse passwords that are too short or too common."""
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password)
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("new_password"), cleaned.get("repeated_password")
        if first and second and first != second:
            self.add_error("repeated_password", _("The two passwords differ."))
        return cleaned


class OwnPasswordForm(NewCustomerPasswordForm):
    """The present password of a customer, and a new one."""

    field_order = ("password", "new_password", "repeated_password")
    password = forms.CharField(
        label=_("Current password"),
        strip=False,
        max_length=PASSWORD_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(
        self, *args: Any, refusal: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.refusal = refusal

    def clean_password(self) -> str:
        """Refuse a present password that is not the customer's."""
        password: str = self.cleaned_data["password"]
        if refused := self.refusal(password):
            raise forms.ValidationError(refused)
        return password


class OwnNameForm(forms.Form):
    """The name that a customer goes by."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

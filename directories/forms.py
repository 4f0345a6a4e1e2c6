"""Forms of the directories app: they check shape, services check rules."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from directories.models import Account, Directory

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 1024
NAME_LENGTH = 255


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: the POST, however empty, else nothing."""
    return request.POST if request.method == "POST" else None


def _password(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=PASSWORD_LENGTH,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class EmailForm(forms.Form):
    """The address of somebody who wants a reset link."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class SignInForm(EmailForm):
    """What somebody shows to be let in."""

    password = _password(_("Password"), autocomplete="current-password")


class NewPasswordForm(forms.Form):
    """A password, typed twice; `account` is whose it becomes."""

    new_password = _password(
        _("New password"),
        autocomplete="new-password",
        help_text=_("At least 10 characters, and not a password that many people use."),
    )
    repeated_password = _password(_("New password again"), autocomplete="new-password")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_new_password(self) -> str:
        """Refuse passwords that are too short or too common."""
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        first, second = (
            cleaned.get("new_password"),
            cleaned.get("repeated_password"),
        )
        if first and second and first != second:
            self.add_error("repeated_password", _("The two passwords differ."))
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    """The present password and a new one."""

    field_order = ("password", "new_password", "repeated_password")
    password = _password(_("Current password"), autocomplete="current-password")

    def clean_password(self) -> str:
        """Refuse a present password that is not the account's."""
        password: str = self.cleaned_data["password"]
        if not self.account.check_password(password):
            raise forms.ValidationError(_("This is not your current password."))
        return password


class DirectoryForm(forms.Form):
    """The name of an identity provider directory."""

    name = forms.CharField(
        label=_("Directory name"),
        max_length=NAME_LENGTH,
        help_text=_(
            "Shown wherever its users and groups appear, for example “Okta users”."
            " You can change it later."
        ),
        error_messages={"required": _("Enter a name for the directory.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TypedNameForm(forms.Form):
    """The name of a directory, typed to confirm what cannot be undone."""

    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directory = directory

    def clean_confirmation(self) -> str:
        """Refuse anything but the name."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.directory.name.strip():
            raise forms.ValidationError(
                _("Type the name of the directory exactly as it is written above.")
            )
        return typed

"""Forms about the account of one person."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise, StrPromise

from directories.forms import EMAIL_LENGTH
from provisioning.services.accounts.mapping import LONGEST, LONGEST_OF


class TypedAddressForm(forms.Form):
    """The address of an account, typed to confirm its deletion."""

    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address

    def clean_confirmation(self) -> str:
        """Refuse anything but the address."""
        typed: str = self.cleaned_data["confirmation"]
        if typed.strip() != self.address:
            raise forms.ValidationError(
                _("Type the email address exactly as it is written above.")
            )
        return typed


def _detail(label: StrPromise, length: int = LONGEST) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=False)


class PersonForm(forms.Form):
    """The details of a managed person; where they are `locked` all are read-only."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST,
        error_messages={"required": _("Enter the name.")},
    )
    email = forms.EmailField(
        label=_("Email address"),
        max_length=EMAIL_LENGTH,
        error_messages={"required": _("Enter an email address.")},
    )
    public_name = _detail(_("Public name"))
    job_title = _detail(_("Job title"))
    department = _detail(_("Department"))
    company = _detail(_("Organization"))
    location = _detail(_("Location"))
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    language = _detail(_("Preferred language"), LONGEST_OF["language"])

    def __init__(self, *args: Any, locked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        time_zone = self.fields["time_zone"]
        assert isinstance(time_zone, forms.ChoiceField)  # noqa: S101 - for the types
        time_zone.choices = _time_zones(self.initial.get("time_zone", ""))
        self.fields["language"].help_text = _("For example en-US.")
        for each in self.fields.values():
            each.disabled = locked


@cache
def _known_zones() -> frozenset[str]:
    # Looks through the files of the system.
    return frozenset(available_timezones())


def _time_zones(present: str) -> list[tuple[str, StrOrPromise]]:
    """Return the time zones there are, and what the account has already."""
    names = sorted({*_known_zones(), *([present] if present else [])})
    return [("", _("Not set")), *((name, name) for name in names)]

"""The part of a directory's settings that is about the mass-change guard."""

from django import forms
from django.utils.translation import gettext_lazy as _

LEAST_LIMIT = 1_000_000
_PERCENT = _("Enter a whole number from 0 to 100.")
_LEAST = _("Enter a whole number from 0 to 1,000,000.")


class GuardFields(forms.Form):
    """When removals are stopped; named as the fields of Directory."""

    guard_on = forms.BooleanField(
        label=_("Stop mass changes"),
        required=False,
        help_text=_(
            "Too many removals within one hour are held, and every organization"
            " admin gets a mail."
        ),
    )
    guard_percent = forms.IntegerField(
        label=_("More than this percentage"),
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _PERCENT
        ),
    )
    guard_least = forms.IntegerField(
        label=_("And more than this number"),
        min_value=0,
        max_value=LEAST_LIMIT,
        help_text=_("Both must be passed, so that small directories are not stopped."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _LEAST
        ),
    )

"""The form of limits, of an organization or of a directory."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

# More than anybody has; what is beyond is a slip of the keyboard.
MOST = 10_000_000


def _limit(label: StrPromise) -> forms.IntegerField:
    wrong = _("Enter a whole number from 1 to 10,000,000, or nothing.")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=1,
        max_value=MOST,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


class LimitsForm(forms.Form):
    """Three limits, empty for those of `rest`, which is what counts then."""

    users = _limit(_("Users"))
    members = _limit(_("Users per group"))
    groups = _limit(_("Groups per directory"))

    def __init__(
        self, *args: Any, rest: Mapping[str, int], of_directory: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        text = (
            gettext("Empty: the limit of your organization, {number}.")
            if of_directory
            else gettext("Empty: the limit of this installation, {number}.")
        )
        for name, value in rest.items():
            number = number_format(value, force_grouping=True)
            self.fields[name].help_text = text.format(number=number)

"""Forms about one app: how many people may use it, and what happens then."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.forms import DescribedRadios
from provisioning.models import App

# More than anybody has; what is beyond is a slip of the keyboard.
MOST = 10_000_000
AtLimit = App.AtLimit
NOTES: dict[str, StrPromise] = {
    AtLimit.REFUSE: _(
        "What an admin does here is refused as a whole when it needs more licenses "
        "than are free; nothing is changed then. A person whom an identity provider "
        "puts into a group is in the group all the same, but gets no access, stays "
        "refused until an admin says “Try again”, and the directory's troubleshooting "
        "log tells of it."
    ),
    AtLimit.QUEUE: _(
        "Whoever is one too many waits, in the order in which they came, whether an "
        "admin or an identity provider added them. When somebody leaves the app, or "
        "the limit is raised, the next in the line get access at once."
    ),
    AtLimit.ALLOW: _(
        "Everybody gets access, also more people than the limit. Admins are warned: "
        "here, on the Overview and by mail, and in the troubleshooting log where an "
        "identity provider added the person."
    ),
}


class AppLimitForm(forms.Form):
    """The user limit of an app, and what becomes of who is one too many."""

    user_limit = forms.IntegerField(
        label=_("User limit"),
        required=False,
        min_value=0,
        max_value=MOST,
        help_text=_("How many people may have a license. Empty: no limit."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("Enter a whole number from 0 to 10,000,000, or nothing."),
        ),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    at_limit = forms.ChoiceField(
        label=_("When the limit is reached"),
        choices=AtLimit.choices,
        widget=DescribedRadios(NOTES, default=AtLimit.QUEUE),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one.")),
    )

"""Forms about the rules of an organization."""

from collections.abc import Mapping

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.forms import DescribedRadios
from directories.services.organization_settings import LONGEST_GRACE


def _rule(
    label: StrPromise, notes: Mapping[str, tuple[StrPromise, StrPromise]], default: str
) -> forms.ChoiceField:
    """Return a choice of an organization: a label and a sentence for each answer."""
    return forms.ChoiceField(
        label=label,
        choices=[(value, text) for value, (text, _note) in notes.items()],
        widget=DescribedRadios(
            {value: note for value, (_text, note) in notes.items()}, default=default
        ),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose one.")),
    )


class OrganizationForm(forms.Form):
    """How an organization treats its people and groups."""

    restores_memberships = _rule(
        _("When an email address is in line again"),
        {
            "yes": (
                _("Bring the groups back"),
                _(
                    "The memberships are remembered while the address is out of line. "
                    "The person joins the groups again at once."
                ),
            ),
            "no": (
                _("Wait for the identity provider"),
                _(
                    "The memberships are forgotten with the pause. The person joins "
                    "a group again when the identity provider pushes it again."
                ),
            ),
        },
        "yes",
    )
    removes_external = _rule(
        _("When an external person is deactivated"),
        {
            "no": (
                _("Only synced groups end"),
                _(
                    "The person stays in the organization with local groups, rights "
                    "and site access. Remove them by hand on their page."
                ),
            ),
            "yes": (
                _("All access ends"),
                _(
                    "The person leaves the organization: local groups, admin rights "
                    "and site access end too. Activated again they join as somebody "
                    "new, with what the identity provider pushes."
                ),
            ),
        },
        "no",
    )
    grace_days = forms.IntegerField(
        label=_("Days in which a deleted group can be restored"),
        min_value=0,
        max_value=LONGEST_GRACE,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a whole number from 0 to 365."),
        ),
        help_text=_(
            "Name, members and rights of a group deleted from now on are kept for so "
            "long. 0: a deleted group is gone at once."
        ),
    )

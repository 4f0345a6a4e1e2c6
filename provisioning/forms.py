"""Forms of the provisioning app."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Characters of a pasted person.
LONGEST_PERSON = 100_000


class TrialForm(forms.Form):
    """A SCIM User pasted as JSON; cleaned, it is what the JSON says."""

    person = forms.JSONField(
        label=_("SCIM user as JSON"),
        widget=forms.Textarea(
            attrs={"rows": 14, "spellcheck": "false", "class": "mono"}
        ),
        help_text=_("As the identity provider sends it to /Users. Nothing is stored."),
        error_messages={
            "required": _("Paste a SCIM user."),
            "invalid": _("That is no JSON. Paste the whole body of a request."),
        },
    )

    def clean_person(self) -> dict[str, Any]:
        """Accept one object of sensible size."""
        person = self.cleaned_data["person"]
        if not isinstance(person, dict):
            raise forms.ValidationError(_("Paste one user: an object in braces."))
        if len(self.data.get("person", "")) > LONGEST_PERSON:
            raise forms.ValidationError(_("Paste 100,000 characters at most."))
        return person

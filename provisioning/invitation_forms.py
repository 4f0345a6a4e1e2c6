"""The form that invites people: addresses, roles in apps, groups, a mail."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from directories.folding import fold
from directories.forms import EMAIL_LENGTH
from provisioning.services.inviting.invitations import MOST_INVITED

BETWEEN = re.compile(r"[,;\s]+")
# Characters of all addresses together, and mistakes that are told one by one.
LONGEST = 40_000
TOLD = 10
MOST_GROUPS = 20
_is_address = EmailValidator()


class InviteForm(forms.Form):
    """Whom to invite, and to what.

    `roles` are the keys of roles that can be chosen; `groups` finds local groups by
    folded name.
    """

    emails = forms.CharField(
        label=gettext_lazy("Email addresses"),
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}
        ),
        help_text=gettext_lazy(
            "One on each line, or with commas between them; 100 at the most."
        ),
        error_messages={"required": gettext_lazy("Enter at least one address.")},
    )
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Apps and roles"), required=False
    )
    groups = forms.CharField(
        label=gettext_lazy("More groups"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(
            attrs={"rows": 2, "spellcheck": "false", "autocomplete": "off"}
        ),
        help_text=gettext_lazy("Names of local groups, one on each line."),
    )
    sends = forms.BooleanField(
        label=gettext_lazy("Send an invitation by email"),
        required=False,
        initial=True,
    )
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Stands in the email above the link. Optional."),
    )

    def __init__(self, *args: Any, roles: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the types
        field.choices = [(key, key) for key in roles]
        field.error_messages["invalid_choice"] = _(
            "A chosen role cannot be given any more. Look at the list again."
        )

    def clean_emails(self) -> list[str]:
        """Return the addresses, each once; say of every bad one what is wrong."""
        found: dict[str, str] = {}
        mistakes = []
        for number, line in enumerate(self.cleaned_data["emails"].splitlines(), 1):
            for word in BETWEEN.split(line):
                if not word:
                    continue
                if problem := _problem(word):
                    mistakes.append(
                        _("Line {number}: {problem}").format(
                            number=number, problem=problem
                        )
                    )
                else:
                    found.setdefault(fold(word), word)
        if mistakes:
            raise forms.ValidationError(_few(mistakes))
        if not found:
            raise forms.ValidationError(_("Enter at least one address."))
        if len(found) > MOST_INVITED:
            text = _("These are {count} addresses. Invite 100 people at a time.")
            raise forms.ValidationError(text.format(count=len(found)))
        return list(found.values())

    def clean_groups(self) -> list[str]:
        """Return the names of groups, each once by its folded form."""
        lines = self.cleaned_data["groups"].splitlines()
        names = {fold(line.strip()): line.strip() for line in lines if line.strip()}
        if len(names) > MOST_GROUPS:
            raise forms.ValidationError(_("Choose 20 groups at most."))
        return list(names.values())

    def refuse_groups(self, problems: Mapping[str, str]) -> None:
        """Say of each named group that cannot be chosen why not."""
        for problem in list(problems.values())[:TOLD]:
            self.add_error("groups", problem)


def _problem(word: str) -> str:
    """Return what is wrong with an address, "" for nothing."""
    if len(word) > EMAIL_LENGTH:
        text = _("“{word}…” is longer than an email address can be.")
        return text.format(word=word[:40])
    try:
        _is_address(word)
    except forms.ValidationError:
        return _("“{word}” is no email address.").format(word=word)
    return ""


def _few(mistakes: list[str]) -> list[str]:
    if len(mistakes) <= TOLD:
        return mistakes
    more = len(mistakes) - TOLD
    text = ngettext(
        "{count} more address is wrong.", "{count} more addresses are wrong.", more
    )
    return [*mistakes[:TOLD], text.format(count=more)]

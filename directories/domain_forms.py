"""Forms about mail domains: they check shape, services check rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from directories.models import Directory, Domain

LONGEST = 300


def given(request: HttpRequest, name: str) -> QueryDict | None:
    """Return what the form of a step is bound to: the POST, or a GET with `name`."""
    if request.method == "POST":
        return request.POST
    return request.GET if name in request.GET else None


class DomainForm(forms.Form):
    """The name of a domain to add."""

    name = forms.CharField(
        label=_("Domain"),
        max_length=LONGEST,
        help_text=_("What follows the @ in your email addresses, such as example.com."),
        error_messages={"required": _("Enter the domain.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class MethodForm(forms.Form):
    """How the proof of a domain is looked for."""

    method = forms.ChoiceField(choices=Domain.Method.choices)


class TypedDomainForm(forms.Form):
    """The name of a domain, typed to confirm what cannot be undone."""

    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = name

    def clean_confirmation(self) -> str:
        """Refuse anything but the name."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.name:
            raise forms.ValidationError(
                _("Type the name of the domain exactly as it is written above.")
            )
        return typed


class LinkForm(forms.Form):
    """The directory that a domain is linked to."""

    directory = forms.ChoiceField(
        label=_("Directory"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose a directory.")
        ),
    )

    def __init__(
        self, *args: Any, directories: Iterable[Directory], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(directory.pk): directory for directory in directories}
        self.fields["directory"].choices = [  # type: ignore[attr-defined]  # the field has them
            (key, directory.name) for key, directory in self.known.items()
        ]

    @property
    def chosen(self) -> Directory:
        """Return the directory of a valid form."""
        return self.known[self.cleaned_data["directory"]]


class LinkManyForm(forms.Form):
    """The domains to link to a directory."""

    domains = forms.MultipleChoiceField(
        label=_("Domains"),
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice", "invalid_list"),
            _("Choose one or more domains."),
        ),
    )

    def __init__(self, *args: Any, domains: Iterable[Domain], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {str(domain.pk): domain for domain in domains}
        self.fields["domains"].choices = [  # type: ignore[attr-defined]  # the field has them
            (key, domain.name) for key, domain in self.known.items()
        ]

    @property
    def chosen(self) -> list[Domain]:
        """Return the domains of a valid form."""
        return [self.known[key] for key in self.cleaned_data["domains"]]

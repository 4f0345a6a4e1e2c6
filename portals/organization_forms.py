"""Forms about customer organizations."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from directories.domain_names import NameRefusedError, any_mail_domain
from portals.models import ServiceProject

NAME_LENGTH = 255
DESCRIPTION_LENGTH = 1_000
PASTED = 200_000


class OrganizationForm(forms.Form):
    """Name and description; where the name is `locked` it is read-only."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Enter a name.")},
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=DESCRIPTION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, locked: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].disabled = locked


class NameForm(forms.Form):
    """A name for an organization whose own was taken meanwhile."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Enter a name.")},
    )


class ProjectsForm(forms.Form):
    """Service projects to choose; `key` is the value of each."""

    project = forms.MultipleChoiceField(
        label=_("Service projects"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one project.")},
    )

    def __init__(
        self, *args: Any, projects: QuerySet[ServiceProject], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["project"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the types
        field.choices = [(each.key, f"{each.name} ({each.key})") for each in projects]


class AddCustomersForm(forms.Form):
    """Addresses of customers, as they were typed or pasted."""

    emails = forms.CharField(
        label=_("Email addresses"),
        max_length=PASTED,
        help_text=_(
            "Separate them by commas or new lines. Lines of a table may be pasted. "
            "Whoever is no customer yet becomes one, where customer access allows it."
        ),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        error_messages={"required": _("Enter at least one email address.")},
    )
    invite = forms.BooleanField(
        label=_("Send new customers a mail that invites them"),
        required=False,
    )


class DomainForm(forms.Form):
    """A mail domain for an organization."""

    name = forms.CharField(
        label=_("Domain"),
        max_length=255,
        help_text=_("What follows the @, such as example.com."),
        error_messages={"required": _("Enter a domain.")},
    )

    def clean_name(self) -> str:
        """Return the domain as the DNS writes it."""
        try:
            return any_mail_domain(self.cleaned_data["name"])
        except NameRefusedError as error:
            raise forms.ValidationError(str(error.problem.label)) from error

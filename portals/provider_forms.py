"""Forms about the identity providers of customers: they check shape only."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from directories.domain_names import NameRefusedError, mail_domain
from directories.forms import NAME_LENGTH, DescribedRadios
from directories.models import Directory
from portals.models import CustomerDirectory

Policy = CustomerDirectory.GroupPolicy
LONGEST = 300


class ProviderForm(forms.Form):
    """The name of a customer directory."""

    name = forms.CharField(
        label=_("Directory name"),
        max_length=NAME_LENGTH,
        help_text=_(
            "Shown wherever its customers and organizations appear, for example “Okta "
            "customers”. You can change it later."
        ),
        error_messages={"required": _("Enter a name for the directory.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PolicyForm(forms.Form):
    """What becomes of a group whose name an organization has."""

    group_policy = forms.ChoiceField(
        label=_("When a group has the name of an existing organization"),
        choices=Policy,
        widget=DescribedRadios(
            {
                Policy.SYNC: _(
                    "The organization follows the group: the people of the group join "
                    "it at once. Customers who were in it and are not in the group "
                    "stay for 24 hours, so that the group can fill; then they leave, "
                    "unless you undo it. It keeps its projects."
                ),
                Policy.DONT_SYNC: _(
                    "The organization stays as it is. The group is stored, nobody "
                    "changes, and it waits under Group conflicts, where you see the "
                    "differences and may sync it later, one by one."
                ),
            },
            default=Policy.DONT_SYNC,
        ),
        error_messages={
            "required": _("Choose one."),
            "invalid_choice": _("Choose one."),
        },
    )


class SetUpForm(PolicyForm):
    """What is chosen before a key is made."""

    tests_first = forms.BooleanField(
        label=_("Start with test users and groups (recommended)"),
        required=False,
        help_text=_(
            "Only test groups with the people in them, and single test users, are "
            "synced until you go live; everything else that is pushed is kept and "
            "waits. You name them under Sync rules."
        ),
    )


class RouteForm(forms.Form):
    """A mail domain, and the directory that owns its customers."""

    name = forms.CharField(
        label=_("Domain"),
        max_length=LONGEST,
        help_text=_("What follows the @ in their addresses, such as example.com."),
        error_messages={"required": _("Enter the domain.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    directory = forms.ModelChoiceField(
        label=_("Identity provider"),
        queryset=Directory.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose an identity provider."),
            "invalid_choice": _("Choose an identity provider of this site."),
        },
    )

    def __init__(
        self, *args: Any, directories: "QuerySet[Directory]", **more: Any
    ) -> None:
        super().__init__(*args, **more)
        field = self.fields["directory"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the types
        field.queryset = directories
        vars(field)["label_from_instance"] = lambda each: each.name

    def clean_name(self) -> str:
        """Return the domain as the DNS writes it."""
        try:
            return mail_domain(self.cleaned_data["name"])
        except NameRefusedError as error:
            raise forms.ValidationError(str(error.problem.label)) from error

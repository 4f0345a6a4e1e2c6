"""Forms about service projects: they check shape, services check rules."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.forms import EMAIL_LENGTH, NAME_LENGTH, DescribedRadios
from portals.models import AttachRule, ProjectRole, ServiceProject
from portals.services.service_projects.projects import KEY, Details

LONGEST_TEXT = 5_000
# Characters of pasted addresses; more come by the import of customers.
LONGEST_LIST = 1_000_000
ACCESS_NOTES: dict[str, StrPromise] = {
    ServiceProject.Access.RESTRICTED: _(
        "Only customers who are added to the project, one by one or with an "
        "organization."
    ),
    ServiceProject.Access.OPEN: _(
        "Everybody whom the customer access of the site lets in."
    ),
}
SHARING_NOTES: dict[str, StrPromise] = {
    ServiceProject.Sharing.ORGANIZATIONS: _(
        "A customer finds the people of their own organizations by search, and shares "
        "requests with them."
    ),
    ServiceProject.Sharing.PROJECT_BY_EMAIL: _(
        "As above; other customers of the project by typing the full email address."
    ),
    ServiceProject.Sharing.EVERYBODY: _(
        "Fields that ask for a person, such as an approver, need this."
    ),
}


class DetailsForm(forms.Form):
    """What a project says about itself."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("Customers see it as the name of the portal."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    announcement = forms.CharField(
        label=_("Announcement"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown above the portal as long as there is one."),
    )
    customer_service_management = forms.BooleanField(
        label=_("Customer service management"),
        required=False,
        help_text=_("Gives the organizations of the project a page of their own."),
    )

    def details(self) -> Details:
        """Return what a valid form says."""
        found = self.cleaned_data
        return Details(
            name=found["name"],
            description=found["description"],
            announcement=found["announcement"],
            customer_service_management=found["customer_service_management"],
        )


class NewProjectForm(DetailsForm):
    """A project that is made: it has a key besides."""

    key = forms.CharField(
        label=_("Key"),
        max_length=10,
        help_text=_(
            "Stands in addresses and never changes: 2 to 10 capital letters and "
            "digits, a letter first."
        ),
        widget=forms.TextInput(attrs={"autocapitalize": "characters"}),
    )
    field_order = ("name", "key")

    def clean_key(self) -> str:
        """Accept a key as it stands in addresses."""
        key = str(self.cleaned_data["key"]).upper()
        if not KEY.fullmatch(key):
            raise forms.ValidationError(
                _("Use 2 to 10 letters from A to Z and digits, a letter first.")
            )
        return key


class PermissionsForm(forms.Form):
    """Whom a project lets in, and with whom its customers share."""

    access = forms.ChoiceField(
        label=_("Channel access"),
        choices=ServiceProject.Access,
        widget=DescribedRadios(ACCESS_NOTES, ServiceProject.Access.RESTRICTED),
        error_messages={"required": _("Choose one.")},
    )
    sharing = forms.ChoiceField(
        label=_("Customer sharing"),
        choices=ServiceProject.Sharing,
        widget=DescribedRadios(SHARING_NOTES, ServiceProject.Sharing.ORGANIZATIONS),
        error_messages={"required": _("Choose one.")},
    )


class RoleForm(forms.Form):
    """Who gets a role in a project."""

    email = forms.EmailField(
        label=_("Email address"),
        max_length=EMAIL_LENGTH,
        help_text=_("Of an active user of the organization."),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ProjectRole.Role)


class RequestTypeForm(forms.Form):
    """Something that customers can ask for."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
    description = forms.CharField(
        label=_("Description"), max_length=LONGEST_TEXT, required=False
    )


class RuleForm(forms.Form):
    """Which synced organizations a project takes in by itself."""

    match = forms.ChoiceField(label=_("Organizations"), choices=AttachRule.Match)
    text = forms.CharField(
        label=_("Name"),
        max_length=AttachRule._meta.get_field("text").max_length,
        required=False,
        help_text=_("Letter case does not matter."),
    )

    def clean(self) -> dict[str, str]:
        """Ask for a name where the rule is about names."""
        cleaned = super().clean() or {}
        everybody = cleaned.get("match") == AttachRule.Match.ALL
        if everybody:
            cleaned["text"] = ""
        elif "text" in cleaned and not cleaned["text"]:
            self.add_error("text", _("Enter a name, or a part of one."))
        return cleaned


class AddressesForm(forms.Form):
    """Addresses of customers, as people paste them."""

    addresses = forms.CharField(
        label=_("Email addresses"),
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "Separated by commas, semicolons or lines. Lines of a CSV file may be "
            "pasted as they are: a name before an address becomes the customer's name."
        ),
        error_messages={
            "required": _("Enter an email address."),
            "max_length": _(
                "That is too much at once. Add them in parts, or import a file under "
                "Portal-only customers."
            ),
        },
    )
    invite = forms.BooleanField(
        label=_("Mail an invitation to customers who are new"),
        required=False,
        initial=True,
    )


class OrganizationNameForm(forms.Form):
    """The organization that somebody typed or picked."""

    name = forms.CharField(
        label=_("Organization"),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Type the name of an organization.")},
    )

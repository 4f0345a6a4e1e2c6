"""Forms of the provisioning app."""

import json
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.forms.fields import InvalidJSONInput
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from directories.forms import DescribedRadios
from directories.models import Directory, RoleAssignment, Site
from provisioning.models import App
from provisioning.services.directory_scope import scope_rules
from provisioning.services.directory_scope.scope_rules import Plan

# Characters of a pasted person.
LONGEST_PERSON = 100_000


class _WrittenJSON(forms.JSONField):
    """JSON that is shown with one value on a line, as people write it."""

    def to_python(self, value: Any) -> Any:
        """Refuse numbers too long, and braces too deep, to be read."""
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            text = self.error_messages["invalid"]
            raise forms.ValidationError(text, code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        """Leave what is no JSON as it was typed."""
        if isinstance(value, InvalidJSONInput):
            return value
        return json.dumps(value, indent=2, ensure_ascii=False)


class TrialForm(forms.Form):
    """A SCIM User pasted as JSON; cleaned, it is what the JSON says."""

    person = _WrittenJSON(
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


class GroupForm(forms.Form):
    """Name and description of a local group."""

    name = forms.CharField(
        label=_("Group name"),
        max_length=255,
        help_text=_("Unique in the organization, whatever its letter case."),
        error_messages={"required": _("Enter a name for the group.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the group is for, and whom to ask."),
    )


class SiteField(forms.ModelChoiceField[Site]):
    """A choice of sites by name."""

    def label_from_instance(self, obj: Site) -> str:
        """Return the name of a site."""
        return obj.name


class RightForm(forms.Form):
    """An admin right and where it holds; `sites` are those to choose from."""

    role = forms.ChoiceField(label=_("Role"), choices=RoleAssignment.Role)
    site = SiteField(
        label=_("Site"),
        queryset=Site.objects.none(),
        required=False,
        empty_label=_("All sites"),
        help_text=_("An organization admin always administers all sites."),
    )
    app = forms.ChoiceField(
        label=_("App"),
        choices=[("", _("All apps")), *App.Kind.choices],
        required=False,
        help_text=_("For a user access admin or an app admin of one site."),
    )

    def __init__(
        self,
        posted: QueryDict | None,
        *,
        sites: QuerySet[Site],
        initial: Mapping[str, str] | None = None,
    ) -> None:
        """Offer the sites by name; `initial` are the names of what is filled in."""
        super().__init__(posted, initial=dict(initial or {}))
        field = cast("SiteField", self.fields["site"])
        field.queryset = sites.order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        """Refuse places in which a role cannot hold."""
        found = super().clean() or {}
        role, site, app = found.get("role"), found.get("site"), found.get("app")
        roles = RoleAssignment.Role
        if role == roles.ORGANIZATION_ADMIN and (site or app):
            self.add_error("role", _("An organization admin has all sites and apps."))
        elif role == roles.SITE_ADMIN and app:
            self.add_error("app", _("A site admin has all apps of a site."))
        elif app and not site:
            self.add_error("site", _("Choose the site that the app is on."))
        elif app and site and not site.apps.filter(kind=app).exists():
            self.add_error("app", _("This app is not on the site."))
        return found


def _names(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}
        ),
    )


class SyncRulesForm(forms.Form):
    """Who is synced: a scope, and the names of groups and people, one on each line."""

    scope = forms.ChoiceField(
        label=_("Who is synced"),
        choices=Directory.Scope,
        widget=DescribedRadios(
            {
                Directory.Scope.ALL: _(
                    "Everybody whom the identity provider pushes gets an account, and "
                    "every group appears here."
                ),
                Directory.Scope.CHOSEN: _(
                    "Only groups that you choose by name appear here, and only people "
                    "who are in one of them get an account."
                ),
                Directory.Scope.TEST: _(
                    "To begin with: test groups with the people in them, and single "
                    "test users. Go live when all is as you want it."
                ),
            },
            default=Directory.Scope.ALL,
        ),
        error_messages={
            "required": _("Choose one."),
            "invalid_choice": _("Choose one."),
        },
    )
    groups = _names(
        _("Chosen groups"),
        _(
            "Names as in the identity provider, one on each line; letter case does not "
            "matter. A group that has not been pushed yet is synced when it arrives."
        ),
    )
    users = _names(
        _("Test users"),
        _("User names, one on each line. They count for “Test users” only."),
    )

    def clean_groups(self) -> tuple[str, ...]:
        """Return the names of groups, each once."""
        return _read(self.cleaned_data["groups"])

    def clean_users(self) -> tuple[str, ...]:
        """Return the names of people, each once."""
        return _read(self.cleaned_data["users"])

    def plan(self) -> Plan:
        """Return what a valid form asks for."""
        chosen = self.cleaned_data
        return Plan(chosen["scope"], chosen["groups"], chosen["users"])


class CustomerSyncRulesForm(SyncRulesForm):
    """Who of a customer directory is synced."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        cast("DescribedRadios", self.fields["scope"].widget).notes = {
            Directory.Scope.ALL: _(
                "Everybody whom the identity provider pushes becomes a customer, and "
                "every group an organization."
            ),
            Directory.Scope.CHOSEN: _(
                "Only groups that you choose by name become organizations, and only "
                "people who are in one of them become customers."
            ),
            Directory.Scope.TEST: _(
                "To begin with: test groups with the people in them, and single test "
                "users. Go live when all is as you want it."
            ),
        }


def _read(text: str) -> tuple[str, ...]:
    names = scope_rules.names_of(text.splitlines())
    if len(names) > scope_rules.MOST_CHOICES:
        raise forms.ValidationError(
            _("Choose 2,000 names at most; choose a group around them instead.")
        )
    if any(len(name) > scope_rules.NAME_LENGTH for name in names):
        raise forms.ValidationError(_("A name has 255 characters at most."))
    return names

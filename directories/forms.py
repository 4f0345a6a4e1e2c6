"""Forms of the directories app: they check shape, services check rules."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.db.models import TextChoices
from django.http import HttpRequest, QueryDict
from django.utils.formats import date_format, number_format
from django.utils.timezone import make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from directories.guard_form import GuardFields
from directories.models import Account, Directory
from directories.services.organization_api_keys import longest_until

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 1024
NAME_LENGTH = 255
RATE_LIMIT = 1_000_000
LOG_DAYS_LIMIT = 90
ENTRY_DAYS_LIMIT = 730


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: the POST, however empty, else nothing."""
    return request.POST if request.method == "POST" else None


def _password(label: Any, *, autocomplete: str, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=PASSWORD_LENGTH,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class EmailForm(forms.Form):
    """The address of somebody who wants a reset link."""

    email = forms.EmailField(
        label=_("Email"),
        max_length=EMAIL_LENGTH,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class SignInForm(EmailForm):
    """What somebody shows to be let in."""

    password = _password(_("Password"), autocomplete="current-password")


class NewPasswordForm(forms.Form):
    """A password, typed twice; `account` is whose it becomes."""

    new_password = _password(
        _("New password"),
        autocomplete="new-password",
        help_text=_("At least 10 characters, and not a password that many people use."),
    )
    repeated_password = _password(_("New password again"), autocomplete="new-password")

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_new_password(self) -> str:
        """Refuse passwords that are too short or too common."""
        password: str = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        cleaned = super().clean() or {}
        first, second = (
            cleaned.get("new_password"),
            cleaned.get("repeated_password"),
        )
        if first and second and first != second:
            self.add_error("repeated_password", _("The two passwords differ."))
        return cleaned


class PasswordChangeForm(NewPasswordForm):
    """The present password and a new one."""

    field_order = ("password", "new_password", "repeated_password")
    password = _password(_("Current password"), autocomplete="current-password")

    def __init__(
        self, *args: Any, refusal: Callable[[str], str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.refusal = refusal

    def clean_password(self) -> str:
        """Refuse a present password that is not the account's."""
        password: str = self.cleaned_data["password"]
        if refused := self.refusal(password):
            raise forms.ValidationError(refused)
        return password


class DirectoryForm(forms.Form):
    """The name of an identity provider directory."""

    name = forms.CharField(
        label=_("Directory name"),
        max_length=NAME_LENGTH,
        help_text=_(
            "Shown wherever its users and groups appear, for example “Okta users”."
            " You can change it later."
        ),
        error_messages={"required": _("Enter a name for the directory.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OrganizationKeyForm(forms.Form):
    """What an organization's API key is for, and how long it works."""

    ON_A_DAY = "day"
    LIFETIMES = (
        ("7", _("1 week")),
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("1 year")),
        (ON_A_DAY, _("Until a day of your choice")),
    )

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("What uses the key, for example “Nightly report”."),
        error_messages={"required": _("Enter a name for the key.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    lifetime = forms.ChoiceField(label=_("Works for"), choices=LIFETIMES, initial="365")
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for a day of your choice; at most one year from now."),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Enter a day, such as 2030-01-31.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean(self) -> dict[str, Any]:
        """Work out when the key ends: `expires_at`."""
        cleaned = super().clean() or {}
        lifetime = cleaned.get("lifetime")
        if lifetime != self.ON_A_DAY:
            days = timedelta(days=int(lifetime or 0))
            return {**cleaned, "expires_at": self.now + days}
        if "last_day" in self.errors:
            return cleaned
        if (day := cleaned.get("last_day")) is None:
            self.add_error("last_day", _("Choose the last day."))
            return cleaned
        end = make_aware(datetime.combine(day, time.max))
        if not self.now < end <= longest_until(self.now):
            text = _("Choose a day from today on, at most one year from now.")
            self.add_error("last_day", text)
        return {**cleaned, "expires_at": end}


class TypedNameForm(forms.Form):
    """The name of a directory, typed to confirm what cannot be undone."""

    confirmation = forms.CharField(required=False)

    def __init__(self, *args: Any, directory: Directory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.directory = directory

    def clean_confirmation(self) -> str:
        """Refuse anything but the name."""
        typed: str = self.cleaned_data["confirmation"]
        if typed != self.directory.name.strip():
            raise forms.ValidationError(
                _("Type the name of the directory exactly as it is written above.")
            )
        return typed


class KeyEndForm(forms.Form):
    """The last day of a key; `latest` is the day after which none may end."""

    ends_on = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Choose a day."),
        },
    )

    def __init__(self, *args: Any, first: date, latest: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.latest = first, latest
        field = self.fields["ends_on"]
        field.widget.attrs |= {"min": f"{first:%Y-%m-%d}", "max": f"{latest:%Y-%m-%d}"}
        text = gettext("The key works until the end of this day, {date} at the latest.")
        field.help_text = text.format(date=date_format(latest))

    def clean_ends_on(self) -> date:
        """Refuse days that are over, and those on which the key has ended."""
        day: date = self.cleaned_data["ends_on"]
        if not self.first <= day <= self.latest:
            text = _("Choose a day from {first} to {latest}.")
            raise forms.ValidationError(
                text.format(
                    first=date_format(self.first), latest=date_format(self.latest)
                )
            )
        return day


class DescribedRadios(forms.RadioSelect):
    """Radio buttons with a sentence each; `notes` holds them by value."""

    def __init__(self, notes: Mapping[str, StrPromise], default: str) -> None:
        super().__init__()
        self.notes = notes
        self.default = default

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the sentence, and whether this is what a new directory has."""
        option = super().create_option(*args, **kwargs)
        option["note"] = self.notes[option["value"]]
        option["default"] = option["value"] == self.default
        if identifier := option["attrs"].get("id"):
            option["attrs"]["aria-describedby"] = f"{identifier}_note"
        return option


def _choice(
    label: StrPromise, choices: type[TextChoices], notes: Mapping[str, StrPromise]
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=DescribedRadios(notes, default=choices.values[0]),
        error_messages={
            "required": _("Choose one."),
            "invalid_choice": _("Choose one."),
        },
    )


def _rate(label: StrPromise) -> forms.IntegerField:
    wrong = _("Enter a whole number from 0 to 1,000,000, or nothing.")
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=RATE_LIMIT,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
    )


def _rate_help(rate: int) -> str:
    if not rate:
        return gettext("Empty: the limit of this installation, which is none.")
    text = gettext("Empty: the limit of this installation, {number}. 0: no limit.")
    return text.format(number=number_format(rate, force_grouping=True))


class SettingsForm(GuardFields):
    """How a directory takes requests; its fields are named as those of Directory.

    `rates` are the installation's own, by the name of the field.
    """

    mode = _choice(
        _("Mode"),
        Directory.Mode,
        {
            Directory.Mode.COMPATIBLE: _(
                "Takes what identity providers really send, as long as its meaning is"
                " plain. What needs a decision waits for review."
            ),
            Directory.Mode.STRICT: _(
                "Refuses what the SCIM standard does not allow, new names for groups,"
                " and groups with the name of a local one. Offers fewer features."
            ),
        },
    )
    unknown_attributes = _choice(
        _("Unknown attributes"),
        Directory.UnknownAttributes,
        {
            Directory.UnknownAttributes.DROP: _(
                "They are not stored. The troubleshooting log names each of them once."
            ),
            Directory.UnknownAttributes.KEEP: _(
                "They are stored with the person or group and returned to the identity"
                " provider. Nothing here uses them."
            ),
        },
    )
    nested_groups = _choice(
        _("Groups in groups"),
        Directory.NestedGroups,
        {
            Directory.NestedGroups.COUNT: _(
                "Members of a group that is in another group are members of both."
            ),
            Directory.NestedGroups.IGNORE: _(
                "Who is only in the inner group is no member of the outer one and gets"
                " none of its access."
            ),
        },
    )
    group_conflicts = _choice(
        _("Groups with the name of a local group"),
        Directory.GroupConflicts,
        {
            Directory.GroupConflicts.HOLD: _(
                "The group is stored and waits under Directory, Review. You see who"
                " would be added and removed before you decide."
            ),
            Directory.GroupConflicts.REFUSE: _(
                "The identity provider is answered with 409 and shows an error. The"
                " troubleshooting log names the group."
            ),
        },
    )
    all_members = forms.BooleanField(
        label=_("Keep a group of everybody in this directory"),
        required=False,
        help_text=_(
            "Whoever is linked joins it, whoever is not linked any more leaves it."
            " Turned off, it becomes a local group with the people who are in it."
        ),
    )
    reads_per_minute = _rate(_("Reads per minute"))
    writes_per_minute = _rate(_("Writes per minute"))
    request_log_days = forms.IntegerField(
        label=_("Days kept"),
        min_value=0,
        max_value=LOG_DAYS_LIMIT,
        help_text=_("0 turns the log off; 90 at most. What is older is deleted."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a number of days from 0 to 90."),
        ),
    )
    request_log_bodies = forms.BooleanField(
        label=_("Keep request bodies"),
        required=False,
        help_text=_(
            "Bodies hold names and addresses of people; passwords and keys are left"
            " out. Without bodies the log keeps method, path, answer and time."
        ),
    )

    troubleshooting_days = forms.IntegerField(
        label=_("Days kept"),
        min_value=0,
        max_value=ENTRY_DAYS_LIMIT,
        help_text=_("0 keeps entries for good; 730 at most otherwise."),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Enter a number of days from 0 to 730."),
        ),
    )

    def __init__(self, *args: Any, rates: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rate in rates.items():
            self.fields[name].help_text = _rate_help(rate)

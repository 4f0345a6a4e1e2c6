"""What the two modes of a directory do differently, in words for admins.

The one place that names the tolerances of `directories.scim.protocol` for people: a
rule with the name of a tolerance stands for it. A test holds both together.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

ACCEPTED = _("Accepted")
REFUSED = _("Refused")
CUSTOM = _("Custom mappings of any provider")


@dataclass(frozen=True)
class Rule:
    """What is sent, what each mode does with it, and who sends it.

    `key` is the name of a tolerance, or a word of its own.
    """

    key: str
    label: StrPromise
    senders: str | StrPromise
    compatible: StrPromise = ACCEPTED
    strict: StrPromise = REFUSED

    @property
    def differs(self) -> bool:
        """Say whether the mode makes a difference."""
        return self.compatible is not self.strict


SHAPES = (
    Rule(
        "string_booleans",
        _("Yes and no as text, such as “False”"),
        "Microsoft Entra ID, Keycloak, OneLogin",
        strict=ACCEPTED,
    ),
    Rule(
        "dotted_keys",
        _("Dotted and prefixed names in a body, such as “name.givenName”"),
        "Microsoft Entra ID",
        strict=ACCEPTED,
    ),
    Rule(
        "plain_manager",
        _("The manager as plain text"),
        "Microsoft Entra ID",
        strict=ACCEPTED,
    ),
    Rule(
        "remove_with_value",
        _("Values to remove named in a list, members for example"),
        "Microsoft Entra ID, JumpCloud, authentik",
        strict=ACCEPTED,
    ),
    Rule(
        "foreign_schemas",
        _("Schemas that are not known here, with their data"),
        "Microsoft Entra ID, OneLogin",
        strict=ACCEPTED,
    ),
    Rule("single_values", _("One value where a list belongs"), "OneLogin"),
    Rule(
        "plain_values",
        _("Plain text where an object with a value belongs"),
        _("OneLogin, Microsoft test collection"),
    ),
    Rule(
        "wrapped_values",
        _("A value packed into a list or an object once too often"),
        _("Microsoft Entra ID before 2018, Salesforce"),
    ),
    Rule(
        "numbers_as_strings",
        _("Numbers where text belongs"),
        _("OneLogin templates, personnel systems"),
    ),
    Rule(
        "several_primaries",
        _("Several values marked as primary: the first stays so"),
        "PingFederate",
    ),
    Rule(
        "replace_creates_value",
        _("Replacing a value that is not there: it is added"),
        "Microsoft Entra ID",
    ),
    Rule(
        "empty_patch",
        _("A PATCH without any operation: nothing changes"),
        _("Microsoft SCIM validator"),
    ),
    Rule(
        "unknown_attributes",
        _("Attributes that are not known here"),
        CUSTOM,
        compatible=_("Left out or kept, as chosen below"),
    ),
    Rule(
        "unused_attributes",
        _("SCIM attributes that no account uses, such as addresses and roles"),
        "Microsoft Entra ID",
        compatible=_("Stored and returned"),
        strict=_("Left out"),
    ),
)
"""How things are written: the tolerances that are about the form of a request."""

NO_ADDRESS = Rule(
    "no_address",
    _("A person without an email address"),
    CUSTOM,
    compatible=_("Stored without an account, and logged"),
)

MEANINGS = (
    Rule(
        "unknown_members",
        _("Members who are not known here, in a PATCH of a group"),
        "Okta, Microsoft Entra ID",
        compatible=_("Passed over and logged; the others are added"),
    ),
    Rule(
        "group_rename",
        _("Another name for a group"),
        _("Every provider"),
        compatible=_("The group is renamed"),
    ),
    Rule(
        "local_group_name",
        _("A group with the name of a local group"),
        _("Every provider"),
        compatible=_("Stored; it waits for review"),
        strict=_("Refused with 409"),
    ),
    NO_ADDRESS,
)
"""What would happen here: rules about people and groups."""

OFFERS = (
    Rule(
        "bulk",
        _("Bulk requests"),
        _("Scripts, test suites"),
        compatible=_("Carried out"),
    ),
    Rule(
        "features",
        _("Sorting, versions (ETag)"),
        _("Scripts, test suites"),
        compatible=_("Offered"),
        strict=_("Declared as not offered"),
    ),
    Rule(
        "filters",
        _("Filters"),
        _("Microsoft Entra ID, scripts"),
        compatible=_("All that SCIM has"),
        strict=_("Only “eq” on userName, externalId and displayName"),
    ),
    Rule(
        "schemas",
        _("Declared schemas"),
        _("Providers that read them"),
        compatible=_("Everything that is understood"),
        strict=_("User, enterprise user and group"),
    ),
)
"""What a client is offered, as the discovery endpoints tell it."""

TOLERANCES = (*SHAPES, MEANINGS[0], NO_ADDRESS)
"""The rules that stand for a tolerance each."""


@dataclass(frozen=True)
class Section:
    """Rules that belong together, under a heading."""

    title: StrPromise
    rules: tuple[Rule, ...]


SECTIONS = (
    Section(_("People and groups"), MEANINGS),
    Section(_("How requests are written"), SHAPES),
    Section(_("What clients are offered"), OFFERS),
)

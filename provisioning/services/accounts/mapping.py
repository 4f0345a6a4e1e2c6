"""Which attributes of a SCIM User become which fields of an account.

One table for what is done and for what the console shows (RFC 7643 section 4.1;
organization-provisioning 2.1).
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
CUSTOM = "urn:scim:schemas:extension:atlassian-custom:1.0:Attributes"

LONGEST = 1024
LONGEST_OF = {"time_zone": 255, "language": 255}


@dataclass(frozen=True)
class Source:
    """An attribute of a SCIM User: the words that lead to it.

    Several ends, given as the names of a complex attribute, are joined by a blank.
    """

    path: tuple[str, ...]
    joined: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Return the attribute as SCIM writes it."""
        text = ""
        for part in self.path:
            text += part if not text else (":" if ":" in text else ".") + part
        if not self.joined:
            return text
        return " + ".join(f"{text}.{name}" for name in self.joined)

    def read(self, document: dict[str, Any]) -> str:
        """Return the value, "" when the document has none, or only blanks."""
        value: Any = document
        for part in self.path:
            value = value.get(part) if isinstance(value, dict) else None
        if self.joined:
            parts = value if isinstance(value, dict) else {}
            value = " ".join(parts[n].strip() for n in self.joined if parts.get(n))
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True)
class Rule:
    """A field of an account and what fills it: the first source with a value."""

    field: str
    sources: tuple[Source, ...]
    note: StrPromise


RULES = (
    Rule(
        "name",
        (
            Source(("displayName",)),
            Source(("name", "formatted")),
            Source(("name",), ("givenName", "familyName")),
        ),
        _("Without any of them the account keeps its name."),
    ),
    Rule("public_name", (Source(("nickName",)),), _("Shown to other people.")),
    Rule("job_title", (Source(("title",)),), _("Free text.")),
    Rule(
        "department",
        (Source((ENTERPRISE, "department")), Source(("department",))),
        _("The enterprise extension counts before the flat attribute."),
    ),
    Rule(
        "company",
        (Source((ENTERPRISE, "organization")), Source(("organization",))),
        _("The enterprise extension counts before the flat attribute."),
    ),
    Rule(
        "time_zone",
        (Source(("timezone",)),),
        _("A name such as America/Los_Angeles."),
    ),
    Rule("language", (Source(("preferredLanguage",)),), _("A tag such as en-US.")),
    Rule(
        "location",
        (Source((CUSTOM, "basedIn")),),
        _("Has to be added to the mapping of the identity provider by hand."),
    ),
)


@dataclass(frozen=True)
class Filled:
    """What a document makes of one field, and which source it came from, if any."""

    rule: Rule
    value: str
    source: Source | None


def fill(document: dict[str, Any], rule: Rule) -> Filled:
    """Fill one field from a SCIM User; what is too long is cut."""
    for source in rule.sources:
        if value := source.read(document):
            longest = LONGEST_OF.get(rule.field, LONGEST)
            return Filled(rule, value[:longest], source)
    return Filled(rule, "", None)


def profile_of(document: dict[str, Any]) -> dict[str, str]:
    """Return the account fields that a SCIM User maps to, "" for what it leaves out."""
    return {rule.field: fill(document, rule).value for rule in RULES}


def photo_of(document: dict[str, Any]) -> str:
    """Return the address of the photo, the primary one first, "" for none."""
    photos = [p for p in document.get("photos", []) if p.get("value")]
    photos.sort(key=lambda photo: not photo.get("primary"))
    return str(photos[0]["value"]) if photos else ""

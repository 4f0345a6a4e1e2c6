"""Events of the audit log, told so that a page can show them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from directories.events import Event
from directories.models import AuditEvent, Organization, RoleAssignment
from provisioning.app_permissions import label_of
from provisioning.models import App

LONGEST_VALUE = 160
FIELDS = {
    "email": _("Email address"),
    "name": _("Name"),
    "public_name": _("Public name"),
    "job_title": _("Job title"),
    "department": _("Department"),
    "company": _("Organization"),
    "time_zone": _("Time zone"),
    "language": _("Preferred language"),
    "location": _("Location"),
    "description": _("Description"),
    "domains": _("Email domains"),
    "first_for": _("Gets new customers of"),
}


MOVES = ("joined", "left", "groups_joined", "groups_left")


@dataclass(frozen=True)
class Difference:
    """One value before and after, as text, "" for none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """An audit event in words: what, what exactly, by whom."""

    event: AuditEvent
    title: str
    differences: list[Difference]
    note: str


def latest_events(organization: Organization, size: int) -> list[Told]:
    """Return the newest events of an organization."""
    return [tell(e) for e in organization.audit_events.order_by("-pk")[:size]]


def tell(event: AuditEvent) -> Told:
    """Put an event into words."""
    known = event.action in Event.values
    title = Event(event.action).label if known else event.action
    return Told(
        event=event,
        title=str(title),
        differences=_differences(event.details),
        note=_note(event.details),
    )


def _differences(details: Mapping[str, Any]) -> list[Difference]:
    """Compare what an account's change or two SCIM documents say."""
    if isinstance(details.get("change"), dict):
        return [
            Difference(str(FIELDS.get(name, name)), _text(before), _text(after))
            for name, (before, after) in details["change"].items()
        ]
    before, after = details.get("before"), details.get("after")
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return []
    return [
        Difference(name, *_texts(before.get(name), after.get(name)))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _texts(before: Any, after: Any) -> tuple[str, str]:
    """Tell two values as people read them, unless that would tell them alike."""
    plain = _text(_values(before)), _text(_values(after))
    return plain if plain[0] != plain[1] else (_text(before), _text(after))


def _values(value: Any) -> Any:
    """Return the values of a multi-valued attribute, such as addresses, as a line."""
    if not isinstance(value, list) or not value:
        return value
    values = [each.get("value") if isinstance(each, dict) else each for each in value]
    texts = [each for each in values if isinstance(each, str)]
    return ", ".join(texts) if len(texts) == len(values) else value


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _moves(moved: Mapping[str, int]) -> dict[str, str]:
    """Return the words for what came and went, in the right number."""

    def of(name: str) -> int:
        return moved.get(name, 0)

    return {
        "joined": ngettext(
            "{count} person joined", "{count} people joined", of("joined")
        ),
        "left": ngettext("{count} person left", "{count} people left", of("left")),
        "groups_joined": ngettext(
            "{count} group added", "{count} groups added", of("groups_joined")
        ),
        "groups_left": ngettext(
            "{count} group removed", "{count} groups removed", of("groups_left")
        ),
    }


def _right(details: Mapping[str, Any]) -> str:
    """Name the right that came by a group, "" where none did."""
    role = details.get("role")
    if role not in RoleAssignment.Role.values:
        return ""
    return f"{RoleAssignment.Role(role).label}: "


def _inside(details: Mapping[str, Any]) -> str:
    """Say which permissions inside of which app or space were given and taken."""
    app = str(details.get("app", ""))
    place = str(dict(App.Kind.choices).get(app, app))
    where = f"{place} ({details.get('site_name', '')})"
    if isinstance(details.get("space_name"), str):
        where += f", {details['space_name']} ({details.get('space', '')})"
    said = [
        text.format(names=", ".join(label_of(str(key)) for key in details[name]))
        for name, text in (
            ("given", _("may: {names}")),
            ("taken", _("no longer: {names}")),
        )
        if details.get(name)
    ]
    return f"{where}: {'; '.join(said)}"


def _note(details: Mapping[str, Any]) -> str:
    """Say which group it was, or who and how many came into it and left it."""
    if isinstance(details.get("taken"), list):
        return _inside(details)
    if isinstance(details.get("released_from"), str):
        said_of = _(
            "User provisioning of {directory} was deleted. All stays as it was."
        )
        return said_of.format(directory=details["released_from"])
    if isinstance(details.get("group"), str):
        return _right(details) + str(details["group"])
    for place in ("project", "organization"):
        if isinstance(details.get(place), str):
            return str(details[place])
    numbers = {name: details.get(name) for name in MOVES}
    moved = {n: number for n, number in numbers.items() if isinstance(number, int)}
    texts = _moves(moved)
    said = []
    for name, number in moved.items():
        if number:
            text = texts[name].format(count=f"{number:,}")
            groups = name.startswith("groups")
            # Who came into a pushed group is told in events of their own.
            names = details.get(f"{name}_names" if groups else "names")
            said.append(f"{text} ({', '.join(names)})" if names else text)
    return ", ".join(said)

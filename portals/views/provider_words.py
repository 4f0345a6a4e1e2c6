"""Says in sentences what was decided about a customer directory."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from directories.events import Event
from directories.models import AuditEvent
from portals.models import CustomerDirectory

POLICIES = dict(CustomerDirectory.GroupPolicy.choices)


@dataclass(frozen=True)
class Told:
    """One decision in words; `undo` is the organization that can be unlinked."""

    event: AuditEvent
    sentence: str
    undo: str = ""


def told(event: AuditEvent, synced: Collection[str]) -> Told:
    """Tell a decision; what `synced` holds follows a group of the directory still."""
    details = event.details
    if event.action == Event.CUSTOMER_ORGANIZATION_SYNCED:
        text = _("{name} follows the pushed group, as the directory says.")
        undo = event.target_id if event.target_id in synced else ""
        return Told(event, text.format(name=event.target_name), undo)
    found = next((key for key in SENTENCES if key in details), "")
    sentence = SENTENCES[found](details) if found else ""
    organization = str(details.get("organization_id", ""))
    shown = organization if "synced_group" in details else ""
    return Told(event, sentence, shown if shown in synced else "")


def _policy(details: dict[str, Any]) -> str:
    before, after = details["group_policy"]
    text = _("Groups with the name of an organization: “{after}”, before “{before}”.")
    return text.format(
        before=POLICIES.get(before, before), after=POLICIES.get(after, after)
    )


def _default(details: dict[str, Any]) -> str:
    before, after = details["default"]
    if not before:
        return _("{after} became the default.").format(after=after)
    text = _("{after} became the default instead of {before}.")
    return text.format(after=after, before=before)


def _moved(details: dict[str, Any]) -> str:
    moved = details["moved"]
    text = _("The domain {domain} moved from {former} to {name}.")
    return text.format(domain=moved["domain"], former=moved["from"], name=moved["to"])


def _routed(details: dict[str, Any]) -> str:
    return _("The domain {domain} was routed here.").format(domain=details["routed"])


def _unrouted(details: dict[str, Any]) -> str:
    text = _("The domain {domain} is routed here no longer.")
    return text.format(domain=details["unrouted"])


def _synced(details: dict[str, Any]) -> str:
    text = _(
        "The group {name} was synced. Customers to join: {joining}, to leave: "
        "{leaving}."
    )
    return text.format(
        name=details["synced_group"],
        joining=details.get("joining", 0),
        leaving=details.get("leaving", 0),
    )


def _all(details: dict[str, Any]) -> str:
    text = _("Syncing of all groups that waited was begun: {count}.")
    return text.format(count=details["synced_all"])


def _undone(details: dict[str, Any]) -> str:
    text = _("{name} was parted from its group. Customers who came back: {count}.")
    return text.format(name=details["undone"], count=details.get("back", 0))


SENTENCES = {
    "group_policy": _policy,
    "default": _default,
    "moved": _moved,
    "routed": _routed,
    "unrouted": _unrouted,
    "synced_group": _synced,
    "synced_all": _all,
    "undone": _undone,
}

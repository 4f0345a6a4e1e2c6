"""Decides what would become of one person; the rules of services.people once more."""

from dataclasses import dataclass, field
from uuid import UUID

from directories.models import LinkState
from provisioning.reasons import Reason

NEW = -1
NOBODY = 0
UNLINKED_BY_ADMIN = "unlinked_by_admin"


@dataclass(frozen=True)
class Holder:
    """An account that a decision is about, and who else has it."""

    key: int
    email_key: str
    active: bool
    managed: bool
    to_be_deleted: bool = False
    is_admin: bool = False
    is_last_admin: bool = False
    is_member: bool = True
    owner_record: int = 0
    owner_directory: UUID | None = None


@dataclass(frozen=True)
class Place:
    """Whose domain an address is in: ours or another's, of which directory."""

    ours: bool = False
    elsewhere: bool = False
    directory: UUID | None = None


@dataclass(frozen=True)
class Person:
    """All that the decision about a record depends on."""

    record: int
    directory: UUID
    name: str
    email: str
    email_key: str
    active: bool
    state: str
    reason: str
    carried: bool
    removes_external: bool = False
    current: Holder | None = None
    found: Holder | None = None
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Fate:
    """What becomes of a person: state, reason, account (NEW, NOBODY or its key).

    `effect` says what the account goes through; "" for nothing to tell.
    """

    state: str
    reason: str = ""
    account: int = NOBODY
    effect: str = ""


def decide(person: Person) -> Fate:
    """Return what would become of a person."""
    now = person.current
    if person.reason == UNLINKED_BY_ADMIN:
        return _unchanged(person)
    if now is not None and not person.active:
        return _rest(person, now)
    if not person.email or not person.carried:
        return _leave_out(person, now)
    known = now is not None and now.email_key == person.email_key
    if person.place.elsewhere and not known:
        return _unchanged(person, effect="person_refused")
    return _follow(person, now) if now else _link(person)


def _unchanged(person: Person, effect: str = "") -> Fate:
    key = person.current.key if person.current else NOBODY
    return Fate(person.state, person.reason, key, effect)


def _rest(person: Person, now: Holder) -> Fate:
    if person.reason == Reason.GUARD_HELD:
        return _unchanged(person)
    removed = _is_removed(person, now)
    if now.is_last_admin and (removed or (now.managed and now.active)):
        return Fate(LinkState.LINKED, Reason.LAST_ADMIN, now.key)
    effect = "person_deactivated" if now.managed and now.active else ""
    effect = "person_removed" if removed else effect
    if now.managed and now.email_key == person.email_key:
        return Fate(LinkState.LINKED, "", now.key, effect)
    return Fate(LinkState.PAUSED, Reason.INACTIVE, now.key, effect)


def _is_removed(person: Person, now: Holder) -> bool:
    """Say whether an external person is taken out when they become inactive."""
    again = person.reason == Reason.INACTIVE
    return person.removes_external and not now.managed and now.is_member and not again


def _leave_out(person: Person, now: Holder | None) -> Fate:
    if not person.email:
        state = LinkState.PAUSED if now else LinkState.UNLINKED
        return Fate(state, Reason.NO_EMAIL, now.key if now else NOBODY)
    if now is None:
        return Fate(LinkState.UNLINKED, Reason.OUT_OF_SCOPE)
    returns = now.managed and not now.active and now.email_key == person.email_key
    effect = "person_reactivated" if returns else ""
    return Fate(LinkState.PAUSED, Reason.OUT_OF_SCOPE, now.key, effect)


def _link(person: Person) -> Fate:
    found = person.found
    if _linked_elsewhere(person):
        return Fate(LinkState.HELD, Reason.DOMAIN_LINKED_ELSEWHERE)
    if found is not None:
        return _link_to(person, found)
    if not person.active:
        return Fate(LinkState.UNLINKED, Reason.INACTIVE)
    return Fate(LinkState.LINKED, "", NEW, "person_made")


def _link_to(person: Person, found: Holder) -> Fate:
    if reason := _reason_to_hold(person, found):
        return Fate(LinkState.HELD, reason)
    managed = found.managed or person.place.ours
    if not person.active:
        if not managed:
            effect = "person_removed" if person.removes_external else ""
            return Fate(LinkState.PAUSED, Reason.INACTIVE, found.key, effect)
        # Linked while inactive: a managed account is deactivated at once.
        effect = "person_deactivated" if found.active else "person_linked"
        return Fate(LinkState.LINKED, "", found.key, effect)
    effect = "person_reactivated" if managed and not found.active else "person_linked"
    return Fate(LinkState.LINKED, "", found.key, effect)


def _linked_elsewhere(person: Person) -> bool:
    place = person.place
    return place.ours and place.directory not in {None, person.directory}


def _reason_to_hold(person: Person, found: Holder) -> str:
    here = person.place.ours and person.place.directory == person.directory
    if found.to_be_deleted:
        return "deletion_scheduled"
    if found.owner_record and found.owner_directory == person.directory:
        return "other_record"
    if found.owner_record and not here:
        return Reason.OTHER_DIRECTORY
    return Reason.ADMIN_ACCOUNT if found.is_admin else ""


def _follow(person: Person, now: Holder) -> Fate:
    if person.email_key != now.email_key:
        return _move(person, now)
    if _linked_elsewhere(person):
        return Fate(LinkState.HELD, Reason.DOMAIN_LINKED_ELSEWHERE)
    returns = (now.managed or person.place.ours) and not now.active
    effect = "person_reactivated" if returns else ""
    return Fate(LinkState.LINKED, "", now.key, effect)


def _move(person: Person, now: Holder) -> Fate:
    if _linked_elsewhere(person):
        return Fate(LinkState.PAUSED, "email_domain_linked_elsewhere", now.key)
    if not person.place.ours:
        return Fate(LinkState.PAUSED, Reason.EMAIL_NOT_VERIFIED, now.key)
    if not now.managed:
        return Fate(LinkState.LINKED, "external_email_change", now.key)
    return _move_managed(person, now)


def _move_managed(person: Person, now: Holder) -> Fate:
    if now.is_admin:
        effect = "" if now.active else "person_reactivated"
        return Fate(LinkState.LINKED, Reason.ADMIN_EMAIL_CHANGE, now.key, effect)
    if person.found is not None:
        return _unchanged(person, effect="person_refused")
    return Fate(LinkState.LINKED, "", now.key, "person_moved")

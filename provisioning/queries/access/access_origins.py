"""Reads from the audit log who gave access: to a group, or by adding a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from directories.events import Event
from directories.models import AuditEvent, Member, RequestEntry
from provisioning.models import AppGrant, Group
from provisioning.queries.timeline import records_of

# Events about one person, or about the groups of one page, that are looked through.
LOOKED_AT = 1_000
JOINED = (Event.USER_ADDED_TO_GROUP, Event.SCIM_GROUP_MEMBER_ADDED)


@dataclass(frozen=True)
class Origin:
    """An event that brought something about, and the request that it came with.

    `request` is None where none is kept.
    """

    event: AuditEvent
    request: RequestEntry | None = None

    @property
    def at(self) -> datetime:
        """Return when it was."""
        return self.event.at

    @property
    def by(self) -> str:
        """Return who did it."""
        return self.event.actor_name


@dataclass(frozen=True)
class Origins:
    """Events by what they brought about; empty where the log may not be shown."""

    grants: dict[tuple[str, str, str, str], Origin] = field(default_factory=dict)
    memberships: dict[str, Origin] = field(default_factory=dict)

    @classmethod
    def of(cls, member: Member, grants: Sequence[AppGrant]) -> "Origins":
        """Read what the log knows of a person's memberships and of these grants."""
        joined = _joined(member)
        given = _given(member, {grant.group for grant in grants})
        requests = _requests(member, [*joined, *given])
        memberships: dict[str, Origin] = {}
        for event in joined:
            key = str(event.details.get("group_id", ""))
            memberships.setdefault(key, Origin(event, requests.get(event.request_id)))
        found: dict[tuple[str, str, str, str], Origin] = {}
        for event in given:
            words = event.details
            place = (event.target_id, *(str(words.get(k)) for k in WORDS))
            group, site, app, role = place
            found.setdefault((group, site, app, role), Origin(event))
        return cls(found, memberships)

    def of_grant(self, grant: AppGrant) -> Origin | None:
        """Return who gave a group its role in an app."""
        app = grant.app
        place = (str(grant.group.public_id), str(app.site_id), app.kind, grant.role)
        return self.grants.get(place)

    def of_membership(self, group: Group) -> Origin | None:
        """Return how the person came into a group."""
        known = self.memberships.get(str(group.public_id))
        if known is None and group.record is not None:
            return self.memberships.get(str(group.record.scim_id))
        return known


WORDS = ("site", "app", "role")


def _joined(member: Member) -> list[AuditEvent]:
    account = member.account
    ids = [str(account.public_id), *records_of(member.organization_id, account)]
    events = AuditEvent.objects.filter(
        organization=member.organization_id, target_id__in=ids, action__in=JOINED
    )
    return list(events.order_by("-pk")[:LOOKED_AT])


def _given(member: Member, groups: set[Group]) -> list[AuditEvent]:
    if not groups:
        return []
    events = AuditEvent.objects.filter(
        organization=member.organization_id,
        target_id__in=sorted(str(group.public_id) for group in groups),
        action=Event.APP_ACCESS_GRANTED,
    )
    return list(events.order_by("-pk")[:LOOKED_AT])


def _requests(member: Member, events: Sequence[AuditEvent]) -> dict[str, RequestEntry]:
    ids = {event.request_id for event in events if event.request_id}
    if not ids:
        return {}
    entries = RequestEntry.objects.filter(
        request_id__in=sorted(ids), organization=member.organization_id
    ).only("request_id", "directory_id", "at", "method", "path")
    return {entry.request_id: entry for entry in entries.order_by("-pk")}

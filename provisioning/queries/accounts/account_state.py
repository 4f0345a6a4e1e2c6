"""Reads about the state of one person: who brought it about, what may be done."""

from dataclasses import dataclass

from directories.events import Event
from directories.models import AuditEvent, Directory, LinkState, Member, UserRecord

ENDS = (Event.ACCOUNT_DEACTIVATED, Event.DELETION_SCHEDULED)


@dataclass(frozen=True)
class AccountState:
    """How a person's account stands.

    `owner` is the record by which an identity provider owns a managed account, None
    when admins decide. `ended` is the event that deactivated it, `changed` the last
    change by a provider; `by` is the directory of whoever ended it, if one did.
    """

    member: Member
    managed: bool
    owner: UserRecord | None
    ended: AuditEvent | None
    changed: AuditEvent | None
    by: Directory | None
    linked: bool

    @property
    def deactivated(self) -> bool:
        """Say whether the account is deactivated."""
        return not self.member.account.is_active

    @property
    def editable(self) -> bool:
        """Say whether admins decide about the account."""
        return self.managed and self.owner is None

    @property
    def removable(self) -> bool:
        """Say whether the person can be taken out of the organization."""
        return not self.managed and not self.linked


def state_of(member: Member, record: UserRecord | None) -> AccountState:
    """Return how a person's account stands; `record` is the one that has it."""
    account = member.account
    managed = account.managed_by_id == member.organization_id
    ended = None
    if not account.is_active:
        ended = _newest(member, [str(account.public_id)], action__in=ENDS)
    changed = None
    if record is not None:
        ids = [str(account.public_id), str(record.scim_id)]
        kind = AuditEvent.ActorKind.DIRECTORY
        changed = _newest(member, ids, actor_kind=kind)
    return AccountState(
        member=member,
        managed=managed,
        owner=record if managed else None,
        ended=ended,
        changed=changed,
        by=_directory(member, ended),
        linked=record is not None and record.link_state == LinkState.LINKED,
    )


def _newest(
    member: Member, target_ids: list[str], **conditions: object
) -> AuditEvent | None:
    events = AuditEvent.objects.filter(
        organization=member.organization_id, target_id__in=target_ids, **conditions
    )
    return events.order_by("-pk").first()


def _directory(member: Member, event: AuditEvent | None) -> Directory | None:
    """Return the directory that an event came from, while it is there."""
    if event is None or event.directory_id is None:
        return None
    return Directory.objects.filter(
        pk=event.directory_id, organization=member.organization_id
    ).first()

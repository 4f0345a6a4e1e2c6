"""Keeps records apart from accounts that an admin unlinked, and says so in the log."""

from datetime import datetime

from django.utils.translation import gettext as _

from directories.consumers import Outcome
from directories.models import LinkState, TroubleshootingEntry, UserRecord
from directories.services.troubleshooting import Finding, log_finding
from provisioning.reasons import Reason


def is_kept_apart(record: UserRecord) -> bool:
    """Say whether an admin unlinked the record, and nobody has re-linked it."""
    return record.link_reason == Reason.UNLINKED_BY_ADMIN


def keep_apart(record: UserRecord, *, now: datetime) -> Outcome:
    """Leave a pushed record without an account; a deactivation is logged."""
    # Who is only looked at again was not pushed now.
    if not record.active and record.updated_at == now:
        finding = _finding(
            record,
            "deactivation_not_followed",
            _(
                "The identity provider deactivated the person, and nothing followed: "
                "an admin unlinked the account."
            ),
        )
        log_finding(record.directory, finding, now=now)
    return Outcome(LinkState.UNLINKED, reason=Reason.UNLINKED_BY_ADMIN)


def note_deleted(record: UserRecord, *, now: datetime) -> None:
    """Say in the log that nothing follows the deletion of a record kept apart."""
    if is_kept_apart(record):
        finding = _finding(
            record,
            "deletion_not_followed",
            _(
                "The identity provider deleted the person, and nothing followed: an "
                "admin had unlinked the account."
            ),
        )
        log_finding(record.directory, finding, now=now)


def _finding(record: UserRecord, kind: str, reason: str) -> Finding:
    return Finding(
        kind=kind,
        level=TroubleshootingEntry.Level.WARNING,
        reason=reason,
        advice=_(
            "If the person has left, deactivate the account here. Re-link the person "
            "under Directory, Reports, to let the identity provider decide again."
        ),
        subject=TroubleshootingEntry.Subject.USER,
        subject_id=str(record.scim_id),
        subject_name=record.user_name,
    )

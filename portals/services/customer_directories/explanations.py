"""Puts into the troubleshooting log why a record was not carried out to a customer."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from directories.models import GroupRecord, TroubleshootingEntry, UserRecord
from directories.services.troubleshooting import Finding, log_finding
from portals.reasons import EXPLANATIONS, Reason

Subject = TroubleshootingEntry.Subject


def log_user(record: UserRecord, reason: str, *, now: datetime, more: str = "") -> None:
    """Log why a person's record stands as it does; `more` names who is concerned."""
    finding = _finding(reason, Subject.USER, str(record.scim_id), record.user_name)
    whole = replace(finding, reason=f"{finding.reason} {more}".strip())
    log_finding(record.directory, whole, now=now)


def log_group(record: GroupRecord, reason: str, *, now: datetime) -> None:
    """Log why a group's record stands as it does."""
    about = (Subject.GROUP, str(record.scim_id), record.display_name)
    log_finding(record.directory, _finding(reason, *about), now=now)


def log_not_followed(record: UserRecord, *, deleted: bool, now: datetime) -> None:
    """Log that access was to be taken from somebody, and that no customer followed.

    The customer was unlinked by an admin, or signs in with an account by now.
    """
    finding = _finding(
        record.link_reason, Subject.USER, str(record.scim_id), record.user_name
    )
    kind = "deletion_not_followed" if deleted else "deactivation_not_followed"
    text = (
        _("The identity provider deleted the person, and no customer followed.")
        if deleted
        else _("The identity provider deactivated the person; no customer followed.")
    )
    advice = _(
        "If the person has left, revoke the customer's access here. Re-link the person "
        "to let the identity provider decide again."
    )
    if record.link_reason == Reason.ACCOUNT:
        advice = _(
            "The customer signs in with an Atlassian account. If the person has left, "
            "deactivate that account, or revoke the customer's access here."
        )
    told = replace(
        finding,
        kind=kind,
        level=TroubleshootingEntry.Level.WARNING,
        reason=f"{text} {finding.reason}",
        advice=advice,
    )
    log_finding(record.directory, told, now=now)


def _finding(reason: str, subject: Subject, subject_id: str, name: str) -> Finding:
    explanation = EXPLANATIONS[reason]
    return Finding(
        kind=str(reason),
        level=explanation.level,
        reason=str(explanation.reason),
        advice=str(explanation.advice),
        subject=subject,
        subject_id=subject_id,
        subject_name=name,
    )

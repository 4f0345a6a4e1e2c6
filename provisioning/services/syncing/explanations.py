"""Puts into the troubleshooting log why a record was not carried out."""

from dataclasses import replace

from directories.models import GroupRecord, TroubleshootingEntry, UserRecord
from directories.services.troubleshooting import Finding
from provisioning.reasons import EXPLANATIONS

Subject = TroubleshootingEntry.Subject


def of_user(record: UserRecord, reason: str, *, more: str = "") -> Finding:
    """Return the log entry about a person's record; `more` names who is concerned."""
    name = record.user_name
    finding = _finding(reason, Subject.USER, str(record.scim_id), name)
    return replace(finding, reason=f"{finding.reason} {more}".strip())


def of_group(record: GroupRecord, reason: str) -> Finding:
    """Return the log entry about a group's record."""
    return _finding(reason, Subject.GROUP, str(record.scim_id), record.display_name)


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

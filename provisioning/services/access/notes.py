"""Puts into the troubleshooting log what user limits do to whom a provider pushes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from directories.models import AuditEvent, LinkState, TroubleshootingEntry, UserRecord
from directories.services.audit import Actor
from directories.services.troubleshooting import Finding, log_finding
from provisioning.models import App, AppAccess
from provisioning.reasons import EXPLANATIONS, Reason
from provisioning.services.access.seats import Overdrawn
from provisioning.services.syncing import explanations

# So many people have an entry of their own; more are told in one.
TOLD = 20
REASONS: dict[str, Reason] = {
    AppAccess.State.ACTIVE: Reason.LICENSE_OVER,
    AppAccess.State.WAITING: Reason.LICENSE_WAITS,
    AppAccess.State.REFUSED: Reason.LICENSE_REFUSED,
}


def note_over(over: Sequence[Overdrawn], *, by: Actor | None, now: datetime) -> None:
    """Tell the directories of people who are one too many, unless an admin did it."""
    if by is not None and by.kind != AuditEvent.ActorKind.DIRECTORY:
        return
    for each in over:
        app = App.with_removed.select_related("site").get(pk=each.app.pk)
        _note(each, app, now)


def _note(over: Overdrawn, app: App, now: datetime) -> None:
    records = UserRecord.objects.filter(
        organization=app.site.organization_id,
        account__in=over.accounts[: TOLD + 1],
        link_state=LinkState.LINKED,
    ).select_related("directory")
    place = f"{app.get_kind_display()}, {app.site.name}."
    reason = REASONS[over.state]
    found = list(records.order_by("pk"))
    if len(over.accounts) <= TOLD:
        for record in found:
            finding = explanations.of_user(record, reason, more=place)
            log_finding(record.directory, finding, now=now)
        return
    for directory in {each.directory for each in found}:
        log_finding(directory, _of_many(reason, place), now=now)


def _of_many(reason: Reason, place: str) -> Finding:
    explanation = EXPLANATIONS[reason]
    said = Finding(
        kind=str(reason),
        level=explanation.level,
        reason=str(explanation.reason),
        advice=str(explanation.advice),
        subject=TroubleshootingEntry.Subject.REQUEST,
    )
    return replace(said, reason=f"{said.reason} {place}", subject_name=place)

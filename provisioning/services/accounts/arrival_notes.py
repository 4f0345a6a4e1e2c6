"""Notes for admins about people who arrive and are taken, yet deserve a look."""

from datetime import datetime

from django.utils.translation import gettext as _

from directories.models import Account, TroubleshootingEntry, UserRecord
from directories.services.troubleshooting import Finding, log_finding

Level = TroubleshootingEntry.Level


def log_same_key(record: UserRecord, user_name: str, *, now: datetime) -> None:
    """Warn of somebody new with the externalId of a person who is here already."""
    _log(
        record,
        now,
        kind="duplicate_external_id",
        level=Level.WARNING,
        reason=_(
            "A second person arrived with the external ID {key}, which {user_name} has "
            "already; both are kept."
        ).format(key=record.external_id, user_name=user_name),
        advice=_(
            "Probably both are one person whose user name or address changed, and the "
            "identity provider matches people by that. Let it match by externalId "
            "first, then remove one of the two there."
        ),
    )


def log_external(
    record: UserRecord, account: Account, *, made: bool, now: datetime
) -> None:
    """Tell of a person who is not managed, as nobody here has verified the domain."""
    if made:
        _log(
            record,
            now,
            kind="external_person",
            level=Level.INFO,
            reason=_(
                "The person is external and not among the managed accounts: the "
                "domain of {email} is not verified."
            ).format(email=account.email),
            advice=_(
                "Look for the person under Directory, Users. Verify the domain if the "
                "organization owns it."
            ),
        )
        return
    _log(
        record,
        now,
        kind="external_account_linked",
        level=Level.WARNING,
        reason=_(
            "The existing account {email} of an unverified domain was linked. Synced "
            "groups may give this person content and apps."
        ).format(email=account.email),
        advice=_(
            "Check that the person should get what the groups give. If not, take them "
            "out of the app in the identity provider."
        ),
    )


def _log(
    record: UserRecord,
    now: datetime,
    *,
    kind: str,
    level: Level,
    reason: str,
    advice: str,
) -> None:
    finding = Finding(
        kind=kind,
        level=level,
        reason=reason,
        advice=advice,
        subject=TroubleshootingEntry.Subject.USER,
        subject_id=str(record.scim_id),
        subject_name=record.user_name,
    )
    log_finding(record.directory, finding, now=now)

"""Keeps who of many people was refused, so that an admin can read why."""

from collections.abc import Sequence

from directories.consumers import RefusedError
from directories.models import Job, LinkState, Member, UserRecord
from directories.services.opening import ClosedError
from directories.services.records import UnknownRecordError
from directories.services.subscriptions import SubscriptionEndedError
from provisioning.models import ChoiceRefusal
from provisioning.services.account_links import links

# What may stand in the way of one person, and the machine word for it.
WORDS: dict[type[Exception], str] = {
    UnknownRecordError: "gone",
    ClosedError: "directory_closed",
    SubscriptionEndedError: "subscription_ended",
    links.NotLinkedError: "not_linked",
}
REFUSALS: tuple[type[Exception], ...] = (RefusedError, *WORDS)
NOBODY_PUSHES = "nobody_pushes"


def forget_from(job: Job, *, after: int) -> None:
    """Forget what was kept of the rows that a run is about to look at again."""
    ChoiceRefusal.objects.filter(job=job, row_key__gt=after).delete()


def keep(refusals: Sequence[ChoiceRefusal]) -> None:
    """Store what came of some people."""
    ChoiceRefusal.objects.bulk_create(refusals)


def of_error(job: Job, key: int, record: UserRecord, error: Exception) -> ChoiceRefusal:
    """Return what to keep of a person who was refused."""
    if isinstance(error, RefusedError):
        return _of_record(job, key, record, error.kind.value, error.advice)
    word = next(word for kind, word in WORDS.items() if isinstance(error, kind))
    return _of_record(job, key, record, word)


def of_state(job: Job, key: int, record: UserRecord) -> ChoiceRefusal | None:
    """Return what to keep of a person who is as they are; None for who is linked."""
    if record.link_state == LinkState.LINKED:
        return None
    return _of_record(job, key, record, record.link_reason or "not_linked")


def of_member(job: Job, member: Member) -> ChoiceRefusal:
    """Return what to keep of an account that no identity provider pushes."""
    return ChoiceRefusal(
        job=job, row_key=member.pk, name=member.account.email, reason=NOBODY_PUSHES
    )


def _of_record(
    job: Job, key: int, record: UserRecord, reason: str, advice: str = ""
) -> ChoiceRefusal:
    return ChoiceRefusal(
        job=job,
        row_key=key,
        record=record.scim_id,
        name=record.user_name[:320],
        directory_name=record.directory.name,
        reason=reason,
        advice=advice,
    )

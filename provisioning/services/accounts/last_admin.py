"""Looks again at people who stayed active only as the last organization admin."""

from datetime import datetime

from directories.models import Directory, Job, Organization, UserRecord
from provisioning.reasons import Reason
from provisioning.services.syncing import sync


def queue_held(organization: Organization, now: datetime) -> list[Job]:
    """Queue comparisons where somebody could be deactivated by now.

    Call it when the organization has got another admin; wake what it returns.
    """
    held = UserRecord.objects.filter(
        organization=organization, link_reason=Reason.LAST_ADMIN
    )
    directories = Directory.objects.filter(
        pk__in=held.values("directory"), state=Directory.State.ACTIVE
    )
    return [sync.queue_reconcile(each, now) for each in directories.order_by("pk")]

"""Background entry points of provisioning."""

import structlog
from celery import shared_task
from django.utils import timezone

from directories import dialect
from directories.models import Directory, Job, Organization
from directories.services import jobs
from directories.tasks import wake
from provisioning.services.access import checking, folding
from provisioning.services.accounts import managed_accounts
from provisioning.services.forecast import dry_runs
from provisioning.services.held_removals import removal_work
from provisioning.services.inviting import invitation_mail
from provisioning.services.organization_groups import deleted_groups, returning
from provisioning.services.sites_and_apps import license_watch, site_deletion
from provisioning.services.syncing import sync

logger = structlog.get_logger(__name__)


@shared_task
def reconcile() -> None:
    """Compare what every identity provider said with what people have."""
    active = Directory.objects.filter(
        kind__in=[Directory.Kind.ORGANIZATION, Directory.Kind.CUSTOMERS],
        state=Directory.State.ACTIVE,
        organization__subscription=Organization.Subscription.ACTIVE,
    )
    for directory in active.order_by("pk"):
        wake(sync.queue_reconcile(directory, timezone.now()).pk)


@shared_task
def forget_deleted_groups() -> None:
    """Forget the deleted groups that can be restored no longer."""
    deleted_groups.forget_due(timezone.now())


@shared_task
def settle_returned_groups() -> None:
    """Make groups equal to their records whose provider has had its time."""
    _wake_all(returning.settle_due(timezone.now()))


@shared_task
def forget_dry_runs() -> None:
    """Delete the dry runs that are some days old."""
    dry_runs.forget_old(timezone.now())


@shared_task
def delete_due_accounts() -> None:
    """Delete the accounts whose time to be taken back has passed.

    One that cannot be deleted keeps no other from it; the next time it is tried anew.
    """
    now = timezone.now()
    stay: list[int] = []
    while due := managed_accounts.due_accounts(now, but=stay):
        for key in due:
            try:
                _wake_all(managed_accounts.delete_account(key, now=now))
            except Exception as error:
                if dialect.outage(error):
                    raise
                logger.exception("account_not_deleted", account=key)
                stay.append(key)


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_invitation(*, invitation_id: int) -> None:
    """Mail an invitation, if it still waits to be followed."""
    invitation_mail.send(invitation_id)


@shared_task
def check_access() -> None:
    """Compare everybody's access to apps with what grants and members imply."""
    paying = Organization.objects.filter(subscription=Organization.Subscription.ACTIVE)
    for organization in paying.order_by("pk"):
        wake(checking.queue_check(organization, timezone.now()).pk)


@shared_task
def fold_uses() -> None:
    """Make one row of the many that count who uses an app."""
    folding.fold_all()


@shared_task
def delete_removed_sites() -> None:
    """Delete the sites and apps that can be restored no longer."""
    _wake_all(site_deletion.queue_due(timezone.now()))


@shared_task
def watch_licenses() -> None:
    """Mail admins of apps whose licenses run out; again and again does no harm."""
    license_watch.watch(timezone.now())


def approve_removals(run: jobs.Run) -> None:
    """Carry out the removals that an admin approved; the task of APPROVE jobs."""
    _wake_all(removal_work.approve(run))


def discard_removals(run: jobs.Run) -> None:
    """Put back what an admin discarded; the task of DISCARD jobs."""
    _wake_all(removal_work.discard(run))


def undo_removals(run: jobs.Run) -> None:
    """Put back what was taken away; the task of UNDO jobs."""
    _wake_all(removal_work.undo(run))


def _wake_all(queued: list[Job]) -> None:
    for job in queued:
        wake(job.pk)

"""Background entry points of provisioning."""

from celery import shared_task
from django.utils import timezone

from directories.models import Directory, Organization
from directories.tasks import wake
from provisioning.services import deleted_groups, dry_runs, sync


@shared_task
def reconcile() -> None:
    """Compare what every identity provider said with what people have."""
    active = Directory.objects.filter(
        kind=Directory.Kind.ORGANIZATION,
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
def forget_dry_runs() -> None:
    """Delete the dry runs that are some days old."""
    dry_runs.forget_old(timezone.now())

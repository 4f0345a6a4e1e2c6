"""Has everybody's access compared with groups, members and grants now."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from directories.permissions import ConsoleRequest, Permission, requires
from directories.tasks import wake
from provisioning.services.access import checking


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def access_check(request: ConsoleRequest) -> HttpResponse:
    """Queue the comparison that is made every night, and show how far it is."""
    job = checking.queue_check(request.organization, timezone.now())
    wake(job.pk)
    return redirect("directories:job-detail", job.pk)

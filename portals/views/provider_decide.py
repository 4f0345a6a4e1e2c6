"""Deciding about group conflicts of a customer directory: one, all, undone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories.consumers import RefusedError
from directories.models import Directory
from directories.services.opening import ClosedError
from directories.tasks import wake
from portals.models import CustomerOrganization
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import group_conflicts as queries
from portals.services.customer_directories import conflict_runs, group_choices
from portals.services.customer_organizations import organizations
from portals.views.provider import find_provider
from portals.views.provider_conflict import find_conflict, way_to_conflicts


@require_POST
@requires_site(SiteRight.PROVIDERS)
def provider_conflict_sync(
    request: SiteRequest, directory_id: UUID, scim_id: UUID
) -> HttpResponse:
    """Let the organization of a group's name follow the group."""
    directory = find_provider(request, directory_id)
    conflict = find_conflict(directory, scim_id)
    try:
        job = conflict_runs.sync_one(conflict, by=request.actor, now=timezone.now())
    except RefusedError as error:
        messages.error(request, error.advice)
    except (group_choices.NotWaitingError, ClosedError):
        messages.info(request, _("The group waits no longer."))
    else:
        wake(job.pk)
        text = _("{name} is synced. Its customers follow in the background.")
        messages.success(request, text.format(name=conflict.record.display_name))
    return _back(request, directory)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_conflicts_sync_all(
    request: SiteRequest, directory_id: UUID
) -> HttpResponse:
    """Say in numbers what syncing all groups that wait changes; a POST starts it."""
    directory = find_provider(request, directory_id)
    if request.method == "POST":
        return _sync_all(request, directory)
    sums = queries.sums_of(directory)
    if not sums.groups:
        messages.info(request, _("No group waits."))
        return _back(request, directory)
    context = {
        "crumbs": way_to_conflicts(request, directory, _("Sync all groups")),
        "directory": directory,
        "sums": sums,
    }
    return render(request, "portals/provider_conflicts_sync_all.html", context)


def _sync_all(request: SiteRequest, directory: Directory) -> HttpResponse:
    try:
        job = conflict_runs.queue_all(directory, by=request.actor, now=timezone.now())
    except conflict_runs.NothingWaitsError:
        messages.info(request, _("No group waits."))
        return _back(request, directory)
    wake(job.pk)
    messages.success(request, _("Syncing has begun. You can leave this page."))
    return redirect("directories:directory-detail", directory.pk)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_conflict_undo(
    request: SiteRequest, directory_id: UUID, public_id: UUID
) -> HttpResponse:
    """Say what parting an organization from its group changes; do it."""
    directory = find_provider(request, directory_id)
    following = CustomerOrganization.objects.filter(
        directory=directory, record__isnull=False
    ).select_related("site__organization", "directory")
    organization = get_object_or_404(following, public_id=public_id)
    if request.method == "POST":
        return _undo(request, directory, organization)
    context = {
        "crumbs": way_to_conflicts(request, directory, _("Undo")),
        "directory": directory,
        "organization": organization,
        "back": len(group_choices.settled_customers(organization)),
    }
    return render(request, "portals/provider_conflict_undo.html", context)


def _undo(
    request: SiteRequest, directory: Directory, organization: CustomerOrganization
) -> HttpResponse:
    try:
        conflict_runs.undo(
            directory, organization, by=request.actor, now=timezone.now()
        )
    except (group_choices.NotSyncedError, organizations.GoneError):
        messages.info(request, _("The organization follows no group any more."))
    else:
        text = _("{name} is manual again.")
        messages.success(request, text.format(name=organization.name))
    return _back(request, directory)


def _back(request: SiteRequest, directory: Directory) -> HttpResponse:
    return redirect("portals:provider-conflicts", request.service_site.pk, directory.pk)

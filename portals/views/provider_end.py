"""The end of a customer directory: of its provisioning, and of all of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import TypedNameForm, posted
from directories.models import Directory
from directories.queries import leaving
from directories.services import directories, disconnecting
from directories.tasks import wake
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import providers as queries
from portals.services.customer_directories import providers
from portals.views.provider import find_provider, way_to


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_configuration_delete(
    request: SiteRequest, directory_id: UUID
) -> HttpResponse:
    """Say in numbers what the deletion changes; do it when the name is typed."""
    directory = find_provider(request, directory_id)
    if directory.state != Directory.State.ACTIVE:
        return redirect("directories:directory-detail", directory.pk)
    form = TypedNameForm(posted(request), directory=directory)
    if request.method == "POST" and form.is_valid():
        return _delete(request, directory)
    context = {
        "crumbs": way_to(request, directory, _("Delete configuration")),
        "directory": directory,
        "form": form,
        "ending": queries.ending_of(directory, timezone.now()),
    }
    return render(
        request,
        "portals/provider_configuration_delete.html",
        context,
        status=422 if form.errors else 200,
    )


def _delete(request: SiteRequest, directory: Directory) -> HttpResponse:
    try:
        job = directories.delete_configuration(
            directory=directory, by=request.actor, now=timezone.now()
        )
    except directories.NotSetUpError:
        messages.info(request, _("The configuration was deleted already."))
    else:
        wake(job.pk)
    return redirect("directories:directory-detail", directory.pk)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.PROVIDERS)
def provider_disconnect(request: SiteRequest, directory_id: UUID) -> HttpResponse:
    """Say what ends and what stays, or what stands in the way; do it when typed."""
    directory = find_provider(request, directory_id)
    idle = directory.state == Directory.State.NOT_SET_UP
    form = TypedNameForm(posted(request), directory=directory)
    if request.method == "POST" and idle and form.is_valid():
        return _disconnect(request, directory)
    context = {
        "crumbs": way_to(request, directory, _("Disconnect identity provider")),
        "directory": directory,
        "form": form,
        "connection": leaving.connection_of(directory),
        "leaving": queries.leaving_of(directory),
    }
    return render(
        request,
        "portals/provider_disconnect.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def _disconnect(request: SiteRequest, directory: Directory) -> HttpResponse:
    try:
        providers.disconnect(directory=directory, by=request.actor, now=timezone.now())
    except disconnecting.StillSetUpError:
        messages.error(request, _("Delete the configuration first."))
        return redirect("directories:directory-detail", directory.pk)
    text = _("{name} is disconnected.").format(name=directory.name)
    messages.success(request, text)
    return redirect("portals:provider-list", request.service_site.pk)

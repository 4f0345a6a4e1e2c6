"""The end of a directory: its identity provider is disconnected."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import TypedNameForm, posted
from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import leaving
from directories.services import disconnecting
from directories.tasks import wake
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_disconnect(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Say what ends and what stays, or what stands in the way; do it when typed."""
    directory = find_directory(request, directory_id)
    if directory.site_id:
        # What becomes of customers is counted where they are known.
        return redirect("portals:provider-disconnect", directory.site_id, directory.pk)
    idle = directory.state == Directory.State.NOT_SET_UP
    form = TypedNameForm(posted(request), directory=directory)
    if request.method == "POST" and idle and form.is_valid():
        return _disconnect(request, directory)
    context = {
        "crumbs": provider_crumbs(directory, _("Disconnect identity provider")),
        "directory": directory,
        "form": form,
        "connection": leaving.connection_of(directory),
    }
    return render(
        request,
        "directories/directory_disconnect.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def _disconnect(request: ConsoleRequest, directory: Directory) -> HttpResponse:
    try:
        following = disconnecting.disconnect(
            directory=directory, by=request.actor, now=timezone.now()
        )
    except disconnecting.StillSetUpError:
        messages.error(request, _("Delete the configuration first."))
        return redirect("directories:directory-detail", directory.pk)
    for job in following:
        wake(job.pk)
    text = _("{name} is disconnected.").format(name=directory.name)
    messages.success(request, text)
    return redirect("directories:directory-list")

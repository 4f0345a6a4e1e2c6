"""The end of a directory's user provisioning."""

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
from directories.services import directories
from directories.tasks import wake
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def configuration_delete(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Say in numbers what the deletion changes; do it when the name is typed."""
    directory = find_directory(request, directory_id)
    if directory.site_id:
        # What becomes of customers is counted where they are known.
        return redirect(
            "portals:provider-configuration-delete", directory.site_id, directory.pk
        )
    if directory.state != Directory.State.ACTIVE:
        return redirect("directories:directory-detail", directory.pk)
    form = TypedNameForm(posted(request), directory=directory)
    if request.method == "POST" and form.is_valid():
        return _delete(request, directory)
    context = {
        "crumbs": provider_crumbs(directory, _("Delete configuration")),
        "directory": directory,
        "form": form,
        "numbers": leaving.configuration_of(directory, timezone.now()),
    }
    return render(
        request,
        "directories/configuration_delete.html",
        context,
        status=422 if form.errors else 200,
    )


def _delete(request: ConsoleRequest, directory: Directory) -> HttpResponse:
    try:
        job = directories.delete_configuration(
            directory=directory, by=request.actor, now=timezone.now()
        )
    except directories.NotSetUpError:
        messages.info(request, _("The configuration was deleted already."))
    else:
        wake(job.pk)
    return redirect("directories:directory-detail", directory.pk)

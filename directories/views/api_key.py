"""API keys of directories."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import providers
from directories.services import directories
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs, render_secret


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def api_key_regenerate(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Replace the key of a directory and show the new one, this once."""
    directory = find_directory(request, directory_id)
    if request.method != "POST":
        # The address of the page with the key, opened anew: there is no key to show.
        return redirect("directories:directory-detail", directory.pk)
    try:
        key, text = directories.replace_api_key(
            directory=directory,
            former=request.POST.get("former", ""),
            by=request.actor,
            now=timezone.now(),
        )
    except directories.NotSetUpError:
        messages.info(request, _("Set up user provisioning first."))
        return redirect("directories:directory-detail", directory.pk)
    except directories.OtherKeyError:
        # Sent again, by a reload perhaps: the key that was just copied goes on.
        text = _("The key was shown once. Regenerate it again if you did not copy it.")
        messages.info(request, text)
        return redirect("directories:directory-detail", directory.pk)
    context = {
        "crumbs": provider_crumbs(directory, _("New API key")),
        "directory": directory,
        "api_key": text,
        "key": key,
        "scim_base_url": providers.scim_base_url(directory),
    }
    return render_secret(request, "directories/api_key_regenerate.html", context)

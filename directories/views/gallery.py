"""The component gallery, for developers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directories.forms import DirectoryForm
from directories.permissions import ConsoleRequest, Permission, requires


@require_safe
@requires(Permission.SEE_DIRECTORY)
def gallery(request: ConsoleRequest) -> HttpResponse:
    """Show every component with sample data."""
    context = {"crumbs": [("Components", "")], "form": DirectoryForm({"name": ""})}
    return render(request, "directories/gallery.html", context)

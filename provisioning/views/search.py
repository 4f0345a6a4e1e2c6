"""The search of the top bar."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.permissions import ConsoleRequest, Permission, requires
from provisioning import tables
from provisioning.queries.found import find


@require_safe
@requires(Permission.SEE_DIRECTORY)
def search(request: ConsoleRequest) -> HttpResponse:
    """Show what has the words in its name."""
    text = tables.text_of(request.GET)
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Search"), "")],
        "text": text,
        "found": find(request.organization, text) if text else None,
    }
    return render(request, "provisioning/search.html", context)

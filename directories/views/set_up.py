"""The wizard "Set up user provisioning"."""

import hashlib
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.models import ApiKey, Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import arrivals, organizations, providers
from directories.services import directories
from directories.templatetags.providers import provider_name
from directories.views.directory import find_directory
from directories.views.rendering import (
    provider_crumbs,
    render_secret,
    wants_fragment,
)

COPY, CONFIGURE, SYNC = "copy", "configure", "first-sync"
PAGES = {
    COPY: "directories/set_up_copy.html",
    CONFIGURE: "directories/set_up_configure.html",
    SYNC: "directories/set_up_sync.html",
}
# After so long without a word, the page says what may be wrong.
PATIENCE_S = 120


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_set_up(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Lead through the set-up; a POST opens the directory and shows its key once."""
    directory = find_directory(request, directory_id)
    fresh = directory.state == Directory.State.NOT_SET_UP
    if directory.site_id and (fresh or request.method == "POST"):
        # Customers' wizard begins with what only the site knows.
        return redirect("portals:provider-set-up", directory.site_id, directory.pk)
    if request.method == "POST":
        return _get_credentials(request, directory)
    if directory.state == Directory.State.DELETING:
        return redirect("directories:directory-detail", directory.pk)
    if directory.state == Directory.State.NOT_SET_UP:
        context = _context(directory, current=1)
        context["domains"] = organizations.verified_domains_of(request.organization)
        return render(request, "directories/set_up_begin.html", context)
    step = request.GET.get("step", COPY)
    step = step if step in PAGES else COPY
    context = _context(directory, current=2 + list(PAGES).index(step))
    if step == SYNC:
        context |= _arrivals(directory)
    return render(request, PAGES[step], context)


def _get_credentials(request: ConsoleRequest, directory: Directory) -> HttpResponse:
    try:
        key, text = directories.set_up_provisioning(
            directory=directory,
            by=request.actor,
            now=timezone.now(),
            tests_first=request.POST.get("scope") == Directory.Scope.TEST,
        )
    except directories.AlreadySetUpError:
        # Sent again, by a reload perhaps: the key was shown, it is not shown twice.
        return redirect("directories:directory-set-up", directory.pk)
    return show_credentials(request, directory, key, text)


def show_credentials(
    request: ConsoleRequest, directory: Directory, key: ApiKey, text: str
) -> HttpResponse:
    """Answer with the step that shows the key, this once."""
    context = _context(directory, current=2) | {"api_key": text, "key": key}
    return render_secret(request, PAGES[COPY], context)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def directory_arrivals(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show what has arrived, or 204 while it is what the page shows already."""
    directory = find_directory(request, directory_id)
    if not wants_fragment(request.htmx):
        own = redirect("directories:directory-set-up", directory.pk)
        own["Location"] += f"?step={SYNC}"
        return own
    context = _context(directory, current=4) | _arrivals(directory)
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=204)
    return render(request, f"{PAGES[SYNC]}#arrivals", context)


def _context(directory: Directory, *, current: int) -> dict[str, Any]:
    now = timezone.now()
    keys = providers.key_facts(directory, now)
    customers = directory.kind == Directory.Kind.CUSTOMERS
    title = _("Set up provisioning") if customers else _("Set up user provisioning")
    return {
        "crumbs": provider_crumbs(directory, title),
        "directory": directory,
        "steps": steps_of(directory),
        "current": current,
        "key": keys.health.key if keys.health else None,
        "keys": keys,
        "tallies": arrivals.tallies(directory),
        "scim_base_url": providers.scim_base_url(directory),
        "instructions": f"directories/instructions/{directory.provider}.html",
    }


def steps_of(directory: Directory) -> list[str]:
    """Return the names of the wizard's steps."""
    configure = _("Configure %(provider)s") % {"provider": provider_name(directory)}
    if directory.kind == Directory.Kind.CUSTOMERS:
        begin, copy = _("Group conflicts"), _("Get provisioning credentials")
    else:
        begin, copy = _("Before you begin"), _("Copy details")
    return [begin, copy, configure, _("First sync")]


def _arrivals(directory: Directory) -> dict[str, Any]:
    found = arrivals.arrivals(directory)
    health = providers.key_facts(directory, timezone.now()).health
    opened_at = health.key.created_at if health else timezone.now()
    late = (timezone.now() - opened_at).total_seconds() > PATIENCE_S
    shown = (
        late,
        found.first_request_at,
        found.tallies,
        [(record.pk, record.link_state) for record in found.users],
        [(record.pk, record.link_state) for record in found.groups],
    )
    seen = hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
    return {"arrivals": found, "late": late, "seen": seen}

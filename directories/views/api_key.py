"""API keys of directories: regenerate, change the end, end."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories.forms import KeyEndForm, posted
from directories.models import ApiKey, Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import providers
from directories.services import directories, key_ends
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
            overlap=_overlap(request),
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
        "former": providers.key_facts(directory, timezone.now()).former,
        "scim_base_url": providers.scim_base_url(directory),
    }
    return render_secret(request, "directories/api_key_regenerate.html", context)


def _overlap(request: ConsoleRequest) -> timedelta:
    """Return how long the former key goes on; what is no choice is not at all."""
    return key_ends.OVERLAPS.get(request.POST.get("overlap", ""), timedelta(0))


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def api_key_change(
    request: ConsoleRequest, directory_id: UUID, key_id: UUID
) -> HttpResponse:
    """Let a key end on another day."""
    directory = find_directory(request, directory_id)
    key = _find_key(directory, key_id)
    now = timezone.now()
    if key.revoked_at is not None or key.expires_at <= now:
        messages.info(request, _("This key has ended. Regenerate it."))
        return redirect("directories:directory-detail", directory.pk)
    form = KeyEndForm(
        posted(request),
        first=timezone.localdate(now),
        latest=timezone.localdate(key_ends.latest_end(key)),
        initial={"ends_on": timezone.localdate(key.expires_at)},
    )
    if request.method == "POST" and form.is_valid():
        return _change_end(request, key, form)
    context = {
        "crumbs": provider_crumbs(directory, _("Change end date")),
        "directory": directory,
        "key": key,
        "form": form,
    }
    return render(
        request,
        "directories/api_key_change.html",
        context,
        status=422 if form.errors else 200,
    )


def _change_end(request: ConsoleRequest, key: ApiKey, form: KeyEndForm) -> HttpResponse:
    day = form.cleaned_data["ends_on"]
    last = timezone.make_aware(datetime.combine(day, time(23, 59, 59)))
    ends_at = min(last, key_ends.latest_end(key))
    try:
        key_ends.move_end(
            key=key, ends_at=ends_at, by=request.actor, now=timezone.now()
        )
    except (key_ends.EndedError, key_ends.EndOutOfRangeError):
        messages.info(request, _("This key has ended. Regenerate it."))
    else:
        text = _("The key rck_{prefix} ends on {date}.")
        messages.success(request, text.format(prefix=key.prefix, date=date_format(day)))
    return redirect("directories:directory-detail", key.directory_id)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def api_key_end(
    request: ConsoleRequest, directory_id: UUID, key_id: UUID
) -> HttpResponse:
    """Stop a key at once."""
    directory = find_directory(request, directory_id)
    key = _find_key(directory, key_id)
    try:
        key_ends.end_key(key=key, by=request.actor, now=timezone.now())
    except key_ends.EndedError:
        messages.info(request, _("This key had ended already."))
    else:
        text = _("The key rck_{prefix} has ended.")
        messages.success(request, text.format(prefix=key.prefix))
    return redirect("directories:directory-detail", directory.pk)


def _find_key(directory: Directory, key_id: UUID) -> ApiKey:
    return get_object_or_404(ApiKey, directory=directory, pk=key_id)

"""API keys of the organization's own programs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.forms import OrganizationKeyForm, posted
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import organization_api_keys
from directories.services.api_keys import AlreadyRevokedError
from directories.views.rendering import Crumbs, render_secret


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def organization_api_key_list(request: ConsoleRequest) -> HttpResponse:
    """List the keys of the organization that were not revoked, newest first."""
    keys = request.organization.api_keys.filter(revoked_at=None)
    context = {
        "crumbs": _crumbs(),
        "keys": keys.order_by("-created_at", "-pk"),
        "now": timezone.now(),
    }
    return render(request, "directories/organization_api_key_list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def organization_api_key_add(request: ConsoleRequest) -> HttpResponse:
    """Ask what a key is for and how long it works; a POST shows it, this once."""
    now = timezone.now()
    form = OrganizationKeyForm(posted(request), now=now)
    if request.method == "POST" and form.is_valid():
        key, text = organization_api_keys.create_key(
            request.organization,
            name=form.cleaned_data["name"],
            expires_at=form.cleaned_data["expires_at"],
            by=request.actor,
            now=now,
        )
        context = {"crumbs": _crumbs(_("New API key")), "key": key, "text": text}
        return render_secret(
            request, "directories/organization_api_key_shown.html", context
        )
    context = {"crumbs": _crumbs(_("Create API key")), "form": form}
    return render(
        request,
        "directories/organization_api_key_add.html",
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def organization_api_key_revoke(request: ConsoleRequest, key_id: UUID) -> HttpResponse:
    """Stop a key from working."""
    key = get_object_or_404(
        request.organization.api_keys.select_related("organization"), pk=key_id
    )
    try:
        organization_api_keys.revoke_key(key, by=request.actor, now=timezone.now())
    except AlreadyRevokedError:
        messages.info(request, _("That key was revoked already."))
    else:
        text = _("{name} was revoked and no longer works.").format(name=key.name)
        messages.success(request, text)
    return redirect("directories:organization-api-key-list")


def _crumbs(*more: str) -> Crumbs:
    own = reverse("directories:organization-api-key-list") if more else ""
    return [
        (_("Admin"), "/"),
        (_("Settings"), ""),
        (_("API keys"), own),
        *((label, "") for label in more),
    ]

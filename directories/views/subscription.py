"""The subscription: whether syncing goes on."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.forms import posted
from directories.models import Organization
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.subscriptions import syncing_of
from directories.services import subscriptions
from directories.subscription_forms import TypedOrganizationForm
from directories.tasks import wake
from directories.views.rendering import Crumbs


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def subscription(request: ConsoleRequest) -> HttpResponse:
    """Show the state of the subscription and what it means."""
    context = {
        "crumbs": [*_crumbs()[:-1], (_("Subscription"), "")],
        "syncing": syncing_of(request.organization),
    }
    return render(request, "directories/subscription.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def subscription_end(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what pauses; do it when the organization's name is typed."""
    organization = request.organization
    if organization.subscription == Organization.Subscription.LAPSED:
        return redirect("directories:subscription")
    form = TypedOrganizationForm(posted(request), name=organization.name)
    if request.method == "POST" and form.is_valid():
        return _end(request)
    context = {
        "crumbs": [*_crumbs(), (_("End subscription"), "")],
        "form": form,
        "syncing": syncing_of(organization),
    }
    status = 422 if form.errors else 200
    return render(request, "directories/subscription_end.html", context, status=status)


def _end(request: ConsoleRequest) -> HttpResponse:
    try:
        subscriptions.end_subscription(
            organization=request.organization, by=request.actor, now=timezone.now()
        )
    except subscriptions.UnchangedError:
        messages.info(request, _("The subscription had ended already."))
    else:
        messages.success(request, _("Syncing is paused. Everything is kept."))
    return redirect("directories:subscription")


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def subscription_renew(request: ConsoleRequest) -> HttpResponse:
    """Let syncing go on, and compare every directory."""
    try:
        work = subscriptions.renew_subscription(
            organization=request.organization, by=request.actor, now=timezone.now()
        )
    except subscriptions.UnchangedError:
        messages.info(request, _("The subscription is active already."))
    else:
        for job in work:
            wake(job.pk)
        text = _("Syncing goes on. All directories are compared now.")
        messages.success(request, text)
    return redirect("directories:subscription")


def _crumbs() -> Crumbs:
    return [
        (_("Admin"), "/"),
        (_("Settings"), ""),
        (_("Subscription"), reverse("directories:subscription")),
    ]

"""The Trello Enterprise of the organization: linking it, its page, unlinking it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.forms import posted
from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import Crumbs
from provisioning.models import TrelloEnterprise
from provisioning.queries.sites_and_apps import trello as queries
from provisioning.services.sites_and_apps import trello
from provisioning.site_forms import TrelloForm
from provisioning.views.sites_and_apps.site import site_crumbs

UNPROCESSABLE = 422


def _find(request: ConsoleRequest) -> TrelloEnterprise:
    found = queries.enterprise_of(request.organization)
    if found is None:
        raise Http404
    return found


def _crumbs(*more: str) -> Crumbs:
    if not more:
        return site_crumbs(None, _("Trello Enterprise"))
    own = reverse("provisioning:trello-detail")
    crumbs = site_crumbs(None, _("Trello Enterprise"), *more)
    return [
        (label, own if label == _("Trello Enterprise") else url)
        for label, url in crumbs
    ]


@require_safe
@requires(Permission.MANAGE_SITES)
def trello_detail(request: ConsoleRequest) -> HttpResponse:
    """Show the Trello Enterprise, and how many people have its free account."""
    context = {
        "crumbs": _crumbs(),
        "enterprise": _find(request),
        "count": queries.account_count(request.organization),
    }
    return render(request, "provisioning/trello_detail.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def trello_link(request: ConsoleRequest) -> HttpResponse:
    """Ask for the name of a Trello Enterprise and link it."""
    if queries.enterprise_of(request.organization):
        messages.info(request, _("A Trello Enterprise is linked already."))
        return redirect("provisioning:trello-detail")
    form = TrelloForm(posted(request))
    if request.method == "POST" and form.is_valid():
        return _link(request, form.cleaned_data["name"])
    context = {
        "crumbs": site_crumbs(None, _("Link Trello Enterprise")),
        "form": form,
        "count": queries.account_count(request.organization),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "provisioning/trello_link.html", context, status=status)


def _link(request: ConsoleRequest, name: str) -> HttpResponse:
    try:
        trello.link_enterprise(
            request.organization, name=name, by=request.actor, now=timezone.now()
        )
    except trello.LinkedError:
        messages.info(request, _("A Trello Enterprise is linked already."))
    else:
        messages.success(request, _("{name} is linked.").format(name=name))
    return redirect("provisioning:trello-detail")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_SITES)
def trello_unlink(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers who loses the free account; a POST unlinks the Enterprise."""
    enterprise = _find(request)
    if request.method == "POST":
        try:
            trello.unlink_enterprise(enterprise, by=request.actor, now=timezone.now())
        except trello.GoneError:
            messages.info(request, _("It was unlinked already."))
        else:
            text = _("{name} is unlinked.").format(name=enterprise.name)
            messages.success(request, text)
        return redirect("provisioning:site-list")
    context = {
        "crumbs": _crumbs(_("Unlink")),
        "enterprise": enterprise,
        "count": queries.account_count(request.organization),
    }
    return render(request, "provisioning/trello_unlink.html", context)

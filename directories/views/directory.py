"""Identity provider directories: list, add, look at, rename, sync."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.charts import Chart
from directories.forms import DirectoryForm, posted
from directories.models import Directory
from directories.permissions import (
    ConsoleRequest,
    Permission,
    connects_customers,
    connects_customers_refusal,
    requires,
)
from directories.queries import arrivals, jobs, organizations, providers, removals
from directories.services import directories
from directories.tasks import wake
from directories.views import charts
from directories.views.rendering import provider_crumbs, render_part


def find_directory(request: ConsoleRequest, directory_id: UUID) -> Directory:
    """Return a directory of the organization, also of customers, or raise 404.

    Raises PermissionDenied for a directory of customers whose site somebody does not
    look after.
    """
    known = providers.connected_directories(request.organization)
    directory = get_object_or_404(known, pk=directory_id)
    site = directory.site
    if site is not None and not connects_customers(request.rights, site):
        raise PermissionDenied(connects_customers_refusal(site))
    if site is not None:
        # Its pages stand below its site, and are shown among the pages of that.
        vars(request)["service_site"] = site
        vars(request)["place"] = reverse("portals:provider-list", args=[site.pk])
    return directory


def find_own_directory(request: ConsoleRequest, directory_id: UUID) -> Directory:
    """Return a directory of the organization's own people, or raise 404."""
    known = providers.identity_providers(request.organization)
    return get_object_or_404(known, pk=directory_id)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def directory_list(request: ConsoleRequest) -> HttpResponse:
    """List the identity providers with what should be looked after."""
    context = {
        "crumbs": [*provider_crumbs()[:-1], (_("Identity providers"), "")],
        "providers": providers.providers_of(request.organization, timezone.now()),
        "customers": providers.customer_directories(request.organization),
        "choices": Directory.Provider.choices,
    }
    return render(request, "directories/directory_list.html", context)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def directory_choose(request: ConsoleRequest) -> HttpResponse:
    """Offer the identity providers that can be connected."""
    context = {
        "crumbs": provider_crumbs(None, _("Add identity provider")),
        "choices": Directory.Provider.choices,
    }
    return render(request, "directories/directory_choose.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_add(request: ConsoleRequest, provider: str) -> HttpResponse:
    """Name the directory of a chosen provider and add it."""
    if provider not in Directory.Provider.values:
        raise Http404
    form = DirectoryForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            directory = directories.add_directory(
                organization=request.organization,
                provider=provider,
                name=form.cleaned_data["name"],
                by=request.actor,
                now=timezone.now(),
            )
        except directories.NameTakenError:
            form.add_error("name", _name_taken())
        else:
            messages.success(request, _("Directory added. Set up provisioning next."))
            return redirect("directories:directory-detail", directory.pk)
    context = {
        "crumbs": provider_crumbs(None, _("Add identity provider")),
        "form": form,
        "provider": Directory.Provider(provider),
    }
    return render(
        request,
        "directories/directory_add.html",
        context,
        status=422 if form.errors else 200,
    )


def _name_taken() -> str:
    return _("Another directory of your organization has this name.")


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def directory_detail(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show how user provisioning of a directory goes."""
    directory = find_directory(request, directory_id)
    now = timezone.now()
    tallies = arrivals.tallies(directory)
    context = {
        "crumbs": provider_crumbs(directory),
        "directory": directory,
        "tallies": tallies,
        "charts": _charts(directory, tallies.users, now),
        "guard": removals.banner_of(directory),
        "keys": providers.key_facts(directory, now),
        "compared_at": jobs.last_done_at(directory, kind=directories.RECONCILE),
        "work": jobs.work_of(directory, now, mended_by=directories.RECONCILE),
        "domains": organizations.verified_domains_of(request.organization),
        "scim_base_url": providers.scim_base_url(directory),
    }
    return render_part(
        request, "directories/directory_detail.html", context, fragment="directory"
    )


def _charts(directory: Directory, users: arrivals.Tally, now: datetime) -> list[Chart]:
    if directory.first_request_at is None:
        return []
    return [
        charts.of_activity([directory], now),
        charts.of_failures([directory], now),
        charts.of_records(users),
    ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_rename(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Give a directory another name."""
    directory = find_directory(request, directory_id)
    form = DirectoryForm(posted(request), initial={"name": directory.name})
    if request.method == "POST" and form.is_valid():
        try:
            directories.rename_directory(
                directory=directory,
                name=form.cleaned_data["name"],
                by=request.actor,
                now=timezone.now(),
            )
        except directories.NameTakenError:
            form.add_error("name", _name_taken())
            directory = find_directory(request, directory_id)
        else:
            messages.success(request, _("Directory renamed."))
            return redirect("directories:directory-detail", directory.pk)
    context = {
        "crumbs": provider_crumbs(directory, _("Edit directory")),
        "directory": directory,
        "form": form,
    }
    return render(
        request,
        "directories/directory_rename.html",
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def directory_sync(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Queue a comparison of everything the directory pushed."""
    directory = find_directory(request, directory_id)
    try:
        job = directories.request_sync(
            directory=directory, by=request.actor, now=timezone.now()
        )
    except directories.NotSetUpError:
        messages.info(request, _("Set up user provisioning first."))
    else:
        wake(job.pk)
        messages.success(
            request, _("Everything is compared with what was pushed last.")
        )
    return redirect("directories:directory-detail", directory.pk)

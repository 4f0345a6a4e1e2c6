"""Mail domains of the organization: list, add, look at, verify."""

from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories import tables
from directories.domain_forms import DomainForm, MethodForm
from directories.domain_names import NameRefusedError
from directories.exports import csv_response
from directories.forms import posted
from directories.models import Domain
from directories.paging import cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import domains as queries
from directories.services import domain_checks, domains, exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import Crumbs, render_part

EXPORTED_AT_ONCE = 200


def find_domain(request: ConsoleRequest, domain_id: UUID) -> Domain:
    """Return a domain of the organization, or raise 404."""
    known = request.organization.domains.select_related("directory", "organization")
    return get_object_or_404(known, pk=domain_id)


def domain_crumbs(domain: Domain | None = None, *more: str) -> Crumbs:
    """Return the breadcrumbs of a page about domains."""
    crumbs = [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Domains"), reverse("directories:domain-list")),
    ]
    if domain is not None:
        own = reverse("directories:domain-detail", args=[domain.pk]) if more else ""
        crumbs.append((domain.name, own))
    return [*crumbs, *((label, "") for label in more)]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def domain_list(request: ConsoleRequest) -> HttpResponse:
    """List the domains with their state and how many accounts are managed."""
    filters = tables.domain_filters(request.GET)
    cut = tables.by_name(request.GET, "name")
    page = cut_page(queries.domains_of(request.organization, filters), cut)
    context = {
        "crumbs": [*domain_crumbs()[:-1], (_("Domains"), "")],
        "filters": filters,
        "rows": queries.rows_of(page.rows),
        "links": tables.neighbours(page, request.GET),
        "descending": cut.descending,
        "turned_url": tables.turned_round(request.GET, descending=cut.descending),
        "states": tables.DOMAIN_STATES,
        "methods": Domain.Method.choices,
        "directories": tables.domain_directories(
            queries.linkable(request.organization)
        ),
        "may_manage": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render_part(
        request, "directories/domain_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def domain_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the domains that pass the filters, as CSV."""
    organization = request.organization
    filters = tables.domain_filters(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("domains", str(organization.pk), _("Domains")),
        filters={
            "text": filters.text,
            "status": filters.state,
            "method": filters.method,
            "directory": filters.directory,
        },
        by=request.actor,
        now=timezone.now(),
    )
    found = list(queries.domains_of(organization, filters).order_by("name", "pk"))
    return csv_response("domains", tables.DOMAIN_COLUMNS, _lines(found))


def _lines(found: list[Domain]) -> Iterator[list[object]]:
    for start in range(0, len(found), EXPORTED_AT_ONCE):
        for row in queries.rows_of(found[start : start + EXPORTED_AT_ONCE]):
            domain = row.domain
            yield [
                domain.name,
                tables.state_of(domain),
                domain.get_method_display(),
                domain.verified_at.isoformat() if domain.verified_at else "",
                domain.directory.name if domain.directory else "",
                row.managed,
                row.to_claim,
            ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def domain_add(request: ConsoleRequest) -> HttpResponse:
    """Add a domain, which changes nothing until it is verified."""
    form = DomainForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            domain = domains.add_domain(
                organization=request.organization,
                name=form.cleaned_data["name"],
                by=request.actor,
                now=timezone.now(),
            )
        except NameRefusedError as error:
            form.add_error("name", error.problem.label)
        except domains.KnownDomainError:
            form.add_error(
                "name", _("Your organization has added this domain already.")
            )
        else:
            return redirect("directories:domain-detail", domain.pk)
    context = {"crumbs": domain_crumbs(None, _("Add domain")), "form": form}
    status = 422 if form.errors else 200
    return render(request, "directories/domain_add.html", context, status=status)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def domain_detail(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Show how a domain is proven, whose accounts it has and who owns them."""
    domain = find_domain(request, domain_id)
    context = {
        "crumbs": domain_crumbs(domain),
        "domain": domain,
        "facts": queries.facts_of(domain),
        "record": f"{domain_checks.PREFIX}{domain.token}",
        "file_url": f"https://{domain.name}/{domain_checks.FILE}",
        "grace_days": settings.DOMAIN_GRACE_DAYS,
        "ends_at": domain_checks.ends_at(domain),
    }
    return render_part(
        request, "directories/domain_detail.html", context, fragment="domain"
    )


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def domain_check(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Have the proof of a domain looked for by the chosen method."""
    domain = find_domain(request, domain_id)
    form = MethodForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how the domain is to be verified."))
        return redirect("directories:domain-detail", domain.pk)
    method = Domain.Method(form.cleaned_data["method"])
    try:
        job = domains.request_check(
            domain=domain, method=method, by=request.actor, now=timezone.now()
        )
    except domains.NotProvableError:
        messages.info(request, _("Whoever runs Rollcall has verified this domain."))
    else:
        wake(job.pk)
    return redirect("directories:domain-detail", domain.pk)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def domain_file(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Answer with the file that proves the domain on its web server."""
    domain = find_domain(request, domain_id)
    context = {"domain": domain, "now": timezone.now()}
    response = render(request, "directories/domain_file.html", context)
    name = domain_checks.FILE
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response

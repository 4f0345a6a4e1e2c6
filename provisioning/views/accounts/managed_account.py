"""The list of managed accounts, its export, and the deactivation of many."""

from collections.abc import Iterator
from dataclasses import asdict

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import render_part
from provisioning import managed_tables, tables
from provisioning.queries.accounts import managed_accounts as managed
from provisioning.queries.accounts.people import LOCAL
from provisioning.queries.review import provider_directories
from provisioning.services.accounts import account_runs
from provisioning.views.listing import list_page, turned_round


@require_safe
@requires(Permission.SEE_DIRECTORY)
def managed_account_list(request: ConsoleRequest) -> HttpResponse:
    """List the accounts that the organization manages, as many as match."""
    organization = request.organization
    wanted = managed_tables.managed_filter(request.GET)
    numbers = managed.numbers(organization)
    cut = tables.cut_of(request.GET, "name")
    directories = provider_directories(organization)
    domains = organization.domains.verified().order_by("name")
    context = {
        "crumbs": _crumbs(),
        "wanted": wanted,
        "filters": asdict(wanted),
        "numbers": numbers,
        "listing": list_page(
            request,
            managed.members_of(organization, wanted),
            cut,
            total=None if wanted else numbers.total,
        ),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "statuses": managed_tables.MANAGED_STATUSES,
        "domains": [(domain.name, domain.name) for domain in domains],
        "sources": [
            (LOCAL, _("No directory")),
            *((str(d.pk), d.name) for d in directories),
        ],
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render_part(
        request, "provisioning/managed_account_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def managed_account_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the managed accounts that match, as CSV."""
    organization = request.organization
    wanted = managed_tables.managed_filter(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("accounts", str(organization.pk), _("Managed accounts")),
        filters={k: v for k, v in asdict(wanted).items() if v},
        by=request.actor,
        now=timezone.now(),
    )
    members = managed.members_of(organization, wanted).order_by("name", "pk")
    lines = _lines(members.iterator())
    return csv_response("managed-accounts", managed_tables.MANAGED_COLUMNS, lines)


def _lines(members: Iterator[Member]) -> Iterator[list[object]]:
    for member in members:
        account = member.account
        yield [
            account.name,
            account.email,
            account.get_status_display(),
            account.deletion_at.date().isoformat() if account.deletion_at else "",
            account.email_domain,
            member.directory.name if member.directory else "",
            account.last_login.date().isoformat() if account.last_login else "",
            account.public_id,
        ]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def managed_account_deactivate(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what deactivating the chosen accounts does; do it confirmed."""
    choice = managed_tables.choice_of(request.POST)
    organization = request.organization
    if request.POST.get("confirmed"):
        job = account_runs.queue_deactivation(
            organization, choice, by=request.actor, now=timezone.now()
        )
        wake(job.pk)
        return redirect("directories:job-detail", job.pk)
    context = {
        "crumbs": [*_crumbs(linked=True), (_("Deactivate"), "")],
        "choice": choice,
        "filters": asdict(choice.wanted),
        "effect": managed.effect_of(organization, choice),
    }
    return render(request, "provisioning/managed_account_deactivate.html", context)


def _crumbs(*, linked: bool = False) -> list[tuple[str, str]]:
    own = reverse("provisioning:managed-account-list") if linked else ""
    return [(_("Admin"), "/"), (_("Directory"), ""), (_("Managed accounts"), own)]

"""Changes of a domain, each after its numbers: claim, link, unlink, remove."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from directories import tables
from directories.domain_forms import LinkForm, TypedDomainForm, given
from directories.events import Event
from directories.exports import csv_response
from directories.forms import posted
from directories.models import Account, Domain
from directories.paging import Cut, cut_page
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import domains as queries
from directories.services import domains, exports
from directories.tasks import wake
from directories.views.domain import domain_crumbs, find_domain


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def domain_claim(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """List whose accounts become managed; claim them all."""
    domain = find_domain(request, domain_id)
    if domain.verified_at is None:
        return _not_verified(request, domain)
    if request.method == "POST":
        return _claim(request, domain)
    waiting = queries.accounts_to_claim(domain)
    count = queries.counted(waiting)
    page = cut_page(waiting, _by_address(request))
    context = {
        "crumbs": domain_crumbs(domain, _("Claim accounts")),
        "domain": domain,
        "count": count,
        "strangers": 0 if count.more else queries.strangers_among(domain),
        "accounts": page.rows,
        "links": tables.neighbours(page, request.GET),
    }
    return render(request, "directories/domain_claim.html", context)


def _by_address(request: ConsoleRequest) -> Cut:
    cut = tables.by_name(request.GET, "email_key")
    return Cut(field="email_key", after=cut.after, before=cut.before)


def _claim(request: ConsoleRequest, domain: Domain) -> HttpResponse:
    try:
        job = domains.claim_accounts(
            domain=domain, by=request.actor, now=timezone.now()
        )
    except domains.NotVerifiedError:
        return _not_verified(request, domain)
    wake(job.pk)
    messages.success(request, _("The accounts are being claimed."))
    return redirect("directories:domain-detail", domain.pk)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def domain_claim_export(request: ConsoleRequest, domain_id: UUID) -> HttpResponseBase:
    """Answer with the accounts that would be claimed, as CSV."""
    domain = find_domain(request, domain_id)
    exports.note_export(
        organization=request.organization,
        target=domains.target_of(domain),
        filters={"domain": domain.name},
        by=request.actor,
        now=timezone.now(),
        event=Event.DOMAIN_ACCOUNTS_EXPORTED,
    )
    accounts = queries.accounts_to_claim(domain).order_by("email_key", "pk")
    return csv_response(
        "accounts-to-claim", tables.CLAIM_COLUMNS, _lines(accounts.iterator())
    )


def _lines(accounts: Iterator[Account]) -> Iterator[list[object]]:
    for account in accounts:
        yield [
            account.name,
            account.email,
            account.get_status_display(),
            account.created_at.date().isoformat(),
            account.public_id,
        ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def domain_link(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Choose a directory, see what linking to it changes, link to it."""
    domain = find_domain(request, domain_id)
    if domain.verified_at is None:
        return _not_verified(request, domain)
    others = queries.linkable(request.organization)
    if domain.directory is not None:
        others = others.exclude(pk=domain.directory.pk)
    asked = given(request, "directory")
    form = LinkForm(asked, directories=others)
    ready = asked is not None and form.is_valid()
    if ready and request.method == "POST":
        return _link(request, domain, form)
    context = {
        "crumbs": domain_crumbs(domain, _("Link domain")),
        "domain": domain,
        "names": [domain.name],
        "form": form,
        "directory": form.chosen if ready else None,
        "move": queries.move_of(request.organization, [domain.name], form.chosen)
        if ready
        else None,
    }
    status = 422 if form.errors else 200
    return render(request, "directories/domain_link.html", context, status=status)


def _link(request: ConsoleRequest, domain: Domain, form: LinkForm) -> HttpResponse:
    try:
        (job,) = domains.link_domains(
            domains=[domain],
            directory=form.chosen,
            by=request.actor,
            now=timezone.now(),
        )
    except domains.NotVerifiedError:
        return _not_verified(request, domain)
    wake(job.pk)
    text = _("{domain} is linked to {directory}.")
    messages.success(
        request, text.format(domain=domain.name, directory=form.chosen.name)
    )
    return redirect("directories:domain-detail", domain.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def domain_unlink(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Say what it means that no directory owns a domain; unlink it."""
    domain = find_domain(request, domain_id)
    if domain.directory is None:
        return redirect("directories:domain-detail", domain.pk)
    if request.method == "POST":
        job = domains.unlink_domain(domain=domain, by=request.actor, now=timezone.now())
        wake(job.pk)
        text = _("{domain} is linked to no directory.")
        messages.success(request, text.format(domain=domain.name))
        return redirect("directories:domain-detail", domain.pk)
    context = {
        "crumbs": domain_crumbs(domain, _("Unlink domain")),
        "domain": domain,
        "move": queries.move_of(request.organization, [domain.name], None),
    }
    return render(request, "directories/domain_unlink.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def domain_remove(request: ConsoleRequest, domain_id: UUID) -> HttpResponse:
    """Say in numbers what the removal changes; do it when the name is typed."""
    domain = find_domain(request, domain_id)
    form = TypedDomainForm(posted(request), name=domain.name)
    if request.method == "POST" and form.is_valid():
        job = domains.remove_domain(domain=domain, by=request.actor, now=timezone.now())
        wake(job.pk)
        text = _("{domain} is removed.").format(domain=domain.name)
        messages.success(request, text)
        return redirect("directories:domain-list")
    context = {
        "crumbs": domain_crumbs(domain, _("Remove domain")),
        "domain": domain,
        "form": form,
        "removal": queries.removal_of(domain),
    }
    status = 422 if form.errors else 200
    return render(request, "directories/domain_remove.html", context, status=status)


def _not_verified(request: ConsoleRequest, domain: Domain) -> HttpResponse:
    messages.info(request, _("Verify the domain first."))
    return redirect("directories:domain-detail", domain.pk)

"""The domains of one identity provider directory."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from directories.domain_forms import LinkManyForm, given
from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import domains as queries
from directories.services import domains
from directories.tasks import wake
from directories.views.directory import find_own_directory
from directories.views.rendering import provider_crumbs


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def directory_domains(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """List the domains whose people the directory owns."""
    directory = find_own_directory(request, directory_id)
    linked = request.organization.domains.filter(directory=directory)
    others = request.organization.domains.verified().exclude(directory=directory)
    context = {
        "crumbs": provider_crumbs(directory, _("Domains")),
        "directory": directory,
        "rows": queries.rows_of(list(linked.order_by("name", "pk"))),
        "more": others.exists(),
    }
    return render(request, "directories/directory_domains.html", context)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def directory_domain_link(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Choose verified domains, see what linking them changes, link them."""
    directory = find_own_directory(request, directory_id)
    others = request.organization.domains.verified().exclude(directory=directory)
    asked = given(request, "domains")
    form = LinkManyForm(asked, domains=others.order_by("name", "pk"))
    ready = asked is not None and form.is_valid()
    if ready and request.method == "POST":
        return _link(request, directory, form)
    names = [domain.name for domain in form.chosen] if ready else []
    context = {
        "crumbs": provider_crumbs(directory, _("Link domain")),
        "directory": directory,
        "form": form,
        "names": names,
        "chosen": form.chosen if ready else [],
        "move": queries.move_of(request.organization, names, directory)
        if ready
        else None,
    }
    status = 422 if form.errors else 200
    template = "directories/directory_domain_link.html"
    return render(request, template, context, status=status)


def _link(
    request: ConsoleRequest, directory: Directory, form: LinkManyForm
) -> HttpResponse:
    chosen = form.chosen
    try:
        jobs = domains.link_domains(
            domains=chosen, directory=directory, by=request.actor, now=timezone.now()
        )
    except domains.NotVerifiedError:
        messages.error(request, _("One of the domains is not verified any more."))
    else:
        for job in jobs:
            wake(job.pk)
        text = ngettext(
            "{number} domain is linked.", "{number} domains are linked.", len(chosen)
        )
        messages.success(request, text.format(number=len(chosen)))
    return redirect("directories:directory-domains", directory.pk)

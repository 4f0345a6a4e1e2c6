"""One organization of a project: who is in it, adding customers, taking them out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.forms import posted
from directories.views.rendering import render_part
from portals import project_tables as tables
from portals.models import CustomerOrganization
from portals.organization_forms import AddCustomersForm
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.queries import organization as queries
from portals.queries.settings import Refusal
from portals.refusals import Refused
from portals.services.customer_organizations import organizations
from portals.services.customer_organizations.organization_people import add_by_address
from portals.services.customer_organizations.organizations import GoneError, OwnedError
from portals.views.project_frame import (
    frame,
    may_change_people,
    may_manage_organizations,
    organization_crumbs,
    project_url,
)
from provisioning.views.listing import list_page


@require_safe
@requires_project(ProjectRight.WORK)
def project_organization_detail(
    request: ProjectRequest, public_id: UUID
) -> HttpResponse:
    """Show an organization of a project and its customers."""
    organization = _find(request, public_id)
    text = tables.text_of(request.GET)
    order = tables.sorted_by(request.GET, tables.CUSTOMER_SORTS, "name")
    listing = list_page(
        request,
        queries.people_in(organization, text),
        order.cut,
        total=None if text else organization.member_count,
    )
    people = queries.persons(organization, listing.rows)
    context = {
        **frame(request, *organization_crumbs(request.project, organization.name)),
        "about": organization,
        "synced": organization.record_id is not None,
        "text": text,
        "order": order,
        "listing": listing,
        "people": people,
        "removable": any(each.removable for each in people),
        "place": request.project.project_organizations.select_related("rule").get(
            organization=organization
        ),
        "manages": may_manage_organizations(request),
        "changes": may_change_people(request),
    }
    return render_part(
        request, "portals/project_organization_detail.html", context, fragment="rows"
    )


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.WORK)
def project_organization_people_add(
    request: ProjectRequest, public_id: UUID
) -> HttpResponse:
    """Put the customers of many addresses into an organization."""
    organization = _find(request, public_id)
    if not may_change_people(request):
        return _not_allowed(request)
    form = AddCustomersForm(posted(request), initial={"invite": True})
    turned_down: list[tuple[str, str]] = []
    if organization.record_id is not None:
        return _owned(request, organization)
    if request.method == "POST" and form.is_valid():
        turned_down = _added(request, organization, form)
        if not turned_down:
            return _back(request, organization)
        left = "\n".join(email for email, _reason in turned_down)
        form = AddCustomersForm(initial={"emails": left, "invite": True})
    own = project_url(request.project, "project-organization-detail", public_id)
    context = {
        **frame(
            request,
            *organization_crumbs(request.project, ""),
            (organization.name, own),
            (_("Add customers"), ""),
        ),
        "about": organization,
        "form": form,
        "turned_down": turned_down,
    }
    return render(
        request,
        "portals/project_organization_people_add.html",
        context,
        status=422 if form.errors or turned_down else 200,
    )


def _added(
    request: ProjectRequest, organization: CustomerOrganization, form: AddCustomersForm
) -> list[tuple[str, str]]:
    """Add customers; return those that were refused, with the reason."""
    try:
        added = add_by_address(
            organization,
            form.cleaned_data["emails"],
            invite=form.cleaned_data["invite"],
            by=request.actor,
            now=timezone.now(),
        )
    except (OwnedError, GoneError):
        messages.error(request, _("The organization was changed meanwhile."))
        return []
    text = ngettext(
        "{count} customer joined {name}.",
        "{count} customers joined {name}.",
        added.joined,
    )
    messages.success(request, text.format(count=added.joined, name=organization.name))
    words = {**dict(Refused.choices), **dict(Refusal.choices)}
    return [
        (each.email or each.name, str(words[each.refused])) for each in added.refused
    ]


@require_POST
@requires_project(ProjectRight.WORK)
def project_organization_people_remove(
    request: ProjectRequest, public_id: UUID
) -> HttpResponse:
    """Say who loses the portal, and when that is confirmed take customers out."""
    organization = _find(request, public_id)
    if not may_change_people(request):
        return _not_allowed(request)
    ids = tables.chosen_ids(request.POST, "customer")
    inside = queries.removable(organization, ids)
    people = list(inside.order_by("name_key", "pk"))
    keys = [each.pk for each in people]
    if not keys:
        if ids and organization.record_id is not None:
            return _owned(request, organization)
        messages.info(request, _("Nobody was chosen."))
        return _back(request, organization)
    if request.POST.get("confirmed"):
        return _removed(request, organization, keys)
    losses = queries.losses_among(organization, keys)
    here = [each for each in losses if each.project.pk == request.project.pk]
    own = project_url(request.project, "project-organization-detail", public_id)
    context = {
        **frame(
            request,
            *organization_crumbs(request.project, ""),
            (organization.name, own),
            (_("Remove customers"), ""),
        ),
        "about": organization,
        "people": people,
        "losing": here[0].customers if here else 0,
        "others": len(losses) - len(here),
    }
    return render(request, "portals/project_organization_people_remove.html", context)


def _removed(
    request: ProjectRequest, organization: CustomerOrganization, keys: list[int]
) -> HttpResponse:
    try:
        gone = organizations.remove_people(
            organization, keys, by=request.actor, now=timezone.now()
        )
    except GoneError:
        messages.error(request, _("That organization was deleted meanwhile."))
        return redirect(project_url(request.project, "project-organizations"))
    text = ngettext(
        "{count} customer left {name}.", "{count} customers left {name}.", len(gone)
    )
    messages.success(request, text.format(count=len(gone), name=organization.name))
    return _back(request, organization)


def _find(request: ProjectRequest, public_id: UUID) -> CustomerOrganization:
    attached = CustomerOrganization.objects.filter(
        site=request.service_site,
        archived_at__isnull=True,
        project_organizations__project=request.project,
    )
    found = get_object_or_404(attached.select_related("directory"), public_id=public_id)
    found.site = request.service_site
    return found


def _not_allowed(request: ProjectRequest) -> HttpResponse:
    context = {
        **frame(request, *organization_crumbs(request.project, _("Not allowed"))),
        "site": request.service_site,
        "about_people": True,
    }
    return render(
        request, "portals/project_organization_refused.html", context, status=403
    )


def _owned(request: ProjectRequest, organization: CustomerOrganization) -> HttpResponse:
    text = _(
        "{name} is synced: who is in it follows its group in the identity provider. "
        "Change the group there."
    )
    messages.error(request, text.format(name=organization.name))
    return _back(request, organization)


def _back(request: ProjectRequest, organization: CustomerOrganization) -> HttpResponse:
    name = "project-organization-detail"
    return redirect(project_url(request.project, name, organization.public_id))

"""The service projects of one customer organization: into them, out of them."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from portals.models import CustomerOrganization
from portals.organization_forms import ProjectsForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organization as queries
from portals.services.service_projects import attaching
from portals.views import crumbs
from portals.views.organization import find_organization


def _to_projects(
    request: SiteRequest, organization: CustomerOrganization
) -> HttpResponse:
    own = reverse(
        "portals:organization-detail",
        args=[request.service_site.pk, organization.public_id],
    )
    return redirect(f"{own}?tab=projects")


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_projects_add(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Let an organization into the projects that were ticked."""
    organization = find_organization(request, public_id)
    free = queries.free_projects(organization)
    form = ProjectsForm(request.POST, projects=free)
    if not form.is_valid():
        messages.info(request, _("No project was chosen."))
        return _to_projects(request, organization)
    projects = list(free.filter(key__in=form.cleaned_data["project"]))
    for each in projects:
        each.site = request.service_site
    count = attaching.attach_to(
        organization, projects, by=request.actor, now=timezone.now()
    )
    text = ngettext(
        "{name} is in {count} more project.",
        "{name} is in {count} more projects.",
        count,
    )
    messages.success(request, text.format(name=organization.name, count=count))
    return _to_projects(request, organization)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_project_remove(
    request: SiteRequest, public_id: UUID, key: str
) -> HttpResponse:
    """Say who loses the portal of a project; a POST takes the organization out."""
    organization = find_organization(request, public_id)
    places = queries.places_of(organization)
    place = get_object_or_404(places, project__key=key)
    project = place.project
    if request.method == "POST":
        project.site = request.service_site
        attaching.detach(
            project, [organization.pk], by=request.actor, now=timezone.now()
        )
        text = _("{name} is removed from {project}.")
        messages.success(
            request, text.format(name=organization.name, project=project.name)
        )
        return _to_projects(request, organization)
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Remove from project"), "")
        ),
        "about": organization,
        "place": place,
        "losses": queries.losses_of(organization, [project]),
    }
    return render(request, "portals/organization_project_remove.html", context)

"""Changes of one customer organization: its name, its end, its return."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from portals.models import CustomerOrganization
from portals.organization_forms import NameForm, OrganizationForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organization as queries
from portals.services.customer_organizations import organizations
from portals.services.customer_organizations.organizations import (
    GoneError,
    NameTakenError,
    OwnedError,
)
from portals.views import crumbs
from portals.views.organization import (
    find_organization,
    name_taken,
    to_organization,
)

REFUSALS = (OwnedError, GoneError)


def refused(
    request: SiteRequest, organization: CustomerOrganization, error: Exception
) -> HttpResponse:
    """Say why a change of an organization was refused, and lead back."""
    if isinstance(error, OwnedError):
        text = _(
            "Nothing was changed: {directory} manages this organization. Change its "
            "group in the identity provider."
        ).format(directory=error.owner.name)
        messages.error(request, text)
        return to_organization(request, organization)
    messages.error(request, _("That organization was deleted or restored meanwhile."))
    return redirect("portals:organization-list", request.service_site.pk)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_edit(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Give an organization another name and description."""
    organization = find_organization(request, public_id)
    owner = organization.directory if organization.record_id else None
    initial = {"name": organization.name, "description": organization.description}
    form = OrganizationForm(
        posted(request), initial=initial, locked=organization.record_id is not None
    )
    if request.method == "POST" and form.is_valid():
        try:
            organizations.edit_organization(
                organization,
                name=form.cleaned_data["name"],
                description=form.cleaned_data["description"],
                by=request.actor,
                now=timezone.now(),
            )
        except NameTakenError:
            form.add_error("name", name_taken())
        except REFUSALS as error:
            return refused(request, organization, error)
        else:
            messages.success(request, _("Organization changed."))
            return to_organization(request, organization)
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Edit organization"), "")
        ),
        "form": form,
        "about": organization,
        "owner": owner,
    }
    return render(
        request,
        "portals/organization_edit.html",
        context,
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_delete(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say in numbers what deleting an organization changes; a POST deletes it."""
    organization = find_organization(request, public_id)
    try:
        organizations.check_unowned(organization)
        if request.method == "POST":
            organizations.archive(organization, by=request.actor, now=timezone.now())
            text = _("{name} is deleted. You can restore it under “Archived”.")
            messages.success(request, text.format(name=organization.name))
            return redirect("portals:organization-list", request.service_site.pk)
    except REFUSALS as error:
        return refused(request, organization, error)
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Delete organization"), "")
        ),
        "about": organization,
        "losses": queries.losses_of(organization),
    }
    return render(request, "portals/organization_delete.html", context)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_restore(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Bring an archived organization back, under another name where it must be."""
    organization = find_organization(request, public_id, archived=None)
    if organization.archived_at is None:
        messages.info(request, _("The organization is in use."))
        return to_organization(request, organization)
    site = request.service_site
    holder = organizations.holder_of(site.pk, organization.name)
    form = NameForm(posted(request), initial={"name": _free_name(organization, holder)})
    if request.method == "POST" and form.is_valid():
        try:
            organizations.restore(
                organization,
                by=request.actor,
                now=timezone.now(),
                name=form.cleaned_data["name"],
            )
        except NameTakenError:
            form.add_error("name", name_taken())
        except GoneError as error:
            return refused(request, organization, error)
        else:
            messages.success(request, _("The organization is back."))
            return to_organization(request, organization)
    context = {
        "crumbs": crumbs.of_organization(request, organization, (_("Restore"), "")),
        "about": organization,
        "holder": holder,
        "form": form,
        "projects": site.service_projects.filter(
            key__in=organization.archived_projects
        ).order_by("name_key", "pk"),
    }
    return render(
        request,
        "portals/organization_restore.html",
        context,
        status=422 if form.errors else 200,
    )


def _free_name(
    organization: CustomerOrganization, holder: CustomerOrganization | None
) -> str:
    """Return a name to offer: the own one, or one made from it that is free."""
    name, number = organization.name, 2
    while holder is not None:
        name = f"{organization.name[:240]} ({number})"
        holder = organizations.holder_of(organization.site_id, name)
        number += 1
    return name

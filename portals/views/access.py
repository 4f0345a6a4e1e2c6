"""Settings of a site's service: customer access, organization management."""

from dataclasses import asdict, dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.domain_names import is_public_mail
from directories.forms import posted
from directories.models import Site
from portals.access_forms import CustomerAccessForm, OrganizationManagementForm
from portals.models import ApprovedDomain
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import service
from portals.queries.settings import approved_domains, settings_of
from portals.services.settings import change_settings
from portals.views import crumbs

Audience = ApprovedDomain.Audience
LISTS = {"internal": Audience.INTERNAL, "external": Audience.EXTERNAL}


@dataclass(frozen=True)
class Concerned:
    """How many customers and projects the settings of a site are about."""

    customers: int
    more_customers: bool
    projects: int
    open_projects: int


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def customer_access(request: SiteRequest) -> HttpResponse:
    """Show who may become a customer; save what is chosen."""
    site = request.service_site
    settings = settings_of(site)
    initial = {
        name: getattr(settings, name)
        for name in CustomerAccessForm.base_fields
        if name not in LISTS
    }
    for name, audience in LISTS.items():
        initial[name] = approved_domains(site, audience)
    form = CustomerAccessForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        _save_access(request, form)
        return redirect("portals:customer-access", site.pk)
    context = {
        "crumbs": crumbs.of_settings(request, (_("Customer access"), "")),
        "form": form,
        "concerned": asdict(_concerned(site)),
    }
    return render(
        request,
        "portals/customer_access.html",
        context,
        status=422 if form.errors else 200,
    )


def _concerned(site: Site) -> Concerned:
    customers = service.customer_numbers(site)["all"]
    projects = service.project_numbers(site)
    return Concerned(
        customers=customers.count,
        more_customers=customers.more,
        projects=projects["all"],
        open_projects=projects["open"],
    )


def _save_access(request: SiteRequest, form: CustomerAccessForm) -> None:
    said = form.cleaned_data
    changed = change_settings(
        request.service_site,
        {name: value for name, value in said.items() if name not in LISTS},
        domains={audience: said[name] for name, audience in LISTS.items()},
        by=request.actor,
        now=timezone.now(),
    )
    _say(request, changed=bool(changed))
    public = sorted(
        name for each in LISTS for name in said[each] if is_public_mail(name)
    )
    if public:
        text = _(
            "Anybody can get an address of {domains}: approving a public mail provider "
            "approves everybody."
        )
        messages.warning(request, text.format(domains=", ".join(public)))


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_management(request: SiteRequest) -> HttpResponse:
    """Show whether agents look after organizations; save what is chosen."""
    site = request.service_site
    present = settings_of(site).agents_manage_organizations
    initial = {"agents_manage_organizations": "yes" if present else "no"}
    form = OrganizationManagementForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = change_settings(
            site, form.cleaned_data, by=request.actor, now=timezone.now()
        )
        _say(request, changed=bool(changed))
        return redirect("portals:organization-management", site.pk)
    context = {
        "crumbs": crumbs.of_settings(request, (_("Organization management"), "")),
        "form": form,
        "agents": service.agent_count(site),
    }
    return render(
        request,
        "portals/organization_management.html",
        context,
        status=422 if form.errors else 200,
    )


def _say(request: SiteRequest, *, changed: bool) -> None:
    text = _("The settings are saved.") if changed else _("Nothing was changed.")
    messages.success(request, text)

"""The e-mail domains of one customer organization."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from directories.domain_names import is_public_mail, readable
from directories.views.rendering import render_part
from portals.models import CustomerOrganization, OrganizationDomain
from portals.organization_forms import DomainForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organization_domains as queries
from portals.services.customer_organizations import organization_domains as services
from portals.services.customer_organizations.organizations import GoneError
from portals.views import crumbs
from portals.views.organization import find_organization
from portals.views.organization_change import refused
from portals.views.organization_choice import follow
from provisioning.tables import cut_of
from provisioning.views.listing import list_page


def _to_domains(
    request: SiteRequest, organization: CustomerOrganization
) -> HttpResponse:
    own = reverse(
        "portals:organization-detail",
        args=[request.service_site.pk, organization.public_id],
    )
    return redirect(f"{own}?tab=domains")


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_domain_add(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """List a domain of an organization, with a warning where one is due."""
    organization = find_organization(request, public_id)
    form = DomainForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["name"])))
        return _to_domains(request, organization)
    name = form.cleaned_data["name"]
    try:
        services.add_domain(
            organization, name=name, by=request.actor, now=timezone.now()
        )
    except services.TooManyError:
        text = _("An organization has {limit} domains at the most. Remove one first.")
        messages.error(request, text.format(limit=services.LIMIT))
    except services.AlreadyListedError:
        messages.info(request, _("The organization has that domain already."))
    except GoneError as error:
        return refused(request, organization, error)
    else:
        text = _("New customers with an address in {domain} join {name}.")
        messages.success(
            request, text.format(domain=readable(name), name=organization.name)
        )
        _warn(request, organization, name)
    return _to_domains(request, organization)


def _warn(request: SiteRequest, organization: CustomerOrganization, name: str) -> None:
    order = queries.order_of(organization.site, [name])[name]
    if order and order[0].organization_id != organization.pk:
        text = _(
            "{other} lists {domain} too and comes first: new customers join {other}. "
            "You can change the order below."
        )
        other = order[0].organization.name
        messages.warning(request, text.format(other=other, domain=readable(name)))
    if is_public_mail(name):
        text = _(
            "Anybody can get an address of {domain}. Everybody with one who becomes a "
            "customer joins this organization and sees what it shares."
        )
        messages.warning(request, text.format(domain=readable(name)))


def _find(organization: CustomerOrganization, domain_id: int) -> OrganizationDomain:
    domain = get_object_or_404(organization.domains, pk=domain_id)
    domain.organization = organization
    return domain


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_domain_remove(
    request: SiteRequest, public_id: UUID, domain_id: int
) -> HttpResponse:
    """Say how many came by a domain; a POST removes it, with them or without."""
    organization = find_organization(request, public_id)
    domain = _find(organization, domain_id)
    if request.method == "POST":
        keep = request.POST.get("people") != "remove"
        try:
            gone = services.remove_domain(
                domain, keep=keep, by=request.actor, now=timezone.now()
            )
        except GoneError as error:
            return refused(request, organization, error)
        text = ngettext(
            "{domain} is removed, and {count} customer left with it.",
            "{domain} is removed, and {count} customers left with it.",
            gone,
        )
        messages.success(request, text.format(domain=readable(domain.name), count=gone))
        return _to_domains(request, organization)
    came = queries.came_by(organization, [domain.name])
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Remove domain"), "")
        ),
        "about": organization,
        "name": readable(domain.name),
        "came": came.count(),
        "alone": came.filter(synced=False, manual=False).count(),
    }
    return render(request, "portals/organization_domain_remove.html", context)


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_domain_first(
    request: SiteRequest, public_id: UUID, domain_id: int
) -> HttpResponse:
    """Let new customers of a domain come to this organization, not to another."""
    organization = find_organization(request, public_id)
    domain = _find(organization, domain_id)
    try:
        services.order_domain(
            request.service_site,
            name=domain.name,
            first=organization,
            by=request.actor,
            now=timezone.now(),
        )
    except services.OrderChangedError:
        messages.error(request, _("That domain was removed meanwhile."))
    else:
        text = _("New customers with an address in {domain} join {name} now.")
        messages.success(
            request, text.format(domain=readable(domain.name), name=organization.name)
        )
    return _to_domains(request, organization)


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_domain_fill(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """List the customers of the domains who are outside; a POST brings them."""
    organization = find_organization(request, public_id)
    names = queries.own_domains(organization)
    if request.method == "POST":
        job = services.queue_filling(organization, by=request.actor, now=timezone.now())
        return follow(request, job.pk)
    people = queries.outside(organization, names).select_related("directory")
    count = people.count()
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Add existing customers"), "")
        ),
        "about": organization,
        "names": [readable(each) for each in names],
        "count": count,
        "listing": list_page(
            request, people, cut_of(request.GET, "name_key"), total=count
        ),
    }
    return render_part(
        request, "portals/organization_domain_fill.html", context, fragment="rows"
    )

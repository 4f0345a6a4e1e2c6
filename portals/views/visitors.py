"""Who can see which portal, and why: asked of a customer, and of a portal."""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Account
from directories.paging import Cut
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from portals.models import Customer, CustomerOrganization, ServiceProject
from portals.permissions import (
    ProjectRequest,
    ProjectRight,
    SiteRequest,
    SiteRight,
    requires_project,
    requires_site,
    site_rights,
)
from portals.queries import access_people as people
from portals.queries.access import portals_of, visitor_of
from portals.queries.access_reasons import Ground, portals_with_reasons, reasons_for
from portals.views import crumbs
from provisioning.tables import text_of
from provisioning.views.listing import Listing, list_page

CLOSED_SHOWN = 50
COLUMNS = (
    gettext_lazy("Name"),
    gettext_lazy("Email"),
    gettext_lazy("Kind"),
    gettext_lazy("Reasons"),
)
LISTED = [
    Ground.ADDED,
    Ground.ORGANIZATION,
    Ground.PROJECT_ROLE,
    Ground.JIRA_ADMIN,
    Ground.OPEN,
]


@require_safe
@requires_site(SiteRight.CUSTOMERS)
def customer_portals(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say which portals a customer can see, and why; and why not the others."""
    site = request.service_site
    customers = Customer.objects.filter(site=site).select_related("account")
    customer = get_object_or_404(customers, public_id=public_id)
    visitor = visitor_of(customer)
    opened = portals_with_reasons(visitor, site)
    others = ServiceProject.objects.filter(site=site).exclude(
        pk__in=portals_of(visitor, site).values("pk")
    )
    closed = list(others.order_by("name_key", "pk")[: CLOSED_SHOWN + 1])
    for project in closed:
        project.site = site
    refusals = reasons_for(visitor, site, closed)
    context = {
        "crumbs": crumbs.of_customers(request, (_("Portals"), "")),
        "customer": customer,
        "opened": opened,
        "closed": [(each, refusals[each.pk]) for each in closed[:CLOSED_SHOWN]],
        "more": len(closed) > CLOSED_SHOWN,
        "may_open_projects": SiteRight.SERVICE in site_rights(request.rights, site),
    }
    return render_part(
        request, "portals/customer_portals.html", context, fragment="portals"
    )


@require_safe
@requires_project(ProjectRight.WORK)
def project_visitors(request: ProjectRequest) -> HttpResponse:
    """Say who can see a portal: one person on request, and everybody by reason."""
    project = request.project
    text = text_of(request.GET)
    chosen = request.GET.get("reason", "")
    ground = Ground(chosen) if chosen in {*LISTED} else Ground.ADDED
    context = {
        "crumbs": crumbs.of_project(
            request, project, (_("Who can see this portal"), "")
        ),
        "project": project,
        "numbers": people.numbers_of(project),
        "text": text,
        "answers": people.look_up(project, text),
        "ground": ground,
        "grounds": [(each.value, each.label) for each in LISTED],
        "listing": _listing(request, project, ground),
    }
    return render(request, "portals/project_visitors.html", context)


Rows = Listing[Account] | Listing[Customer] | Listing[CustomerOrganization]


def _listing(request: ProjectRequest, project: ServiceProject, ground: Ground) -> Rows:
    after, before = request.GET.get("after"), request.GET.get("before")
    field = "name_key"
    if ground in {Ground.PROJECT_ROLE, Ground.JIRA_ADMIN}:
        field = "email_key"
    cut = Cut(field, after=after, before=before)
    if ground == Ground.ORGANIZATION:
        return list_page(request, people.organizations_in(project), cut)
    if field == "email_key":
        works = ground == Ground.PROJECT_ROLE
        accounts = people.workers_of if works else people.jira_admins_of
        return list_page(request, accounts(project), cut)
    return list_page(request, _customers(project, ground), cut)


def _customers(project: ServiceProject, ground: Ground) -> QuerySet[Customer]:
    if ground == Ground.OPEN:
        return people.customers_admitted(project)
    return people.added_to(project)


@require_POST
@requires_project(ProjectRight.WORK)
def project_visitor_export(request: ProjectRequest) -> HttpResponseBase:
    """Answer with everybody who can see a portal, with their reasons, as CSV."""
    project = request.project
    exports.note_export(
        organization=request.organization,
        target=Target("service-project", str(project.pk), project.name),
        filters={"list": "visitors"},
        by=request.actor,
        now=timezone.now(),
    )
    header = [str(each) for each in COLUMNS]
    return csv_response(f"portal-{project.key}-visitors", header, _lines(project))


def _lines(project: ServiceProject) -> Iterator[list[object]]:
    account_kind = Customer.Kind.ACCOUNT.label
    told = [
        (people.workers_of(project), Ground.PROJECT_ROLE),
        (people.jira_admins_of(project), Ground.JIRA_ADMIN),
    ]
    for accounts, ground in told:
        for account in accounts.order_by("email_key").iterator():
            yield [account.get_full_name(), account.email, account_kind, ground.label]
    for customer, reasons in people.told_customers(project):
        yield [
            customer.get_full_name(),
            customer.email,
            customer.get_kind_display(),
            " ".join(text for _ground, text in reasons),
        ]

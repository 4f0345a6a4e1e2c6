"""Who is in a customer organization: adding many by address, taking out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from directories.forms import posted
from portals.models import Customer
from portals.organization_forms import AddCustomersForm
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries import organization as queries
from portals.queries.settings import Refusal
from portals.refusals import Refused
from portals.services.customer_accounts import inviting
from portals.services.customer_organizations import organizations
from portals.services.customer_organizations.organization_people import (
    Added,
    add_by_address,
)
from portals.views import crumbs
from portals.views.organization import find_organization, to_organization
from portals.views.organization_change import REFUSALS, refused

MOST_CHOSEN = 200


@require_http_methods(["GET", "POST"])
@requires_site(SiteRight.SERVICE)
def organization_people_add(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Put the customers of many addresses into an organization."""
    organization = find_organization(request, public_id)
    form = AddCustomersForm(posted(request), initial={"invite": True})
    turned_down = []
    try:
        organizations.check_unowned(organization)
        if request.method == "POST" and form.is_valid():
            added = add_by_address(
                organization,
                form.cleaned_data["emails"],
                invite=form.cleaned_data["invite"],
                by=request.actor,
                now=timezone.now(),
            )
            _say_added(request, organization.name, added)
            if not added.refused:
                return to_organization(request, organization)
            words = {**dict(Refused.choices), **dict(Refusal.choices)}
            turned_down = [(each, words[each.refused]) for each in added.refused]
            addresses = "\n".join(each.email or each.name for each in added.refused)
            form = AddCustomersForm(initial={"emails": addresses, "invite": True})
    except REFUSALS as error:
        return refused(request, organization, error)
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Add customers"), "")
        ),
        "about": organization,
        "form": form,
        "limit": inviting.MOST,
        "turned_down": turned_down,
    }
    return render(
        request,
        "portals/organization_people_add.html",
        context,
        status=422 if form.errors or turned_down else 200,
    )


def _say_added(request: SiteRequest, name: str, added: Added) -> None:
    text = ngettext(
        "{count} customer joined {name}.",
        "{count} customers joined {name}.",
        added.joined,
    ).format(count=added.joined, name=name)
    if added.made:
        new = ngettext(
            "{count} of them is new on the site.",
            "{count} of them are new on the site.",
            added.made,
        )
        text = f"{text} {new.format(count=added.made)}"
    if added.already:
        there = ngettext(
            "{count} was in it already.", "{count} were in it already.", added.already
        )
        text = f"{text} {there.format(count=added.already)}"
    tell = messages.success if added.joined or not added.refused else messages.info
    tell(request, text)


@require_POST
@requires_site(SiteRight.SERVICE)
def organization_people_remove(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say whom it concerns, and when that is confirmed take them out."""
    organization = find_organization(request, public_id)
    chosen = request.POST.getlist("customer")[:MOST_CHOSEN]
    ids = [each for each in chosen if _is_uuid(each)]
    people = queries.removable(organization, ids)
    keys = list(people.order_by("pk").values_list("pk", flat=True))
    try:
        if not keys:
            if ids:
                # Whom the group says: its provider takes them out.
                organizations.check_unowned(organization)
            messages.info(request, _("Nobody was chosen."))
            return to_organization(request, organization)
        if request.POST.get("confirmed"):
            gone = organizations.remove_people(
                organization, keys, by=request.actor, now=timezone.now()
            )
            text = ngettext(
                "{count} customer left {name}.",
                "{count} customers left {name}.",
                len(gone),
            )
            messages.success(
                request, text.format(count=len(gone), name=organization.name)
            )
            return to_organization(request, organization)
    except REFUSALS as error:
        return refused(request, organization, error)
    context = {
        "crumbs": crumbs.of_organization(
            request, organization, (_("Remove customers"), "")
        ),
        "about": organization,
        "people": Customer.objects.filter(pk__in=keys).order_by("name_key", "pk"),
        "count": len(keys),
        "losses": queries.losses_among(organization, keys),
        "by_domain": queries.came_by_domain(organization, keys),
    }
    return render(request, "portals/organization_people_remove.html", context)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

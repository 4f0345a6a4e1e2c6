"""Who is in a group: adding people, several at once, and taking them out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from directories.permissions import ConsoleRequest, Permission, requires
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.queries.access.app_access import grants_of
from provisioning.queries.access.licenses import licenses_of
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.accounts.rights import rights_of
from provisioning.queries.organization_groups import groups
from provisioning.services.organization_groups import local_groups
from provisioning.views.listing import list_page
from provisioning.views.organization_groups.local_group import (
    REFUSALS,
    changeable_group,
    group_crumbs,
    refused,
)
from provisioning.views.sites_and_apps import license_messages


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def group_people_add(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Search people and put those that are chosen into a group."""
    group = changeable_group(request, public_id)
    limited = license_messages.limited_apps([group])
    try:
        local_groups.check_members(group)
        if request.method == "POST":
            chosen = tables.chosen_ids(request.POST, "account")
            with license_messages.telling(request, limited):
                added = local_groups.add_people(
                    group,
                    groups.accounts_among(request.organization, chosen),
                    by=request.actor,
                    now=timezone.now(),
                )
            _say_added(request, group.name, len(added), asked=len(chosen))
            return redirect("provisioning:group-detail", group.public_id)
    except REFUSALS as error:
        return refused(request, group, error)
    text = tables.text_of(request.GET)
    people = members_of(request.organization, MemberFilter(text=text))
    listing = list_page(request, people, tables.cut_of(request.GET, "name"))
    inside = groups.inside_of(group, [m.account_id for m in listing.rows])
    context = {
        "crumbs": group_crumbs(group, _("Add group members")),
        "group": group,
        "rights": rights_of([group]).get(group.pk, []),
        "grants": grants_of([group]).get(group.pk, []),
        "limited": licenses_of(limited).values() if limited else [],
        "text": text,
        "listing": listing,
        "rows": [(member, member.account_id in inside) for member in listing.rows],
    }
    return render_part(
        request, "provisioning/group_people_add.html", context, fragment="rows"
    )


def _say_added(request: ConsoleRequest, name: str, count: int, *, asked: int) -> None:
    if not asked:
        messages.info(request, _("Nobody was chosen."))
        return
    text = ngettext(
        "{count} person joined {name}.", "{count} people joined {name}.", count
    )
    messages.success(request, text.format(count=count, name=name))


@require_POST
@requires(Permission.MANAGE_DIRECTORY)
def group_people_remove(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say whom it concerns, and when that is confirmed take them out of a group."""
    group = changeable_group(request, public_id)
    chosen = tables.chosen_ids(request.POST, "account")
    keys = groups.accounts_among(request.organization, chosen)
    inside = groups.inside_of(group, keys)
    try:
        local_groups.check_members(group)
        if not inside:
            messages.info(request, _("Nobody was chosen."))
            return redirect("provisioning:group-detail", group.public_id)
        if request.POST.get("confirmed"):
            removed = local_groups.remove_people(
                group, sorted(inside), by=request.actor, now=timezone.now()
            )
            text = ngettext(
                "{count} person left {name}.",
                "{count} people left {name}.",
                len(removed),
            ).format(count=len(removed), name=group.name)
            messages.success(request, text)
            return redirect("provisioning:group-detail", group.public_id)
    except REFUSALS as error:
        return refused(request, group, error)
    people = members_of(request.organization, MemberFilter())
    context = {
        "crumbs": group_crumbs(group, _("Remove group members")),
        "group": group,
        "people": people.filter(account__in=sorted(inside)).order_by("name", "pk"),
        "count": len(inside),
        "rights": rights_of([group]).get(group.pk, []),
        "grants": grants_of([group]).get(group.pk, []),
    }
    return render(request, "provisioning/group_people_remove.html", context)

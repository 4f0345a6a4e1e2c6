"""Who administers the organization: the list, its export, giving and revoking."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.exports import csv_response
from directories.forms import posted
from directories.models import Member, RoleAssignment
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import admins, exports
from directories.services.accounts import Change
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.forms import RightForm
from provisioning.queries.accounts import administrators
from provisioning.queries.accounts.administrators import Administrator
from provisioning.services.accounts import last_admin
from provisioning.views.listing import list_page, turned_round

Crumbs = list[tuple[str, str]]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def administrator_list(request: ConsoleRequest) -> HttpResponse:
    """List who holds which right, and where it comes from."""
    wanted = tables.administrator_filter(request.GET)
    cut = tables.cut_of(request.GET, "name")
    organization = request.organization
    found = administrators.administrators_of(organization, wanted)
    listing = list_page(request, found, cut)
    context = {
        "crumbs": _crumbs(),
        "wanted": wanted,
        "listing": listing,
        "people": administrators.with_rights(organization, listing.rows),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "roles": RoleAssignment.Role.choices,
        "sources": tables.RIGHT_SOURCES,
        "admins": administrators.admin_count(organization),
    }
    return render_part(
        request, "provisioning/administrator_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def administrator_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the administrators that match, as CSV; a line for each right."""
    organization = request.organization
    wanted = tables.administrator_filter(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("administrators", str(organization.pk), _("Administrators")),
        filters={"text": wanted.text, "role": wanted.role, "source": wanted.source},
        by=request.actor,
        now=timezone.now(),
    )
    members = administrators.administrators_of(organization, wanted)
    rows = members.order_by("name", "pk").iterator(administrators.EXPORT_BATCH)
    people = administrators.in_batches(organization, rows)
    return csv_response("administrators", tables.ADMINISTRATOR_COLUMNS, _lines(people))


def _lines(people: Iterable[Administrator]) -> Iterator[list[object]]:
    for person in people:
        account = person.member.account
        for right in person.rights:
            assignment = right.assignment
            yield [
                account.name,
                account.email,
                person.member.get_status_display(),
                assignment.get_role_display(),
                assignment.site.name if assignment.site else "",
                right.app,
                right.group.name if right.group else "",
                assignment.created_at.date().isoformat(),
                account.public_id,
            ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ROLES)
def administrator_add(request: ConsoleRequest) -> HttpResponse:
    """Find a person and give them a right."""
    if request.GET.get("person"):
        return _give(request, _person(request, request.GET["person"]))
    text = tables.text_of(request.GET)
    context = {
        "crumbs": _crumbs(_("Add administrator")),
        "text": text,
        "people": administrators.candidates(request.organization, text),
        "place": _place(request),
        "most": administrators.FOUND,
    }
    return render_part(
        request, "provisioning/administrator_add.html", context, fragment="rows"
    )


def _place(request: ConsoleRequest) -> dict[str, str]:
    """Return which right the page was opened for, of which site and app."""
    asked = {name: request.GET.get(name, "") for name in ("role", "site", "app")}
    return {name: value for name, value in asked.items() if value}


def _person(request: ConsoleRequest, asked: str) -> Member:
    members = request.organization.members.select_related("account")
    try:
        public_id = UUID(asked)
    except ValueError:
        public_id = UUID(int=0)
    return get_object_or_404(members, account__public_id=public_id)


def _give(request: ConsoleRequest, member: Member) -> HttpResponse:
    organization = request.organization
    form = RightForm(
        posted(request), sites=organization.sites.all(), initial=_place(request)
    )
    if request.method == "POST" and form.is_valid() and _given(request, member, form):
        return redirect("provisioning:administrator-list")
    context = {
        "crumbs": _crumbs(_("Add administrator")),
        "member": member,
        "form": form,
        "admins": administrators.admin_count(organization),
        "rights": administrators.rights_of(organization, [member.account_id]),
    }
    return render(
        request,
        "provisioning/administrator_give.html",
        context,
        status=422 if form.errors else 200,
    )


def _given(request: ConsoleRequest, member: Member, form: RightForm) -> bool:
    found = form.cleaned_data
    role, site = RoleAssignment.Role(found["role"]), found["site"]
    change = _change(request)
    try:
        new = admins.grant_role(
            member.account, role, change=change, site=site, app=found["app"]
        )
    except admins.NotAMemberError:
        text = _("{name} is not active, so no right can be given.")
        form.add_error(None, text.format(name=member.name))
        return False
    for job in last_admin.queue_held(request.organization, change.at):
        wake(job.pk)
    text = _("{name} is {role} now.") if new else _("{name} was {role} already.")
    messages.success(request, text.format(name=member.name, role=role.label))
    return True


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_ROLES)
def right_revoke(request: ConsoleRequest, right_id: int) -> HttpResponse:
    """Say what revoking a right changes; a POST does it."""
    organization = request.organization
    rights = organization.role_assignments.select_related("account", "site")
    right = get_object_or_404(rights, pk=right_id, group_id=0)
    if request.method == "POST":
        return _revoke(request, right)
    held = administrators.rights_of(organization, [right.account_id])
    same = (right.role, right.site_id, right.app)
    context = {
        "crumbs": _crumbs(_("Revoke right")),
        "right": right,
        "others": [
            each
            for each in held
            if each.assignment.pk != right.pk
            and (each.assignment.role, each.assignment.site_id, each.assignment.app)
            == same
        ],
        "admins": administrators.admin_count(organization),
        "own": right.account_id == request.account.pk,
    }
    return render(request, "provisioning/right_revoke.html", context)


def _revoke(request: ConsoleRequest, right: RoleAssignment) -> HttpResponse:
    name = right.account.get_full_name()
    try:
        admins.revoke_role(right, change=_change(request))
    except admins.LastAdminError:
        messages.error(request, last_admin_words(name))
    else:
        text = _("{name} is no longer {role} by a right of their own.")
        messages.success(request, text.format(name=name, role=right.get_role_display()))
    return redirect("provisioning:administrator-list")


def last_admin_words(name: str) -> str:
    """Say why the last organization admin stays, and what to do."""
    return _(
        "{name} is the last active organization admin. Make somebody else an "
        "organization admin first, then try again."
    ).format(name=name)


def _change(request: ConsoleRequest) -> Change:
    return Change(
        organization=request.organization, by=request.actor, at=timezone.now()
    )


def _crumbs(below: str = "") -> Crumbs:
    own = reverse("provisioning:administrator-list") if below else ""
    crumbs = [(_("Admin"), "/"), (_("Directory"), ""), (_("Administrators"), own)]
    return [*crumbs, (below, "")] if below else crumbs

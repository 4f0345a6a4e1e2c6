"""People of the organization: the list, its export, one person."""

from collections.abc import Iterator
from dataclasses import asdict
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.exports import csv_response
from directories.models import Account, Member, Organization
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import Invitation
from provisioning.queries.access import access_filters, person_access
from provisioning.queries.accounts import administrators, invitations, people
from provisioning.queries.accounts.account_state import state_of
from provisioning.queries.in_app.app_permissions import held_by_person
from provisioning.queries.review import provider_directories
from provisioning.queries.sites_and_apps import trello
from provisioning.views.accounts.profile import profile_of
from provisioning.views.listing import list_page, turned_round
from provisioning.views.timeline import of_person, shown_timeline

GROUPS_SHOWN = 100


@require_safe
@requires(Permission.SEE_DIRECTORY)
def user_list(request: ConsoleRequest) -> HttpResponse:
    """List the people of the organization, as many as match."""
    wanted = tables.user_filter(request.GET)
    numbers = people.member_numbers(request.organization)
    directories = list(provider_directories(request.organization))
    cut = tables.cut_of(request.GET, "name")
    listing = list_page(
        request,
        people.members_of(request.organization, wanted, listed=True),
        cut,
        total=None if wanted else numbers.total,
    )
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Directory"), ""), (_("Users"), "")],
        "wanted": wanted,
        "numbers": numbers,
        "filters": asdict(wanted),
        "listing": listing,
        "invited": invitations.invited_among(
            request.organization, [m.account_id for m in listing.rows]
        ),
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "statuses": tables.STATUSES,
        "roles": tables.ROLES,
        "sources": [
            (people.LOCAL, _("Local")),
            *((str(d.pk), d.name) for d in directories),
        ],
        "apps": _apps(request.organization),
        "connected": bool(directories),
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render_part(request, "provisioning/user_list.html", context, fragment="rows")


def _apps(organization: Organization) -> list[tuple[str, str]]:
    """Return what people can be filtered by: each app of a site, and none at all."""
    return [
        *(
            (str(app.pk), f"{app.get_kind_display()} ({app.site.name})")
            for app in access_filters.present_apps(organization)
        ),
        (access_filters.NO_ACCESS, _("No access")),
    ]


@require_POST
@requires(Permission.SEE_DIRECTORY)
def user_export(request: ConsoleRequest) -> HttpResponseBase:
    """Answer with the people that match, as CSV."""
    organization = request.organization
    wanted = tables.user_filter(request.POST)
    exports.note_export(
        organization=organization,
        target=Target("users", str(organization.pk), _("Users")),
        filters={
            "text": wanted.text,
            "status": wanted.status,
            "directory": wanted.directory,
            "role": tables.ADMINS if wanted.admins else "",
            "access": wanted.access,
        },
        by=request.actor,
        now=timezone.now(),
    )
    members = people.members_of(organization, wanted).order_by("name", "pk")
    batch = access_filters.EXPORT_BATCH
    rows = _lines(organization, members.iterator(chunk_size=batch))
    return csv_response("users", tables.USER_COLUMNS, rows)


def _lines(
    organization: Organization, members: Iterator[Member]
) -> Iterator[list[object]]:
    managed, external = _("Managed"), _("External")
    enterprise = trello.enterprise_of(organization)
    invited = invitations.invited_accounts(organization)
    told = access_filters.told_with_access(organization, members)
    for member, access in told:
        account = member.account
        yield [
            account.name,
            account.email,
            invitations.status_of(member, invited),
            managed if account.managed_by_id == organization.pk else external,
            member.directory.name if member.directory else _("Local"),
            account.public_name,
            account.job_title,
            account.department,
            account.company,
            member.joined_at.date().isoformat(),
            access,
            account.public_id,
            enterprise.name if enterprise and trello.has_account(member) else "",
        ]


@require_safe
@requires(Permission.SEE_DIRECTORY)
def user_detail(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Show one person: who owns the account, what it holds, what happened."""
    organization = request.organization
    member = find_member(request, public_id)
    account = member.account
    record = people.record_of(organization, account)
    groups = list(people.groups_of(organization, account)[: GROUPS_SHOWN + 1])
    invitation = _invitation(member)
    context = {
        "crumbs": person_crumbs(account),
        "member": member,
        "state": state_of(member, record),
        "account": account,
        "record": record,
        "profile": profile_of(member, record),
        "invitation": invitation,
        "invited": [account.pk] if invitation else [],
        "changes": Permission.MANAGE_DIRECTORY in request.permissions,
        "waiting": people.waiting_record_of(organization, account),
        "groups": groups[:GROUPS_SHOWN],
        "more_groups": len(groups) > GROUPS_SHOWN,
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
        "places": held_by_person(organization, account),
        "access": person_access.access_of(member),
        "roles": administrators.rights_of(organization, [account.pk]),
        "trello": trello.has_account(member) and trello.enterprise_of(organization),
    }
    if Permission.SEE_LOGS in request.permissions:
        context["timeline"] = shown_timeline(request, of_person(member, record))
        context["export_url"] = reverse(
            "provisioning:user-timeline-export", args=[public_id]
        )
    return render_part(
        request, "provisioning/user_detail.html", context, fragment="history"
    )


def _invitation(member: Member) -> Invitation | None:
    """Return the invitation that a local person has not followed yet."""
    if member.directory_id is not None:
        return None
    return invitations.invitation_of(member.organization, member.account)


def find_member(request: ConsoleRequest, public_id: UUID) -> Member:
    """Return a person of the organization with account and directory, or 404."""
    members = request.organization.members.select_related("account", "directory")
    return get_object_or_404(members, account__public_id=public_id)


def person_crumbs(account: Account, *more: str) -> list[tuple[str, str]]:
    """Return the breadcrumbs of a person's page, or of the one below it."""
    own = reverse("provisioning:user-detail", args=[account.public_id])
    return [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Users"), reverse("provisioning:user-list")),
        (account.get_full_name(), own if more else ""),
        *((label, "") for label in more),
    ]

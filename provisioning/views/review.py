"""Records that wait for an admin's decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from directories.consumers import RefusedError
from directories.models import Account, GroupRecord, LinkState, UserRecord
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.opening import ClosedError
from directories.tasks import wake
from provisioning import tables
from provisioning.queries import review
from provisioning.services import group_conflicts, people
from provisioning.services.explanations import EXPLANATIONS, Explanation, Reason
from provisioning.views.listing import Listing, list_page, short

PEOPLE, GROUPS, LOOSE = "people", "groups", "not-linked"


@dataclass(frozen=True)
class Row:
    """A record that waits, why, and the account it would be linked to."""

    record: UserRecord | GroupRecord
    explanation: Explanation | None
    account: Account | None = None


@require_safe
@requires(Permission.SEE_DIRECTORY)
def review_list(request: ConsoleRequest) -> HttpResponse:
    """List who waits or is not linked, with the reason and what to do."""
    directory = tables.directory_of(request.GET)
    waiting = review.waiting(request.organization, directory)
    loose = review.loose_count(request.organization, directory)
    tab = request.GET.get("tab", "")
    if tab not in {PEOPLE, GROUPS, LOOSE}:
        tab = _first_tab(waiting, loose)
    listing = _listing(request, tab, directory)
    context = {
        "crumbs": _crumbs(),
        "nothing": not (waiting or loose),
        "users": short(waiting.users, review.COUNT_CAP),
        "groups": short(waiting.groups, review.COUNT_CAP),
        "loose": short(loose, review.COUNT_CAP),
        "tab": tab,
        "directory": directory,
        "listing": listing,
        "rows": _rows(request, listing.rows),
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
    }
    return render(request, "provisioning/review_list.html", context)


def _first_tab(waiting: review.Waiting, loose: int) -> str:
    if waiting.groups and not waiting.users:
        return GROUPS
    return LOOSE if loose and not waiting else PEOPLE


def _listing(
    request: ConsoleRequest, tab: str, directory: str
) -> Listing[UserRecord] | Listing[GroupRecord]:
    cut = tables.cut_of(request.GET, "id")
    if tab == GROUPS:
        groups = review.waiting_groups(request.organization, directory)
        return list_page(request, groups, cut)
    wanted = review.loose_users if tab == LOOSE else review.waiting_users
    users = wanted(request.organization, directory)
    return list_page(request, users, cut)


def _rows(
    request: ConsoleRequest, records: Sequence[UserRecord] | Sequence[GroupRecord]
) -> list[Row]:
    """Add to each record what explains it, and the account where one may link."""
    manages = Permission.MANAGE_PROVIDERS in request.permissions
    keys = {
        record.pk: record.email_key
        for record in records
        if manages and record.link_reason == Reason.ADMIN_ACCOUNT
        if isinstance(record, UserRecord)
    }
    accounts = review.accounts_for(keys.values())
    return [
        Row(
            record=record,
            explanation=EXPLANATIONS.get(record.link_reason),
            account=accounts.get(keys.get(record.pk, "")),
        )
        for record in records
    ]


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def record_link(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Link the admin account that a record was held back from."""
    records = UserRecord.objects.select_related("directory").filter(
        organization=request.organization
    )
    record = get_object_or_404(records, scim_id=scim_id)
    try:
        account = people.approve_link(record, by=request.actor, now=timezone.now())
    except (people.NotWaitingError, ClosedError):
        messages.info(request, _("That person no longer waits for a decision."))
    except people.OwnAccountError:
        text = _(
            "You are inactive in the identity provider: linking would deactivate "
            "your own account. Let another admin do it."
        )
        messages.error(request, text)
    except RefusedError as error:
        messages.error(request, error.advice)
    else:
        text = _("{name} is linked to {directory}.").format(
            name=account.get_full_name(), directory=record.directory.name
        )
        messages.success(request, text)
    return redirect("provisioning:review-list")


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def group_sync(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Say in numbers what syncing a held group changes; a POST does it."""
    records = GroupRecord.objects.select_related("directory").filter(
        organization=request.organization
    )
    record = get_object_or_404(records, scim_id=scim_id)
    if request.method == "POST":
        return _sync(request, record)
    group = review.local_group_of(record) if _waits(record) else None
    if group is None:
        messages.info(request, _("That group no longer waits for a decision."))
        return _back_to_groups()
    context = {
        "crumbs": [
            *_crumbs(reverse("provisioning:review-list")),
            (_("Sync group"), ""),
        ],
        "record": record,
        "group": group,
        "difference": review.difference(record, group),
    }
    return render(request, "provisioning/group_sync.html", context)


def _waits(record: GroupRecord) -> bool:
    held = record.link_state == LinkState.HELD
    return held and record.link_reason == Reason.LOCAL_NAME


def _sync(request: ConsoleRequest, record: GroupRecord) -> HttpResponse:
    try:
        _decided, job = group_conflicts.decide(
            record, group_conflicts.Decision.SYNC, by=request.actor, now=timezone.now()
        )
    except (group_conflicts.NotWaitingError, ClosedError):
        messages.info(request, _("That group no longer waits for a decision."))
    else:
        wake(job.pk)
        text = _("{name} is synced with {directory} from now on.").format(
            name=record.display_name, directory=record.directory.name
        )
        messages.success(request, text)
    return _back_to_groups()


def _back_to_groups() -> HttpResponse:
    answer = redirect("provisioning:review-list")
    answer["Location"] += f"?tab={GROUPS}"
    return answer


def _crumbs(own: str = "") -> list[tuple[str, str]]:
    return [(_("Admin"), "/"), (_("Directory"), ""), (_("Waiting for review"), own)]

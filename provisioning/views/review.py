"""Records that wait for an admin's decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from directories.consumers import RefusedError
from directories.models import Account, UserRecord
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.removals import stopped_in
from directories.services.opening import ClosedError
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.queries import review
from provisioning.reasons import EXPLANATIONS, Explanation, Reason
from provisioning.services.accounts import people
from provisioning.views.listing import Listing, list_page, short
from provisioning.views.name_conflicts.conflict_rows import group_page

PEOPLE, GROUPS, LOOSE = "people", "groups", "not-linked"


@dataclass(frozen=True)
class Row:
    """A record that waits, why, and the account it would be linked to."""

    record: UserRecord
    explanation: Explanation | None
    account: Account | None = None


@require_safe
@requires(Permission.SEE_DIRECTORY)
def review_list(request: ConsoleRequest) -> HttpResponse:
    """List who waits, with the reason and what to do; the others are a report."""
    directory = tables.directory_of(request.GET)
    tab = request.GET.get("tab", "")
    if tab == LOOSE:
        return _to_report(directory)
    waiting = review.waiting(request.organization, directory)
    loose = review.loose_count(request.organization, directory)
    if tab not in {PEOPLE, GROUPS}:
        tab = _first_tab(waiting)
    manages = Permission.MANAGE_PROVIDERS in request.permissions
    if tab == GROUPS:
        shown = group_page(request)
    else:
        listing = _listing(request, directory)
        shown = {"listing": listing, "rows": _rows(request, listing.rows)}
    context = {
        "crumbs": review_crumbs(),
        "nothing": not (waiting or loose),
        "users": short(waiting.users, review.COUNT_CAP),
        "groups": short(waiting.groups, review.COUNT_CAP),
        "loose": short(loose, review.COUNT_CAP),
        "tab": tab,
        "directory": directory,
        "manages": manages,
        "stopped": stopped_in(review.provider_directories(request.organization))
        if manages
        else (),
        **shown,
    }
    return render_part(
        request, "provisioning/review_list.html", context, fragment="rows"
    )


def _to_report(directory: str) -> HttpResponse:
    query = urlencode({"tab": LOOSE, "directory": directory})
    return redirect(f"{reverse('provisioning:report-list')}?{query}")


def _first_tab(waiting: review.Waiting) -> str:
    return GROUPS if waiting.groups and not waiting.users else PEOPLE


def _listing(request: ConsoleRequest, directory: str) -> Listing[UserRecord]:
    cut = tables.cut_of(request.GET, "id")
    users = review.waiting_users(request.organization, directory)
    return list_page(request, users, cut)


def _rows(request: ConsoleRequest, records: Sequence[UserRecord]) -> list[Row]:
    """Add to each record what explains it, and the account where one may link."""
    manages = Permission.MANAGE_PROVIDERS in request.permissions
    keys = {
        record.pk: record.email_key
        for record in records
        if manages and record.link_reason == Reason.ADMIN_ACCOUNT
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


def review_crumbs(own: str = "", *more: str) -> list[tuple[str, str]]:
    """Return the breadcrumbs of a page about what waits; `more` names those below."""
    return [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Waiting for review"), own),
        *((label, "") for label in more),
    ]

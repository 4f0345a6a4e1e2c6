"""One group that waits for a local one of its name: who changes, what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
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
from directories.models import GroupRecord, Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.services.opening import ClosedError
from directories.tasks import wake
from directories.views.rendering import render_part
from provisioning import tables
from provisioning.models import AppGrant, Group, GroupRole
from provisioning.queries.access.app_access import grants_of
from provisioning.queries.accounts.rights import rights_of
from provisioning.queries.name_conflicts import differences
from provisioning.queries.name_conflicts.conflicts import RENAME_WAITS, WAITING
from provisioning.queries.name_conflicts.differences import Change, Difference
from provisioning.services.admin_rights.rights import LastAdminError
from provisioning.services.name_conflicts import group_conflicts
from provisioning.services.name_conflicts.group_conflicts import Decision
from provisioning.services.name_conflicts.staying_local import (
    StaysLocalError,
    reason_of,
)
from provisioning.services.organization_groups.group_names import free_name
from provisioning.views.listing import list_page, turned_round
from provisioning.views.name_conflicts.conflict_rows import STAYS_LOCAL, site_names
from provisioning.views.review import GROUPS, review_crumbs

EXPORT_BATCH = 1_000


@dataclass(frozen=True)
class Conflict:
    """A record that waits, the local group of its name, and how they differ.

    `synced` is the record's own group where only its new name waits.
    """

    record: GroupRecord
    group: Group
    synced: Group | None
    rights: list[GroupRole]
    grants: list[AppGrant]
    difference: Difference

    @property
    def sites(self) -> str:
        """Return the names of the sites where the local group gives something."""
        return site_names(self.rights, self.grants)


@dataclass(frozen=True)
class Row:
    """A person and what happens to them."""

    member: Member
    change: Change


def find_record(request: ConsoleRequest, scim_id: UUID) -> GroupRecord:
    """Return a pushed group of the organization, or answer 404."""
    records = GroupRecord.objects.select_related("directory__organization").filter(
        organization=request.organization
    )
    return get_object_or_404(records, scim_id=scim_id)


def find_conflict(record: GroupRecord) -> Conflict | None:
    """Return what a record waits for, None when it waits no longer."""
    waits = record.link_reason in WAITING
    group = differences.local_groups_of([record]).get(record.pk) if waits else None
    if group is None:
        return None
    renames = record.link_reason == RENAME_WAITS
    return Conflict(
        record=record,
        group=group,
        synced=Group.objects.filter(record=record).first() if renames else None,
        rights=rights_of([group]).get(group.pk, []),
        grants=grants_of([group]).get(group.pk, []),
        difference=differences.difference(record, group),
    )


@require_safe
@requires(Permission.SEE_DIRECTORY)
def group_difference(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Show who joins, leaves and stays when a local group follows a pushed one."""
    record = find_record(request, scim_id)
    conflict = find_conflict(record)
    if conflict is None:
        return no_longer_waits(request)
    wanted = tables.difference_filter(request.GET)
    cut = tables.cut_of(request.GET, "name")
    total = conflict.difference.total
    people = differences.people(record, conflict.group, wanted, size=total)
    listing = list_page(request, people, cut, total=None if wanted else total)
    changes = differences.changes(record, conflict.group, listing.rows)
    context = {
        "crumbs": review_crumbs(
            reverse("provisioning:review-list"), record.display_name
        ),
        "conflict": conflict,
        "record": record,
        "wanted": wanted,
        "listing": listing,
        "rows": [Row(m, changes[m.account_id]) for m in listing.rows],
        "descending": cut.descending,
        "turned_url": turned_round(request, cut),
        "changes": Change.choices,
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
        "stays_local": STAYS_LOCAL.get(reason_of(conflict.group), ""),
    }
    return render_part(
        request, "provisioning/group_difference.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.SEE_DIRECTORY)
def group_difference_export(request: ConsoleRequest, scim_id: UUID) -> HttpResponseBase:
    """Answer with who joins, leaves and stays, as CSV."""
    record = find_record(request, scim_id)
    conflict = find_conflict(record)
    if conflict is None:
        return no_longer_waits(request)
    wanted = tables.difference_filter(request.POST)
    named = _("Differences of {name}").format(name=record.display_name)
    exports.note_export(
        organization=request.organization,
        target=Target("group", str(conflict.group.public_id), named),
        filters={"text": wanted.text, "change": wanted.change},
        by=request.actor,
        now=timezone.now(),
    )
    size = conflict.difference.total
    people = differences.people(record, conflict.group, wanted, size=size)
    rows = _lines(conflict, people.order_by("name", "pk").iterator(EXPORT_BATCH))
    return csv_response("group-differences", tables.DIFFERENCE_COLUMNS, rows)


def _lines(conflict: Conflict, people: Iterator[Member]) -> Iterator[list[object]]:
    batch: list[Member] = []
    for member in people:
        batch.append(member)
        if len(batch) == EXPORT_BATCH:
            yield from _told(conflict, batch)
            batch = []
    yield from _told(conflict, batch)


def _told(conflict: Conflict, batch: list[Member]) -> Iterator[list[object]]:
    changes = differences.changes(conflict.record, conflict.group, batch)
    for member in batch:
        yield [
            member.account.name,
            member.account.email,
            changes[member.account_id].label,
            member.account.public_id,
        ]


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def group_decide(request: ConsoleRequest, scim_id: UUID, decision: str) -> HttpResponse:
    """Say in numbers what a decision about a group changes; a POST carries it out."""
    record = find_record(request, scim_id)
    if request.method == "POST":
        return _decide(request, record, decision)
    conflict = find_conflict(record)
    if conflict is None:
        return no_longer_waits(request)
    if decision != Decision.KEEP_BOTH and (reason := reason_of(conflict.group)):
        return _stays_local(request, record, reason)
    context = {
        "crumbs": [
            *review_crumbs(reverse("provisioning:review-list")),
            (
                record.display_name,
                reverse("provisioning:group-difference", args=[scim_id]),
            ),
            (str(Decision(decision).label), ""),
        ],
        "decision": Decision(decision),
        "conflict": conflict,
        "record": record,
        "group": conflict.group,
        "difference": conflict.difference,
        "pushed": conflict.difference.joining + conflict.difference.staying,
        "local_name": free_name(conflict.group),
    }
    return render(request, "provisioning/group_decide.html", context)


def _decide(
    request: ConsoleRequest, record: GroupRecord, decision: str
) -> HttpResponse:
    try:
        decided, job = group_conflicts.decide(
            record, decision, by=request.actor, now=timezone.now()
        )
    except (group_conflicts.NotWaitingError, ClosedError):
        return no_longer_waits(request)
    except StaysLocalError as error:
        return _stays_local(request, record, error.reason)
    except LastAdminError:
        text = _(
            "Nothing was changed: the last organization admin would lose the right. "
            "Give somebody else the right first."
        )
        messages.error(request, text)
        return back_to_groups()
    wake(job.pk)
    text = _("{name} is synced with {directory} from now on.").format(
        name=decided.group.name, directory=record.directory.name
    )
    if decided.local_name:
        local = _("The local group is {name} now.").format(name=decided.local_name)
        text = f"{text} {local}"
    messages.success(request, text)
    return back_to_groups()


def _stays_local(
    request: ConsoleRequest, record: GroupRecord, reason: str
) -> HttpResponse:
    said = _("Nothing was changed: {reason}")
    messages.error(request, said.format(reason=STAYS_LOCAL[reason]))
    return redirect("provisioning:group-difference", scim_id=record.scim_id)


def no_longer_waits(request: ConsoleRequest) -> HttpResponse:
    """Say that a group was decided about, and lead back to the list."""
    messages.info(request, _("That group no longer waits for a decision."))
    return back_to_groups()


def back_to_groups() -> HttpResponse:
    """Lead back to the groups that wait."""
    answer = redirect("provisioning:review-list")
    answer["Location"] += f"?tab={GROUPS}"
    return answer

"""Removals that the mass-change guard holds: look, approve, discard, undo."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django_stubs_ext import StrPromise

from directories.events import Event
from directories.exports import csv_response
from directories.models import Directory, Job, Removal
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import removals as facts
from directories.services import exports
from directories.services.audit import Target
from directories.tasks import wake
from directories.views.rendering import Crumbs, provider_crumbs, render_part
from provisioning import tables
from provisioning.queries.removals import (
    RemovalFilter,
    all_rows,
    matching,
    rows_of,
)
from provisioning.queries.review import provider_directories
from provisioning.services.held_removals import removals
from provisioning.services.held_removals.removals import ALL, Chosen
from provisioning.views.listing import list_page

WAITING, DONE = "waiting", "carried-out"
COLUMNS = (
    gettext_lazy("What"),
    gettext_lazy("Person or group"),
    gettext_lazy("Group"),
    gettext_lazy("Memberships"),
    gettext_lazy("When"),
)
# More than a page of them are decided about all together.
MOST_CHOSEN = 500
# As many digits as every key of the database may have.
KEY_DIGITS = 18


@dataclass(frozen=True)
class Decision:
    """What an admin may do: its job, the button, and what is said when it is done."""

    name: str
    kind: str
    label: StrPromise
    started: StrPromise


DECISIONS = {
    each.name: each
    for each in (
        Decision(
            "approve",
            removals.APPROVE,
            gettext_lazy("Approve"),
            gettext_lazy("Approved. What waited is carried out in the background."),
        ),
        Decision(
            "discard",
            removals.DISCARD,
            gettext_lazy("Discard"),
            gettext_lazy("Discarded. Everything is put back in the background."),
        ),
        Decision(
            "undo",
            removals.UNDO,
            gettext_lazy("Undo"),
            gettext_lazy("What was taken away is put back in the background."),
        ),
    )
}


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def removal_list(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """List what waits for a decision, or what was carried out in the last day."""
    directory = _directory(request, directory_id)
    now = timezone.now()
    standing = facts.standing_of(directory, now)
    tab = request.GET.get("tab", "")
    if tab not in {WAITING, DONE}:
        tab = DONE if standing.undoable and not standing else WAITING
    wanted = _wanted(request.GET)
    listing = list_page(
        request,
        matching(_of_tab(directory, tab), wanted),
        tables.cut_of(request.GET, "id"),
    )
    context = {
        "crumbs": _crumbs(directory),
        "directory": directory,
        "standing": standing,
        "tab": tab,
        "wanted": wanted,
        "kinds": Removal.Kind.choices,
        "listing": listing,
        "rows": rows_of(request.organization, listing.rows),
        "decisions": [
            (Event(event.action).label, event)
            for event in facts.decisions_of(directory)
        ],
    }
    return render_part(
        request, "provisioning/removal_list.html", context, fragment="rows"
    )


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def removal_export(request: ConsoleRequest, directory_id: UUID) -> HttpResponseBase:
    """Answer with the removals that match, as CSV."""
    directory = _directory(request, directory_id)
    wanted = _wanted(request.POST)
    tab = DONE if request.POST.get("tab") == DONE else WAITING
    exports.note_export(
        organization=request.organization,
        target=Target("directory", str(directory.pk), directory.name),
        filters={"removals": tab, "text": wanted.text, "kind": wanted.kind},
        by=request.actor,
        now=timezone.now(),
    )
    found = matching(_of_tab(directory, tab), wanted)
    return csv_response("removals", COLUMNS, _cells(request, found))


def _cells(
    request: ConsoleRequest, found: QuerySet[Removal]
) -> Iterator[tuple[object, ...]]:
    for row in all_rows(request.organization, found):
        removal = row.removal
        yield (
            removal.get_kind_display(),
            removal.name,
            row.group_name,
            removal.size if removal.kind in facts.MEMBERSHIPS else "",
            removal.at.isoformat(),
        )


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def removal_decide(
    request: ConsoleRequest, directory_id: UUID, decision: str
) -> HttpResponse:
    """Say in numbers what a decision changes; a POST makes it."""
    directory = _directory(request, directory_id)
    if decision not in DECISIONS:
        raise Http404
    made = DECISIONS[decision]
    if request.method == "POST":
        return _decide(request, directory, made)
    chosen = _chosen(request.GET)
    found = _concerned(directory, made, chosen)
    numbers = facts.numbers_of(found)
    if not numbers and not (chosen.keys is None and directory.guard_stopped_at):
        messages.info(request, _("Nothing of this waits any more."))
        return _back(directory)
    context = {
        "crumbs": _crumbs(directory, str(made.label)),
        "directory": directory,
        "decision": made,
        "numbers": numbers,
        "chosen": chosen.keys or (),
        "admins": facts.admins_in(found, directory),
        "undoable": facts.numbers_of(facts.undoable_in(directory, timezone.now())),
    }
    return render(request, "provisioning/removal_decide.html", context)


def _decide(
    request: ConsoleRequest, directory: Directory, made: Decision
) -> HttpResponse:
    try:
        job = _call(request, directory, made, _chosen(request.POST))
    except removals.NothingWaitsError:
        messages.info(request, _("Nothing of this waits any more."))
    except removals.UnderWayError:
        text = _("An earlier decision is still carried out. Wait until it is done.")
        messages.error(request, text)
    else:
        wake(job.pk)
        messages.success(request, str(made.started))
    return _back(directory)


def _call(
    request: ConsoleRequest, directory: Directory, made: Decision, chosen: Chosen
) -> Job:
    now = timezone.now()
    if made.kind == removals.UNDO:
        return removals.undo(
            directory=directory, chosen=chosen, by=request.actor, now=now
        )
    return removals.decide(
        made.kind, directory=directory, chosen=chosen, by=request.actor, now=now
    )


def _concerned(
    directory: Directory, made: Decision, chosen: Chosen
) -> QuerySet[Removal]:
    tab = DONE if made.kind == removals.UNDO else WAITING
    found = _of_tab(directory, tab)
    return found if chosen.keys is None else found.filter(pk__in=chosen.keys)


def _chosen(query: QueryDict) -> Chosen:
    """Return what was chosen in the list; nothing there means all."""
    if "some" not in query and "chosen" not in query:
        return ALL
    texts = query.getlist("chosen")[:MOST_CHOSEN]
    return Chosen([int(t) for t in texts if t.isdecimal() and len(t) <= KEY_DIGITS])


def _of_tab(directory: Directory, tab: str) -> QuerySet[Removal]:
    if tab == DONE:
        return facts.undoable_in(directory, timezone.now())
    return facts.held_in(directory)


def _wanted(query: QueryDict) -> RemovalFilter:
    kind = query.get("kind", "")
    return RemovalFilter(
        text=tables.text_of(query),
        kind=kind if kind in Removal.Kind.values else "",
    )


def _directory(request: ConsoleRequest, directory_id: UUID) -> Directory:
    return get_object_or_404(
        provider_directories(request.organization), pk=directory_id
    )


def _url(directory: Directory) -> str:
    return reverse("provisioning:removal-list", args=[directory.pk])


def _back(directory: Directory) -> HttpResponse:
    return redirect(_url(directory))


def _crumbs(directory: Directory, *more: str) -> Crumbs:
    crumbs = provider_crumbs(directory, _("Removals"))
    if not more:
        return crumbs
    return [*crumbs[:-1], (_("Removals"), _url(directory)), (more[0], "")]

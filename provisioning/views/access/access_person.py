"""Why a person has access to apps, and why not: the page, and as CSV."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories.consumers import consumer_for
from directories.exports import csv_response
from directories.models import Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from provisioning.models import AppAccess
from provisioning.queries.access import access_why
from provisioning.queries.access.access_why import AppAnswer, Held, Way
from provisioning.queries.access.app_access import runs
from provisioning.queries.accounts import administrators, people
from provisioning.queries.accounts.account_state import state_of
from provisioning.queries.in_app.app_permissions import held_by_person
from provisioning.views.access.access_choice import access_crumbs, apps_of
from provisioning.views.accounts.user import find_member

COLUMNS = (
    gettext_lazy("Site"),
    gettext_lazy("App"),
    gettext_lazy("Role"),
    gettext_lazy("State"),
    gettext_lazy("Since"),
    gettext_lazy("Group"),
    gettext_lazy("Group type"),
    gettext_lazy("Group gives it since"),
    gettext_lazy("Given by"),
    gettext_lazy("In the group since"),
    gettext_lazy("Added by"),
)


@require_safe
@requires(Permission.SEE_DIRECTORY)
def access_person(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say of every app whether a person has access, and why."""
    member = find_member(request, public_id)
    standing = access_why.standing_of(member)
    record = standing.record
    consumer = consumer_for(record.directory) if record else None
    context = {
        "crumbs": access_crumbs(member.account.get_full_name()),
        "member": member,
        "account": member.account,
        "standing": standing,
        "state": state_of(member, record),
        "waiting": people.waiting_record_of(request.organization, member.account),
        "explanation": (
            consumer.explanation_of(record.link_reason)
            if consumer and record and record.link_reason
            else None
        ),
        "answers": _answers(request, member),
        "roles": administrators.rights_of(request.organization, [member.account_id]),
        "places": [
            place
            for place in held_by_person(request.organization, member.account)
            if any(runs(right, place.app) for right in request.rights)
        ],
        "logs": Permission.SEE_LOGS in request.permissions,
    }
    return render(request, "provisioning/access_person.html", context)


def _answers(request: ConsoleRequest, member: Member) -> list[AppAnswer]:
    """Return the answers for present apps, and for removed ones that would open."""
    found = access_why.answers(
        member,
        apps_of(request, removed=True),
        logs=Permission.SEE_LOGS in request.permissions,
    )
    return [each for each in found if each.app.removed_at is None or each.held]


@require_POST
@requires(Permission.SEE_DIRECTORY)
def access_person_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with every way by which a person gets into apps, as CSV."""
    member = find_member(request, public_id)
    exports.note_export(
        organization=request.organization,
        target=Target("account", str(public_id), member.account.email),
        filters={"list": "access"},
        by=request.actor,
        now=timezone.now(),
    )
    return csv_response("access", COLUMNS, _lines(_answers(request, member)))


def _lines(answers: list[AppAnswer]) -> Iterator[list[object]]:
    for answer in answers:
        place = [answer.app.site.name, answer.app.get_kind_display()]
        if not answer.held:
            yield [*place, "", _("No access"), *[""] * 7]
        for held in answer.held:
            about = [*place, held.label, state_label(answer, held), _moment(held.since)]
            for way in held.ways:
                yield [*about, *_told(way)]
            if not held.ways:
                yield [*about, *[""] * 6]


def state_label(answer: AppAnswer, held: Held) -> str:
    """Return in words whether somebody has a role now."""
    if answer.app.removed_at is not None:
        return _("App removed")
    return str(AppAccess.State(held.state).label) if held.state else _("No access")


def _told(way: Way) -> list[object]:
    return [
        way.group.name,
        way.group.get_kind_display(),
        _moment(way.grant.created_at),
        way.given.by if way.given else "",
        _moment(way.joined.at if way.joined else None),
        way.joined.by if way.joined else "",
    ]


def _moment(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""

"""What happened to a person, a group or a record: part of their pages, and exported."""

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from directories.consumers import consumer_for
from directories.exports import csv_response
from directories.findings import answer_of, sentence_of
from directories.models import (
    Directory,
    GroupRecord,
    Member,
    Organization,
    TroubleshootingEntry,
    UserRecord,
)
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from directories.views.rendering import Crumbs, render_part
from provisioning.models import Group
from provisioning.queries.accounts import people
from provisioning.queries.name_conflicts.conflicts import waiting_for
from provisioning.queries.timeline import (
    Item,
    Subject,
    Timeline,
    place_of,
    records_of,
    timeline_of,
    whole_timeline,
)
from provisioning.views.organization_groups.group import find_group

PROBLEMS = "problems"
COLUMNS = (
    gettext_lazy("Time"),
    gettext_lazy("What happened"),
    gettext_lazy("Details"),
    gettext_lazy("By"),
    gettext_lazy("What to do"),
    gettext_lazy("Times"),
    gettext_lazy("Request ID"),
)


def of_person(member: Member, record: UserRecord | None) -> Subject:
    """Return whom the timeline of a person is about."""
    account = member.account
    ids = {str(account.public_id), *records_of(member.organization_id, account)}
    names = {account.email}
    if record:
        ids.add(str(record.scim_id))
        names |= {record.user_name, record.email}
    return Subject(sorted(ids), sorted(names - {""}))


def of_group(group: Group, waiting: GroupRecord | None) -> Subject:
    """Return whom the timeline of a group is about.

    `waiting` is the pushed group that waits for it.
    """
    ids = [str(group.public_id)]
    ids += [str(each.scim_id) for each in (group.record, waiting) if each]
    return Subject(ids, [group.name])


def of_record(record: UserRecord | GroupRecord) -> Subject:
    """Return whom the timeline of a record is about."""
    if isinstance(record, UserRecord):
        names = {record.user_name, record.email}
        return Subject([str(record.scim_id)], sorted(names - {""}))
    return Subject([str(record.scim_id)], [record.display_name])


def shown_timeline(request: ConsoleRequest, subject: Subject) -> Timeline:
    """Return the page of a timeline that the address asks for."""
    return timeline_of(
        request.organization,
        subject,
        place_of(request.GET.get("before", "")),
        problems=request.GET.get("show") == PROBLEMS,
    )


@require_safe
@requires(Permission.SEE_LOGS)
def user_record(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Show a pushed person by the SCIM id; who has an account has a page already."""
    organization = request.organization
    records = UserRecord.objects.select_related("directory", "account")
    record = records.filter(organization=organization, scim_id=scim_id).first()
    if record and (page := consumer_for(record.directory).page_of(record)):
        return redirect(page)
    users = (_("Users"), reverse("provisioning:user-list"))
    return _render_record(request, scim_id, record, users)


@require_safe
@requires(Permission.SEE_LOGS)
def group_record(request: ConsoleRequest, scim_id: UUID) -> HttpResponse:
    """Show a pushed group by the SCIM id; a synced one has a page already."""
    organization = request.organization
    records = GroupRecord.objects.select_related("directory")
    record = records.filter(organization=organization, scim_id=scim_id).first()
    if record and (page := consumer_for(record.directory).page_of(record)):
        return redirect(page)
    groups = (_("Groups"), reverse("provisioning:group-list"))
    return _render_record(request, scim_id, record, groups)


def _render_record(
    request: ConsoleRequest,
    scim_id: UUID,
    record: UserRecord | GroupRecord | None,
    above: tuple[str, str],
) -> HttpResponse:
    subject = of_record(record) if record else Subject([str(scim_id)])
    name = name_of(request.organization, scim_id, record)
    crumbs: Crumbs = [(_("Admin"), "/"), (_("Directory"), ""), above, (name, "")]
    consumer = consumer_for(record.directory) if record else None
    context = {
        "crumbs": crumbs,
        "record": record,
        "name": name,
        "same": _with_address_of(request.organization, record),
        "manages": Permission.MANAGE_PROVIDERS in request.permissions,
        "explanation": (
            consumer.explanation_of(record.link_reason) if consumer and record else None
        ),
        "timeline": shown_timeline(request, subject),
        "export_url": reverse("provisioning:record-timeline-export", args=[scim_id]),
    }
    return render_part(
        request, "provisioning/record_detail.html", context, fragment="timeline"
    )


def _with_address_of(
    organization: Organization, record: UserRecord | GroupRecord | None
) -> Member | None:
    """Return who has the address of a pushed person, and is not linked to them."""
    if not isinstance(record, UserRecord) or not record.email_key:
        return None
    if record.directory.kind != Directory.Kind.ORGANIZATION:
        return None
    members = organization.members.select_related("account")
    return members.filter(account__email_key=record.email_key).first()


def name_of(
    organization: Organization,
    scim_id: UUID,
    record: UserRecord | GroupRecord | None,
) -> str:
    """Return the name of a record; of one that is gone as the logs knew it.

    Raises 404 where neither knows it.
    """
    if isinstance(record, UserRecord):
        return record.user_name
    if record is not None:
        return record.display_name
    known = organization.audit_events.filter(target_id=str(scim_id))
    if event := known.order_by("-pk").first():
        return event.target_name
    refused = TroubleshootingEntry.objects.filter(
        organization=organization, subject_id=str(scim_id)
    )
    entry = refused.order_by("-pk").first()
    if entry is None:
        raise Http404
    return entry.subject_name or str(scim_id)


@require_POST
@requires(Permission.SEE_LOGS)
def user_timeline_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with everything that happened to a person, as CSV."""
    organization = request.organization
    members = organization.members.select_related("account")
    member = get_object_or_404(members, account__public_id=public_id)
    subject = of_person(member, people.record_of(organization, member.account))
    named = Target("account", str(public_id), _named(member.account.get_full_name()))
    return export_timeline(request, subject, named)


@require_POST
@requires(Permission.SEE_LOGS)
def group_timeline_export(request: ConsoleRequest, public_id: UUID) -> HttpResponseBase:
    """Answer with everything that happened to a group, as CSV."""
    group = find_group(request, public_id)
    named = Target("group", str(public_id), _named(group.name))
    return export_timeline(request, of_group(group, waiting_for(group)), named)


@require_POST
@requires(Permission.SEE_LOGS)
def record_timeline_export(request: ConsoleRequest, scim_id: UUID) -> HttpResponseBase:
    """Answer with everything that happened to a record, as CSV."""
    wanted = {"organization": request.organization, "scim_id": scim_id}
    record = (
        UserRecord.objects.filter(**wanted).first()
        or GroupRecord.objects.filter(**wanted).first()
    )
    subject = of_record(record) if record else Subject([str(scim_id)])
    name = name_of(request.organization, scim_id, record)
    return export_timeline(
        request, subject, Target("record", str(scim_id), _named(name))
    )


def _named(name: str) -> str:
    return _("What happened to {name}").format(name=name)


def export_timeline(
    request: ConsoleRequest, subject: Subject, target: Target
) -> HttpResponseBase:
    """Answer with a whole timeline as CSV, and write to the log who took it."""
    problems = request.POST.get("show") == PROBLEMS
    exports.note_export(
        organization=request.organization,
        target=target,
        filters={"show": PROBLEMS if problems else ""},
        by=request.actor,
        now=timezone.now(),
    )
    items = whole_timeline(request.organization, subject, problems=problems)
    return csv_response("timeline", COLUMNS, map(_line, items))


def _line(item: Item) -> list[object]:
    at = item.at.isoformat()
    if entry := item.entry:
        asked = entry.request.get("request_id", "")
        said, answered = sentence_of(entry), answer_of(entry)
        return [at, said, answered, "", entry.advice, entry.times, asked]
    if item.told is None:
        return [at]
    told, event = item.told, item.told.event
    changes = "; ".join(f"{d.label}: {d.before} → {d.after}" for d in told.differences)
    details = "; ".join(text for text in (told.note, changes) if text)
    return [at, told.title, details, event.actor_name, "", 1, event.request_id]

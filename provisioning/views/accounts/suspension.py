"""Suspending people, and restoring their access: one person, or many of the list."""

from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrPromise

from directories.models import Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.tasks import wake
from provisioning import tables
from provisioning.queries.accounts import people, suspension
from provisioning.queries.accounts.choice_refusals import OTHERS
from provisioning.queries.accounts.people import Choice
from provisioning.services.suspension import suspension_runs
from provisioning.services.suspension.suspension_runs import Done
from provisioning.views.accounts.user import find_member, person_crumbs

NAMED = 5


@dataclass(frozen=True)
class Action:
    """What is done to people: the kind of its job, the button, and its page."""

    kind: str
    label: StrPromise
    template: str


SUSPEND = Action(
    suspension_runs.SUSPEND,
    gettext_lazy("Suspend access"),
    "provisioning/user_suspend.html",
)
RESTORE = Action(
    suspension_runs.RESTORE,
    gettext_lazy("Restore access"),
    "provisioning/user_restore.html",
)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def user_suspend(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say in numbers what a person loses; suspend them when confirmed."""
    return _one(request, public_id, SUSPEND)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def user_restore(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say in numbers what a person gets back; restore it when confirmed."""
    return _one(request, public_id, RESTORE)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def users_suspend(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what the chosen people lose; suspend them when confirmed."""
    return _many(request, SUSPEND)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def users_restore(request: ConsoleRequest) -> HttpResponse:
    """Say in numbers what the chosen people get back; restore it when confirmed."""
    return _many(request, RESTORE)


def _one(request: ConsoleRequest, public_id: UUID, action: Action) -> HttpResponse:
    member = find_member(request, public_id)
    own = reverse("provisioning:user-detail", args=[public_id])
    if request.method == "POST":
        done = suspension_runs.change_now(
            action.kind, request.organization, [member], by=request.actor
        )
        _say(request, action, done)
        return redirect(own)
    context = {
        "crumbs": person_crumbs(member.account, str(action.label)),
        "member": member,
        "effect": _effect(request, action, _only(request, member)),
        "back": own,
    }
    return render(request, action.template, context)


def _only(request: ConsoleRequest, member: Member) -> QuerySet[Member]:
    return request.organization.members.filter(pk=member.pk)


def _many(request: ConsoleRequest, action: Action) -> HttpResponse:
    organization = request.organization
    choice = tables.people_choice(request.POST)
    members = people.chosen(organization, choice)
    if request.POST.get("confirmed"):
        return _carry_out(request, action, choice)
    own = reverse("provisioning:user-list")
    context = {
        "crumbs": [
            (_("Admin"), "/"),
            (_("Directory"), ""),
            (_("Users"), own),
            (str(action.label), ""),
        ],
        "choice": choice,
        "filters": asdict(choice.wanted),
        "effect": _effect(request, action, members),
        "in_background": suspension_runs.AT_ONCE,
        "back": own,
    }
    return render(request, action.template, context)


def _effect(
    request: ConsoleRequest, action: Action, members: QuerySet[Member]
) -> suspension.Effect:
    if action is SUSPEND:
        return suspension.effect_of_suspending(request.organization, members)
    return suspension.effect_of_restoring(request.organization, members)


def _carry_out(request: ConsoleRequest, action: Action, choice: Choice) -> HttpResponse:
    members = people.chosen(request.organization, choice).order_by("pk")
    few = list(members[: suspension_runs.AT_ONCE + 1])
    if len(few) > suspension_runs.AT_ONCE:
        job = suspension_runs.queue_change(
            action.kind,
            request.organization,
            choice,
            by=request.actor,
            now=timezone.now(),
        )
        wake(job.pk)
        return redirect("provisioning:report-result", job.pk)
    done = suspension_runs.change_now(
        action.kind, request.organization, few, by=request.actor
    )
    _say(request, action, done)
    return redirect("provisioning:user-list")


def _say(request: ConsoleRequest, action: Action, done: Done) -> None:
    """Tell how many people were changed, and of each other one why not."""
    for member, word in done.refused[:NAMED]:
        reason, advice = OTHERS[word]
        text = _("{name} stays as before. {reason} {advice}")
        messages.error(
            request, text.format(name=member.name, reason=reason, advice=advice)
        )
    if len(done.refused) > NAMED:
        number = len(done.refused)
        text = ngettext(
            "{count} person stays as before.", "{count} people stay as before.", number
        )
        messages.error(request, text.format(count=number))
    if not done.changed:
        if not done.refused:
            messages.info(request, _("Nothing had to be changed."))
        return
    if action is SUSPEND:
        text = ngettext(
            "{count} person is suspended.",
            "{count} people are suspended.",
            done.changed,
        )
    else:
        text = ngettext(
            "The access of {count} person is restored.",
            "The access of {count} people is restored.",
            done.changed,
        )
    messages.success(request, text.format(count=done.changed))

"""Inviting people by e-mail, and what becomes of their invitations."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from kombu.exceptions import OperationalError

from directories.folding import fold
from directories.forms import posted
from directories.models import Member, RoleAssignment
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.admins import LastAdminError
from directories.views.rendering import Crumbs
from provisioning.invitation_forms import InviteForm
from provisioning.models import AppGrant, Group, Invitation
from provisioning.queries.access import app_access
from provisioning.queries.accounts import invitations, rights
from provisioning.queries.accounts.invitations import Choice
from provisioning.services.inviting import invitations as inviting
from provisioning.tasks import send_invitation
from provisioning.views.accounts.administrator import last_admin_words
from provisioning.views.accounts.invitation_words import refusal_of
from provisioning.views.accounts.user import find_member, person_crumbs
from provisioning.views.in_app.app_rights import may_hand_out
from provisioning.views.sites_and_apps.app import may_manage


@dataclass(frozen=True)
class Offer:
    """A role that people can be invited to; `problem` says why not, "" if they can."""

    choice: Choice
    problem: str
    chosen: bool


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def user_invite(request: ConsoleRequest) -> HttpResponse:
    """Invite people by e-mail, and show what came of each."""
    asked = request.POST.getlist("roles")
    offers = _offers(request, asked)
    keys = [offer.choice.key for offer in offers if not offer.problem]
    form = InviteForm(posted(request), roles=keys)
    if request.method == "POST" and form.is_valid():
        more, problems = _named_groups(request, form.cleaned_data["groups"])
        form.refuse_groups(problems)
        if not form.errors:
            return _invite(request, form, offers, more)
    context = {
        "crumbs": _crumbs(),
        "form": form,
        "offers": offers,
        "most": inviting.MOST_INVITED,
        "sets_defaults": Permission.MANAGE_ROLES in request.permissions,
    }
    return render(
        request,
        "provisioning/user_invite.html",
        context,
        status=422 if form.errors else 200,
    )


def _offers(request: ConsoleRequest, asked: Sequence[str]) -> list[Offer]:
    """Return the roles in the apps that the admin's rights are about."""
    choices = [
        choice
        for choice in invitations.choices_in(request.organization)
        if may_manage(request, choice.app)
    ]
    groups = {group.pk: group for choice in choices for group in choice.groups}
    problems = _problems(request, list(groups.values()))
    return [
        Offer(
            choice,
            _why_not(choice, problems),
            chosen=choice.key in asked,
        )
        for choice in choices
    ]


def _why_not(choice: Choice, problems: dict[int, str]) -> str:
    if not choice.groups:
        return _(
            "No default group. Organization admins choose one: Manage access, Update "
            "default group setting."
        )
    return next((problems[g.pk] for g in choice.groups if problems[g.pk]), "")


def _problems(request: ConsoleRequest, groups: Sequence[Group]) -> dict[int, str]:
    """Return why each group cannot be given to people, "" where it can."""
    # What a group gives again once a site is restored counts too.
    grants = app_access.grants_of(groups, removed=True)
    given = rights.rights_of(groups, removed=True)
    handed = may_hand_out(request, groups)
    return {
        group.pk: _problem(
            request, group, grants.get(group.pk, []), gives_right=group.pk in given
        )
        or ("" if group.pk in handed else _inside_words(group))
        for group in groups
    }


def _inside_words(group: Group) -> str:
    return _(
        "{group} also gives permissions inside of an app that you do not hand out. An "
        "organization admin can invite people to it."
    ).format(group=group.name)


def _problem(
    request: ConsoleRequest,
    group: Group,
    grants: Sequence[AppGrant],
    *,
    gives_right: bool,
) -> str:
    if group.kind in {Group.Kind.SYNCED, Group.Kind.ALL_MEMBERS}:
        return _(
            "{group} is synced: its identity provider alone says who is in it."
        ).format(group=group.name)
    if Permission.MANAGE_ROLES in request.permissions:
        return ""
    if gives_right:
        return _(
            "{group} also gives an admin right. An organization admin can invite "
            "people to it."
        ).format(group=group.name)
    others = [each.app for each in grants if not may_manage(request, each.app)]
    if others:
        return _(
            "{group} also opens {app} on {site}, which you do not administer. An "
            "organization admin can invite people to it."
        ).format(
            group=group.name,
            app=others[0].get_kind_display(),
            site=others[0].site.name,
        )
    return ""


def _named_groups(
    request: ConsoleRequest, names: Sequence[str]
) -> tuple[list[Group], dict[str, str]]:
    """Return the groups of these names, and why others cannot be chosen, by name."""
    keys = {fold(name): name for name in names}
    found = list(request.organization.groups.filter(name_key__in=list(keys)))
    reasons = _problems(request, found)
    problems = {g.name_key: reasons[g.pk] for g in found if reasons[g.pk]}
    for key in keys.keys() - {group.name_key for group in found}:
        problems[key] = _("There is no group “{name}”.").format(name=keys[key])
    return found, problems


def _invite(
    request: ConsoleRequest,
    form: InviteForm,
    offers: Sequence[Offer],
    more: Sequence[Group],
) -> HttpResponse:
    chosen = set(form.cleaned_data["roles"])
    groups = {group.pk: group for group in more}
    for offer in offers:
        if offer.choice.key in chosen:
            groups |= {group.pk: group for group in offer.choice.groups}
    plan = inviting.Plan(
        groups=sorted(groups),
        message=form.cleaned_data["message"].strip(),
        sends=form.cleaned_data["sends"],
    )
    results = list(
        inviting.invite_people(
            request.organization,
            form.cleaned_data["emails"],
            plan,
            by=request.actor,
            now=timezone.now(),
        )
    )
    made = [each.invitation for each in results if each.invitation]
    if plan.sends:
        _mail(request, made)
    context = {
        "crumbs": _crumbs(_("Result")),
        "invited": [each for each in results if each.invitation],
        "here": [each for each in results if each.here],
        "refused": [
            (each, refusal_of(each.refusal)) for each in results if each.refusal
        ],
        "groups": list(groups.values()),
        "sends": plan.sends,
    }
    return render(request, "provisioning/invitation_result.html", context)


def _mail(request: ConsoleRequest, made: Sequence[Invitation]) -> bool:
    """Have invitations mailed, and tell of those that cannot be for now."""
    for sent, invitation in enumerate(made):
        try:
            send_invitation.delay(invitation_id=invitation.pk)
        except OperationalError:
            inviting.note_unsent(made[sent:])
            text = ngettext(
                "{count} invitation was not mailed: background work cannot be "
                "reached. Use “Resend invitation” on the person's page later.",
                "{count} invitations were not mailed: background work cannot be "
                "reached. Use “Resend invitation” on each person's page later.",
                len(made) - sent,
            )
            messages.error(request, text.format(count=len(made) - sent))
            return False
    return True


@require_POST
@requires(Permission.MANAGE_DIRECTORY)
def invitation_resend(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Mail an invitation once more."""
    member = find_member(request, public_id)
    try:
        invitation = inviting.resend_invitation(
            member.account, request.organization, by=request.actor, now=timezone.now()
        )
    except inviting.FollowedError:
        messages.info(request, _followed())
    else:
        if _mail(request, [invitation]):
            text = _("The invitation is on its way to {email}.")
            messages.success(request, text.format(email=member.account.email))
    return redirect("provisioning:user-detail", public_id)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_DIRECTORY)
def invitation_revoke(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say what the end of an invitation means; revoke it when confirmed."""
    member = find_member(request, public_id)
    account = member.account
    invitation = invitations.invitation_of(request.organization, account)
    if invitation is None or member.directory is not None:
        messages.info(request, _followed())
        return redirect("provisioning:user-detail", public_id)
    groups = _groups(request, account.pk)
    problem = _why_not_revoke(request, member, groups)
    if request.method == "POST" and not problem:
        return _revoke(request, public_id)
    context = {
        "crumbs": person_crumbs(account, _("Revoke invitation")),
        "account": account,
        "invitation": invitation,
        "groups": len(groups),
        "problem": problem,
    }
    return render(request, "provisioning/invitation_revoke.html", context)


def _why_not_revoke(
    request: ConsoleRequest, member: Member, groups: Sequence[Group]
) -> str:
    """Return why the admin may not take a person out, "" where they may.

    What the person holds by others' decisions would be gone, a suspension too.
    """
    if Permission.MANAGE_ROLES in request.permissions:
        return ""
    if member.status == Member.Status.SUSPENDED:
        return _(
            "This person is suspended. An organization admin can revoke the invitation."
        )
    rights = RoleAssignment.objects.filter(
        organization=request.organization, account=member.account
    )
    if rights.exists():
        return _(
            "This person has an admin right. An organization admin can revoke the "
            "invitation."
        )
    return next(filter(None, _problems(request, groups).values()), "")


def _groups(request: ConsoleRequest, account: int) -> Sequence[Group]:
    found = request.organization.groups.filter(group_members__account=account)
    return list(found.order_by("name_key"))


def _revoke(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    account = find_member(request, public_id).account
    try:
        inviting.revoke_invitation(
            account, request.organization, by=request.actor, now=timezone.now()
        )
    except inviting.FollowedError:
        messages.info(request, _followed())
    except LastAdminError:
        messages.error(request, last_admin_words(account.get_full_name()))
    else:
        text = _("The invitation of {email} is revoked.")
        messages.success(request, text.format(email=account.email))
        return redirect("provisioning:user-list")
    return redirect("provisioning:user-detail", public_id)


def _followed() -> str:
    return _(
        "This invitation was followed or revoked already. Suspend or remove the person "
        "instead."
    )


def _crumbs(*more: str) -> Crumbs:
    own = reverse("provisioning:user-invite") if more else ""
    return [
        (_("Admin"), "/"),
        (_("Directory"), ""),
        (_("Users"), reverse("provisioning:user-list")),
        (_("Invite users"), own),
        *((label, "") for label in more),
    ]

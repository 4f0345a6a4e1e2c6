"""What admins do to the account of one person."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrPromise

from directories.forms import posted
from directories.models import Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.tasks import wake
from provisioning.person_forms import TypedAddressForm
from provisioning.services.access.seats import SeatsError
from provisioning.services.accounts import managed_accounts
from provisioning.services.accounts.external_people import (
    NotExternalError,
    StillPushedError,
    holdings_of,
    remove_person,
)
from provisioning.services.admin_rights import rights
from provisioning.views.accounts.user import find_member, person_crumbs
from provisioning.views.sites_and_apps.license_messages import (
    apps_of,
    refusal_words,
    telling,
)

REASONS: dict[type[Exception], StrPromise] = {
    managed_accounts.NotManagedError: gettext_lazy(
        "Your organization does not manage this account."
    ),
    managed_accounts.OwnAccountError: gettext_lazy(
        "You cannot do this to your own account. Ask another admin."
    ),
    managed_accounts.DeletionScheduledError: gettext_lazy(
        "The account is to be deleted. Cancel the deletion first."
    ),
    NotExternalError: gettext_lazy(
        "Only external people can be removed; deactivate a managed account."
    ),
    StillPushedError: gettext_lazy(
        "An identity provider pushes this person as active and would bring them "
        "back. Deactivate or unassign the person there first."
    ),
}
REFUSALS: tuple[type[Exception], ...] = (
    managed_accounts.OwnedError,
    rights.LastAdminError,
    SeatsError,
    *REASONS,
)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def account_deactivate(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Deactivate a managed account."""
    member = find_member(request, public_id)
    done = _try(
        request,
        lambda: managed_accounts.deactivate_account(
            member.account, request.organization, by=request.actor, now=timezone.now()
        ),
    )
    if done:
        _say(request, member, _("The account of {name} is deactivated."))
    return _back(member)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def account_reactivate(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Reactivate a managed account."""
    member = find_member(request, public_id)
    with telling(request, apps_of(request.organization, member.account)):
        done = _try(
            request,
            lambda: managed_accounts.reactivate_account(
                member.account,
                request.organization,
                by=request.actor,
                now=timezone.now(),
            ),
        )
    if done:
        _say(request, member, _("The account of {name} is active again."))
    return _back(member)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def account_delete(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say what the deletion of an account means; schedule it when confirmed."""
    member = find_member(request, public_id)
    account = member.account
    form = TypedAddressForm(posted(request), address=account.email)
    if request.method == "POST" and form.is_valid():
        return _schedule(request, member)
    context = {
        "crumbs": person_crumbs(account, _("Delete account")),
        "account": account,
        "form": form,
        "held": holdings_of(account, request.organization),
        "deletion_at": timezone.now() + managed_accounts.GRACE,
        "days": managed_accounts.GRACE.days,
    }
    return render(
        request,
        "provisioning/account_delete.html",
        context,
        status=422 if form.errors else 200,
    )


def _schedule(request: ConsoleRequest, member: Member) -> HttpResponse:
    done = _try(
        request,
        lambda: managed_accounts.schedule_deletion(
            member.account, request.organization, by=request.actor, now=timezone.now()
        ),
    )
    if done:
        day = date_format(timezone.now() + managed_accounts.GRACE, "DATE_FORMAT")
        text = _("The account of {name} is deactivated and will be deleted on {day}.")
        _say(request, member, text, day=day)
    return _back(member)


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def account_deletion_cancel(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Keep an account that was to be deleted."""
    member = find_member(request, public_id)

    def cancel() -> None:
        for job in managed_accounts.cancel_deletion(
            member.account, request.organization, by=request.actor, now=timezone.now()
        ):
            wake(job.pk)

    if _try(request, cancel):
        text = _(
            "The account of {name} will not be deleted. It is still deactivated: "
            "reactivate it to give the person access again."
        )
        _say(request, member, text)
    return _back(member)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def user_remove(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Say what an external person loses; take them out when confirmed."""
    member = find_member(request, public_id)
    account = member.account
    if request.method == "POST":
        return _remove(request, member)
    context = {
        "crumbs": person_crumbs(account, _("Remove user from site")),
        "account": account,
        "held": holdings_of(account, request.organization),
        "sites": request.organization.sites.count(),
    }
    return render(request, "provisioning/user_remove.html", context)


def _remove(request: ConsoleRequest, member: Member) -> HttpResponse:
    done = _try(
        request,
        lambda: remove_person(
            member.account, request.organization, by=request.actor, now=timezone.now()
        ),
    )
    if not done:
        return _back(member)
    _say(request, member, _("{name} is removed from the organization and its sites."))
    return redirect("provisioning:user-list")


def _try(request: ConsoleRequest, call: Callable[[], object]) -> bool:
    """Do it, or say why it cannot be done; return whether it was."""
    try:
        call()
    except REFUSALS as error:
        messages.error(request, _reason(error))
        return False
    return True


def _reason(error: Exception) -> str:
    """Say why something cannot be done to a person, and what to do instead."""
    match error:
        case managed_accounts.OwnedError():
            return _(
                "{directory} owns this account, so it decides. Change the person "
                "there, or unlink the account first."
            ).format(directory=error.record.directory.name)
        case rights.LastAdminError():
            return _(
                "This is the last active organization admin of {organization}. Make "
                "somebody else one first."
            ).format(organization=error.organization.name)
        case SeatsError():
            return refusal_words(error)
        case _:
            return str(REASONS[type(error)])


def _say(request: ConsoleRequest, member: Member, text: str, **values: str) -> None:
    name = member.account.get_full_name()
    messages.success(request, text.format(name=name, **values))


def _back(member: Member) -> HttpResponse:
    return redirect(
        reverse("provisioning:user-detail", args=[member.account.public_id])
    )

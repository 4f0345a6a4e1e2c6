"""Changes the details of a managed person whom no identity provider owns."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.models import Member
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services.accounts import PROFILE, EmailTakenError
from directories.tasks import wake
from provisioning.person_forms import PersonForm
from provisioning.queries.accounts import people
from provisioning.queries.accounts.account_state import state_of
from provisioning.services.accounts import managed_accounts, person_details
from provisioning.views.accounts.user import find_member, person_crumbs


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def user_edit(request: ConsoleRequest, public_id: UUID) -> HttpResponse:
    """Show the details of a person; save what is changed, where admins decide."""
    member = find_member(request, public_id)
    account = member.account
    record = people.record_of(request.organization, account)
    state = state_of(member, record)
    form = PersonForm(
        posted(request),
        initial={name: getattr(account, name) for name in ("email", *PROFILE)},
        locked=not state.editable,
    )
    if request.method == "POST" and form.is_valid() and _save(request, member, form):
        return redirect("provisioning:user-detail", public_id)
    domains = request.organization.domains.verified().order_by("name")
    context = {
        "crumbs": person_crumbs(account, _("Edit details")),
        "account": account,
        "state": state,
        "form": form,
        "domains": list(domains.values_list("name", flat=True)[:20]),
    }
    return render(
        request,
        "provisioning/user_edit.html",
        context,
        status=422 if form.errors else 200,
    )


def _save(request: ConsoleRequest, member: Member, form: PersonForm) -> bool:
    """Save the details, or mark in the form what stands against it."""
    values = dict(form.cleaned_data)
    try:
        jobs = person_details.change_details(
            member.account,
            request.organization,
            email=values.pop("email"),
            profile=values,
            by=request.actor,
            now=timezone.now(),
        )
    except person_details.DomainNotVerifiedError:
        text = _("Choose an address in one of your verified domains.")
        form.add_error("email", text)
    except EmailTakenError as error:
        text = _("The account of {name} has this address.")
        form.add_error("email", text.format(name=error.holder.get_full_name()))
    except managed_accounts.OwnedError as error:
        text = _("{directory} owns this account, so the details follow it.")
        form.add_error(None, text.format(directory=error.record.directory.name))
    except managed_accounts.NotManagedError:
        form.add_error(None, _("Your organization does not manage this account."))
    else:
        for job in jobs:
            wake(job.pk)
        messages.success(request, _("The details are saved."))
        return True
    return False

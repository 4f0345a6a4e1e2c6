"""What admins do to one portal-only customer; each asks first and says what follows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from portals import customer_consequences as consequences
from portals.customer_forms import (
    CustomerPasswordForm,
    FullNameForm,
    NewEmailForm,
)
from portals.customer_words import sentence
from portals.models import Customer
from portals.permissions import SiteRequest, SiteRight, requires_site
from portals.queries.customer import holdings_of
from portals.services.customer_accounts import (
    customer_notices,
    customers,
    inviting,
    migrating,
)
from portals.views.customer import customer_crumbs, find_customer, owner_url

GET_POST = ["GET", "POST"]


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_rename(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Edit the full name of a customer; of a synced one say who owns it."""
    customer = find_customer(request, public_id)
    form = FullNameForm(posted(request), initial={"name": customer.name})

    def save() -> None:
        name = form.cleaned_data["name"]
        customers.rename(customer, name=name, by=request.actor, now=timezone.now())

    if _asked(request, customer, form) and _try(form, save):
        messages.success(request, _("The full name was updated."))
        return _to(customer)
    page = {
        "title": _("Edit full name"),
        "submit": _("Update"),
        "consequences": [
            _("The name changes in every service project of the site."),
        ],
    }
    return _form_page(request, customer, form, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_email(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Give a customer another address, which is to be confirmed by a mail to it."""
    customer = find_customer(request, public_id)
    form = NewEmailForm(posted(request))

    def save() -> None:
        email = form.cleaned_data["email"]
        inviting.change_address(
            customer, email=email, by=request.actor, now=timezone.now()
        )

    if _asked(request, customer, form) and _try(form, save):
        text = _("The address was changed. A mail asks {email} to confirm it.")
        email = form.cleaned_data["email"]
        messages.success(request, text.format(email=email))
        return _to(customer)
    page = {
        "title": _("Change email"),
        "submit": _("Change email"),
        "consequences": [
            _(
                "{email} is the address now. The customer signs in with the new one "
                "from now on; password, requests, organizations, projects and history "
                "stay."
            ).format(email=customer.email),
            _(
                "Every session and every link in a mail to the customer ends. The new "
                "address gets a mail with a link to confirm it, the former one is told."
            ),
        ],
    }
    return _form_page(request, customer, form, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_password(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Set the password of a customer."""
    customer = find_customer(request, public_id)
    form = CustomerPasswordForm(posted(request), customer=customer)

    def save() -> None:
        password = form.cleaned_data["password"]
        customers.set_password(
            customer, password=password, by=request.actor, now=timezone.now()
        )

    if _asked(request, customer, form) and _try(form, save):
        messages.success(request, _("The password was saved."))
        return _to(customer)
    page = {
        "title": _("Change password"),
        "submit": _("Save password"),
        "consequences": [
            _(
                "Nobody is mailed: tell the customer the new password yourself, or let "
                "them choose one by “Send password link”."
            ),
            _("The customer is signed out everywhere."),
        ],
        "owner_may_stay": True,
    }
    return _form_page(request, customer, form, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_password_link(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Mail a customer the link to choose a password."""
    customer = find_customer(request, public_id)
    refused = ""
    if customer.kind != Customer.Kind.PORTAL_ONLY:
        refused = sentence("has_account")
    elif not customer.is_active:
        refused = _("Access is revoked, so no link would work. Grant access first.")
    if request.method == "POST" and not refused:
        customer_notices.mail_password_link(customer)
        text = _("The link is on its way to {email}.")
        messages.success(request, text.format(email=customer.email))
        return _to(customer)
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    page = {
        "title": _("Send password link"),
        "submit": _("Send link"),
        "consequences": consequences.of_password_link(customer, hours),
        "refused": refused,
    }
    return _confirm_page(request, customer, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_revoke(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say what the end of a customer's access means; revoke it when confirmed."""
    customer = find_customer(request, public_id)
    if request.method == "POST":
        return _do(request, customer, customers.revoke, _("Access was revoked."))
    page = {
        "title": _("Revoke access"),
        "submit": _("Revoke access"),
        "danger": True,
        "consequences": consequences.of_revoking(customer),
        "refused": "" if customer.is_active else sentence("already_revoked"),
    }
    return _confirm_page(request, customer, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_grant(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say what a customer gets back; grant access when confirmed."""
    customer = find_customer(request, public_id)
    if request.method == "POST":
        return _do(request, customer, customers.grant, _("Access was granted."))
    page = {
        "title": _("Grant access"),
        "submit": _("Grant access"),
        "consequences": consequences.of_granting(customer),
        "refused": sentence("already_granted") if customer.is_active else "",
    }
    return _confirm_page(request, customer, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_migrate(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say what an Atlassian account changes for a customer; migrate when confirmed."""
    customer = find_customer(request, public_id)
    if request.method == "POST":
        text = _("The customer signs in with an Atlassian account from now on.")
        return _do(request, customer, migrating.migrate, text)
    prospect = migrating.prospect_of(customer)
    held = holdings_of(customer)
    page = {
        "title": _("Migrate to Atlassian account"),
        "submit": _("Migrate"),
        "consequences": consequences.of_migrating(customer, prospect, held),
        "refused": sentence(prospect.refused or ""),
    }
    return _confirm_page(request, customer, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_unlink(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say what it means to follow no provider; part from it when confirmed."""
    customer = find_customer(request, public_id)
    if request.method == "POST" and customer.record_id is not None:
        return _do(request, customer, customers.unlink, _("The customer is local now."))
    page = {
        "title": _("Unlink from identity provider"),
        "submit": _("Unlink"),
        "consequences": consequences.of_unlinking(customer),
        "refused": "" if customer.record_id else sentence("not_linked"),
    }
    return _confirm_page(request, customer, page)


@require_http_methods(GET_POST)
@requires_site(SiteRight.CUSTOMERS)
def customer_delete(request: SiteRequest, public_id: UUID) -> HttpResponse:
    """Say what is lost with a customer; delete them when confirmed."""
    customer = find_customer(request, public_id)
    if request.method == "POST":
        done = _do(
            request, customer, customers.delete_customer, _("The customer was deleted.")
        )
        gone = not Customer.objects.filter(pk=customer.pk).exists()
        return redirect("portals:customer-list", customer.site_id) if gone else done
    page = {
        "title": _("Delete customer"),
        "submit": _("Delete"),
        "danger": True,
        "consequences": consequences.of_deleting(customer, holdings_of(customer)),
        "instead": customer.is_active,
    }
    return _confirm_page(request, customer, page)


def _do(
    request: SiteRequest,
    customer: Customer,
    service: Callable[..., object],
    done: str,
) -> HttpResponse:
    """Do it and say so, or say why it cannot be done."""
    try:
        service(customer, by=request.actor, now=timezone.now())
    except customers.GoneError:
        messages.error(request, sentence("gone"))
        return redirect("portals:customer-list", customer.site_id)
    except customers.NotLinkedError:
        messages.error(request, sentence("not_linked"))
    except migrating.CannotMigrateError as error:
        messages.error(request, sentence(error.reason))
    else:
        messages.success(request, done)
    return _to(customer)


def _asked(request: SiteRequest, customer: Customer, form: forms.Form) -> bool:
    """Say whether a form was sent that can be saved."""
    own = customer.kind == Customer.Kind.PORTAL_ONLY
    return request.method == "POST" and own and form.is_valid()


def _try(form: forms.Form, save: Callable[[], None]) -> bool:
    """Save what a form says, or say in the form why it cannot be; tell if it was."""
    try:
        save()
    except customers.OwnedError as error:
        text = _("{owner} owns this customer, so it decides. Change the person there.")
        form.add_error(None, text.format(owner=error.owner.name))
    except customers.EmailTakenError as error:
        form.add_error("email", _taken(error.holder))
    except customers.GoneError:
        form.add_error(None, sentence("gone"))
    else:
        return True
    return False


def _taken(holder: Customer | None) -> str:
    name = holder.get_full_name() if holder else ""
    text = _(
        "This is the address of another customer of the site: {name}. Delete one of "
        "the two, or choose another address."
    )
    return text.format(name=name)


def _form_page(
    request: SiteRequest, customer: Customer, form: forms.Form, page: dict[str, Any]
) -> HttpResponse:
    owner = customer.directory if customer.record_id else None
    locked = owner is not None and not page.pop("owner_may_stay", False)
    if customer.kind != Customer.Kind.PORTAL_ONLY:
        page["refused"] = sentence("has_account")
    context = {
        "crumbs": customer_crumbs(request, customer, (page["title"], "")),
        "customer": customer,
        "form": form,
        "owner": owner if locked else None,
        "owner_url": owner_url(request, owner),
        **page,
    }
    return render(
        request,
        "portals/customer_form.html",
        context,
        status=422 if form.errors else 200,
    )


def _confirm_page(
    request: SiteRequest, customer: Customer, page: dict[str, Any]
) -> HttpResponse:
    context = {
        "crumbs": customer_crumbs(request, customer, (page["title"], "")),
        "customer": customer,
        **page,
    }
    return render(request, "portals/customer_confirm.html", context)


def _to(customer: Customer) -> HttpResponse:
    return redirect("portals:customer-detail", customer.site_id, customer.public_id)

"""What customers do about themselves: sign up, choose a password, their profile."""

from functools import partial
from uuid import UUID

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_ip_address
from axes.utils import reset as forget_failures
from django.contrib import messages
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.views.sign_in import lockout_text
from portals import customer_sessions
from portals.help_center import (
    DeskRequest,
    ask_to_log_in,
    at_help_center,
    desk_at,
    for_customers,
    for_visitors,
)
from portals.help_center_forms import (
    AddressForm,
    NewCustomerPasswordForm,
    OwnNameForm,
    OwnPasswordForm,
    SignUpForm,
)
from portals.models import Customer
from portals.queries.help_centers import customer_of, has_accounts
from portals.queries.settings import Refusal, may_exist
from portals.services.customer_accounts import (
    customer_doors,
    customer_passwords,
    customers,
    mail_pace,
)
from portals.services.customer_accounts.customer_visits import themselves
from portals.views.customer_sign_in import (
    begin,
    count_failure,
    counted_name,
    queue_password_link,
)

UNPROCESSABLE, GONE, FORBIDDEN = 422, 410, 403


def _show(
    request: HttpRequest, page: str, context: dict[str, object], status: int = 200
) -> HttpResponse:
    form = context.get("form")
    if getattr(form, "errors", None):
        status = UNPROCESSABLE
    return render(request, f"portals/help_center/{page}.html", context, status=status)


@require_http_methods(["GET", "POST"])
@at_help_center
def password_forgotten(request: DeskRequest) -> HttpResponse:
    """Send a link to choose a password; the answer is the same for every address."""
    desk = request.desk
    initial = {"email": request.GET.get("email", "")}
    form = AddressForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        queue_password_link(desk.site, form.cleaned_data["email"], forgotten=True)
        return _show(request, "mail_sent", {"desk": desk, "kind": "password"})
    return _show(request, "password_forgotten", {"desk": desk, "form": form})


@require_http_methods(["GET", "POST"])
@at_help_center
def sign_up(request: DeskRequest) -> HttpResponse:
    """Send a link by which somebody becomes a customer, where the site allows it.

    What is refused goes by the domain of the address alone.
    """
    desk = request.desk
    if not (desk.settings.sign_up and desk.settings.external_accounts):
        return _show(request, "sign_up_closed", {"desk": desk}, FORBIDDEN)
    form = SignUpForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email, name = form.cleaned_data["email"], form.cleaned_data["name"]
        refusal = may_exist(desk.site, email)
        if refusal == Refusal.INTERNAL or has_accounts(desk.site, email):
            return _show(request, "sign_up_account", {"desk": desk, "email": email})
        if refusal is not None:
            form.add_error("email", _domain_refused())
        elif mail_pace.is_too_many(get_client_ip_address(request) or ""):
            form.add_error("email", _too_many())
        else:
            _queue_sign_up(request, email, name)
            return _show(request, "mail_sent", {"desk": desk, "kind": "sign_up"})
    return _show(request, "sign_up", {"desk": desk, "form": form})


def _domain_refused() -> str:
    return _(
        "Email doesn't belong to domains allowed in customer access settings. Use the "
        "address of your company, or ask the people who gave you this page."
    )


def _too_many() -> str:
    return _(
        "Too many people have just signed up from where you are, so no mail was sent. "
        "Try again in an hour."
    )


def _queue_sign_up(request: DeskRequest, email: str, name: str) -> None:
    site = request.desk.site
    if mail_pace.may_mail(site, email, "sign-up"):
        customer_doors.send_sign_up_link.delay(
            site_id=str(site.pk),
            email=email,
            name=name,
            language=get_language() or "en",
        )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def sign_up_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever proves an address choose a password, and make them a customer."""
    try:
        newcomer = customer_doors.newcomer_of(token)
        desk = desk_at(request, newcomer.site)
        form = NewCustomerPasswordForm(posted(request))
        if request.method == "POST" and form.is_valid():
            customer = customer_doors.sign_up(
                newcomer,
                password=form.cleaned_data["new_password"],
                now=timezone.now(),
            )
            begin(request, customer)
            return redirect("portals:portal-list")
    except customer_doors.ClosedError:
        return _show(request, "link_expired", {"kind": "sign_up"}, GONE)
    return _show(
        request,
        "password_set",
        {"desk": desk, "form": form, "email": newcomer.email, "new": True},
    )


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password_set(request: HttpRequest, public_id: UUID, token: str) -> HttpResponse:
    """Let the bearer of a link in a mail choose a password."""
    try:
        customer = customer_passwords.customer_of_password_link(
            public_id=public_id, token=token
        )
        form = NewCustomerPasswordForm(posted(request))
        if request.method == "POST" and form.is_valid():
            customer_doors.choose_password(
                customer,
                token=token,
                password=form.cleaned_data["new_password"],
                now=timezone.now(),
            )
            forget_failures(username=counted_name(customer.site, customer.email))
            messages.success(request, _("Your password is set. Log in with it."))
            return redirect(desk_at(request, customer.site).url("customer-sign-in"))
    except (customer_passwords.InvalidLinkError, customers.GoneError):
        return _show(request, "link_expired", {"kind": "password"}, GONE)
    desk = desk_at(request, customer.site)
    context = {"desk": desk, "form": form, "email": customer.email}
    return _show(request, "password_set", context)


@never_cache
@require_http_methods(["GET", "POST"])
def address_confirm(request: HttpRequest, public_id: UUID, token: str) -> HttpResponse:
    """Let the bearer of a link in a mail confirm an address, by a button."""
    try:
        customer = customer_passwords.customer_of_address_link(
            public_id=public_id, token=token
        )
    except customer_passwords.InvalidLinkError:
        return _show(request, "link_expired", {"kind": "address"}, GONE)
    desk = desk_at(request, customer.site)
    if request.method == "POST":
        try:
            customer_doors.confirm_address(customer, token=token, now=timezone.now())
        except (customer_passwords.InvalidLinkError, customers.GoneError):
            return _show(request, "link_expired", {"kind": "address"}, GONE)
        messages.success(request, _("Your email address is confirmed."))
        return redirect(desk.url("customer-sign-in"))
    return _show(request, "address_confirm", {"desk": desk, "email": customer.email})


@require_http_methods(["GET", "POST"])
@for_visitors
def profile(request: DeskRequest) -> HttpResponse:
    """Show the visitor's own profile; a name that nobody else owns may be changed."""
    desk = request.desk
    own = desk.customer
    editable = own is not None and own.record_id is None
    form = OwnNameForm(posted(request), initial={"name": own.name if own else ""})
    if request.method == "POST" and own is not None and editable and form.is_valid():
        name, now = form.cleaned_data["name"], timezone.now()
        try:
            customers.rename(own, name=name, by=themselves(own), now=now)
        except customers.OwnedError:
            messages.error(request, _("Your company's identity provider owns it now."))
        except customers.GoneError:
            return ask_to_log_in(request, desk)
        else:
            messages.success(request, _("Your name is changed."))
        return redirect(desk.url("customer-profile"))
    context: dict[str, object] = {
        "desk": desk,
        "form": form,
        "editable": editable,
        "customer": customer_of(desk.visitor, desk.site),
    }
    return _show(request, "profile", context)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@for_customers
def password_change(request: DeskRequest) -> HttpResponse:
    """Change one's own password; other sessions of the customer end."""
    desk = request.desk
    own = desk.visitor.customer
    assert own is not None  # noqa: S101 - for_customers lets nobody else in
    form = OwnPasswordForm(posted(request), refusal=partial(_refusal, request, own))
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, own, form.cleaned_data["new_password"])
        except customers.GoneError:
            return ask_to_log_in(request, desk)
        messages.success(request, _("Your password is changed."))
        return redirect(desk.url("customer-profile"))
    return _show(request, "password_change", {"desk": desk, "form": form})


def _refusal(request: DeskRequest, own: Customer, password: str) -> str:
    """Return why a present password is not taken, "" if it is the customer's.

    Wrong ones count like those at the sign-in: an open browser is no place to guess.
    """
    counted = {"username": counted_name(own.site, own.email)}
    allowed = AxesProxyHandler.is_allowed(request, counted)
    if allowed and check_password(password, own.password):
        return ""
    if count_failure(request, own.email, counted):
        return lockout_text(request)
    return _("This is not your current password.")


def _change(request: DeskRequest, own: Customer, password: str) -> None:
    now = timezone.now()
    changed = customers.set_password(
        own, password=password, by=themselves(own), now=now
    )
    forget_failures(username=counted_name(own.site, own.email))
    customer_sessions.sign_in(request, changed, now)

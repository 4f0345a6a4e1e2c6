"""How customers come in: address first, then the password; and how they leave."""

from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_failure_limit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from directories.folding import fold
from directories.forms import posted
from directories.models import Site
from directories.views.sign_in import lockout_text
from portals import customer_sessions
from portals.help_center import DeskRequest, at_help_center, desk_at, target_of
from portals.help_center_forms import AddressForm, PasswordForm
from portals.models import Customer
from portals.queries.help_centers import has_accounts
from portals.services.customer_accounts import (
    customer_doors,
    customer_visits,
    mail_pace,
)

UNPROCESSABLE, TOO_MANY, FORBIDDEN = 422, 429, 403


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@at_help_center
def customer_sign_in(request: DeskRequest) -> HttpResponse:
    """Ask for the address, then for the password, and let in.

    The step after the address is the same for everybody of a mail domain.
    """
    desk = request.desk
    if desk.customer is not None:
        return redirect(target_of(request, desk))
    if "password" in request.POST:
        return _with_password(request)
    form = AddressForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        queue_password_link(desk.site, email, forgotten=False)
        return _page(request, PasswordForm(initial={"email": email}), email=email)
    return _page(request, form, status=UNPROCESSABLE if form.errors else 200)


def queue_password_link(site: Site, email: str, *, forgotten: bool) -> None:
    """Have a worker look whether an address gets a link; once in a while."""
    if mail_pace.may_mail(site, email, "forgotten" if forgotten else "first"):
        customer_doors.send_password_link.delay(
            site_id=str(site.pk), email=email, forgotten=forgotten
        )


def _page(
    request: DeskRequest,
    form: AddressForm | PasswordForm,
    *,
    email: str = "",
    status: int = 200,
) -> HttpResponse:
    desk = request.desk
    target = target_of(request, desk)
    context = {
        "desk": desk,
        "form": form,
        "email": email,
        "next": "" if target == desk.home else target,
        "target": target,
        "account_first": bool(email) and has_accounts(desk.site, email),
        "ended": "ended" in request.GET,
    }
    template = "portals/help_center/sign_in.html"
    return render(request, template, context, status=status)


def _with_password(request: DeskRequest) -> HttpResponse:
    desk = request.desk
    form = PasswordForm(request.POST)
    email = str(form.data.get("email", ""))
    if not form.is_valid():
        if form.has_error("email"):
            return _page(request, AddressForm(request.POST), status=UNPROCESSABLE)
        return _page(request, form, email=email, status=UNPROCESSABLE)
    counted = {"username": counted_name(desk.site, email)}
    password = form.cleaned_data["password"]
    customer = None
    if AxesProxyHandler.is_allowed(request, counted):
        customer = customer_doors.who_knows(desk.site, email=email, password=password)
    else:
        request.axes_locked_out = True  # type: ignore[attr-defined]  # as axes does
    if customer is None:
        return _refused(request, form, counted)
    AxesProxyHandler.reset_attempts(
        username=counted["username"],
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]  # set by axes
    )
    return _let_in(request, customer)


def counted_name(site: Site, email: str) -> str:
    """Return under which name failed attempts at an address are counted."""
    return f"customer:{site.pk}:{fold(email)}"


def _refused(
    request: DeskRequest, form: PasswordForm, counted: dict[str, str]
) -> HttpResponse:
    email = form.cleaned_data["email"]
    if not count_failure(request, email, counted):
        form.add_error(None, _("The email or the password is not right."))
        return _page(request, form, email=email, status=UNPROCESSABLE)
    form.add_error(None, lockout_text(request))
    return _page(request, form, email=email, status=TOO_MANY)


def count_failure(request: DeskRequest, email: str, counted: dict[str, str]) -> bool:
    """Count a wrong password; say whether the address is locked now."""
    AxesProxyHandler.user_login_failed(customer_sign_in, counted, request)
    locked = getattr(request, "axes_locked_out", False)
    # Told in the page; with the mark set, a bare text would replace it.
    vars(request)["axes_locked_out"] = None
    if locked:
        _note_lock(request, email, counted)
    return bool(locked)


def _note_lock(request: DeskRequest, email: str, counted: dict[str, str]) -> None:
    # Attempts go on to be counted while the lock lasts: the first one tells.
    failures = getattr(request, "axes_failures_since_start", 0)
    if failures == get_failure_limit(request, counted):
        customer_visits.note_lock(
            site=request.desk.site,
            email=email,
            address=getattr(request, "axes_ip_address", ""),
            now=timezone.now(),
        )


def _let_in(request: DeskRequest, customer: Customer) -> HttpResponse:
    desk = request.desk
    if not customer.is_active:
        context = {"desk": desk, "customer": customer}
        template = "portals/help_center/access_revoked.html"
        return render(request, template, context, status=FORBIDDEN)
    begin(request, customer)
    return redirect(target_of(request, desk_at(request, desk.site)))


def begin(request: HttpRequest, customer: Customer) -> None:
    """Begin the session of a customer and write that it began."""
    now = timezone.now()
    customer_sessions.sign_in(request, customer, now)
    customer_visits.note_sign_in(customer, now)


@require_POST
@at_help_center
def customer_sign_out(request: DeskRequest) -> HttpResponse:
    """End the customer session; the console's goes on."""
    site = request.desk.site
    customer_sessions.sign_out(request)
    return redirect(desk_at(request, site).url("customer-sign-in"))


@require_POST
@at_help_center
def continue_as_account(request: DeskRequest) -> HttpResponse:
    """Go on as the account that is signed in to the console."""
    site = request.desk.site
    customer_sessions.sign_out(request)
    return redirect(desk_at(request, site).home)

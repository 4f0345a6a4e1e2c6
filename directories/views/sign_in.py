"""Sign-in and sign-out."""

from axes.helpers import get_cool_off, get_failure_limit
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from directories.forms import SignInForm, posted
from directories.models import Account
from directories.services import sessions

HOME = "/"
LOCKED_OUT = "locked_out"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in and go on to the page they asked for."""
    target = _target(request)
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(posted(request))
    status = 200
    if request.method == "POST":
        account = _authenticated(request, form)
        if account is not None:
            login(request, account)
            sessions.note_sign_in(account=account, now=timezone.now())
            return redirect(target)
        status = 429 if form.has_error(NON_FIELD_ERRORS, LOCKED_OUT) else 422
    context = {"form": form, "next": "" if target == HOME else target}
    return render(request, "directories/sign_in.html", context, status=status)


def _authenticated(request: HttpRequest, form: SignInForm) -> Account | None:
    if not form.is_valid():
        return None
    account = authenticate(
        request,
        username=form.cleaned_data["email"],
        password=form.cleaned_data["password"],
    )
    if isinstance(account, Account):
        return account
    if is_locked_out(request, form.cleaned_data["email"]):
        form.add_error(None, ValidationError(lockout_text(request), code=LOCKED_OUT))
    else:
        form.add_error(None, _("The email or the password is not right."))
    return None


def is_locked_out(request: HttpRequest, email: str) -> bool:
    """Say whether a wrong password was one too many; the page is to tell it."""
    if not getattr(request, "axes_locked_out", False):
        return False
    _note_lock(request, email)
    # With the mark set, a bare text would replace the page.
    request.axes_locked_out = None  # type: ignore[attr-defined]  # set by axes
    return True


def _note_lock(request: HttpRequest, email: str) -> None:
    # Attempts go on to be counted while the lock lasts: the first one tells.
    failures = getattr(request, "axes_failures_since_start", 0)
    if failures == get_failure_limit(request, {"username": email}):
        address = getattr(request, "axes_ip_address", "")
        sessions.note_lock(email=email, address=address, now=timezone.now())


def lockout_text(request: HttpRequest) -> str:
    """Return why nobody is let in for a while, whatever they type."""
    pause = get_cool_off(request)
    minutes = int(pause.total_seconds() // 60) if pause else 0
    return ngettext(
        "There were too many failed attempts. Wait %(minutes)d minute without"
        " another attempt, or choose a new password.",
        "There were too many failed attempts. Wait %(minutes)d minutes without"
        " another attempt, or choose a new password.",
        minutes,
    ) % {"minutes": minutes}


def _target(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next") or HOME
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if safe else HOME


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("directories:sign-in")

"""Passwords: change one's own, or choose a new one by a link in a mail."""

from functools import partial
from typing import cast

from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from directories.folding import fold
from directories.forms import EmailForm, NewPasswordForm, PasswordChangeForm, posted
from directories.models import Account
from directories.services import passwords
from directories.tasks import send_password_reset
from directories.views.sign_in import is_locked_out, lockout_text

# Nobody's mailbox is filled by pressing the button again.
MAIL_EVERY_S = 60


@sensitive_post_parameters()
@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions of the account end."""
    account = cast("Account", request.user)
    refusal = partial(_refusal, request, account.email)
    form = PasswordChangeForm(posted(request), account=account, refusal=refusal)
    if request.method == "POST" and form.is_valid():
        passwords.change_password(
            account=account,
            password=form.cleaned_data["new_password"],
            now=timezone.now(),
        )
        update_session_auth_hash(request, account)
        messages.success(request, _("Your password is changed."))
        return redirect("/")
    return render(
        request,
        "directories/password_change.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


def _refusal(request: HttpRequest, email: str, password: str) -> str:
    """Return why a present password is not taken, "" if it is right.

    Wrong ones count like those at the sign-in: an open browser is no place to guess.
    """
    if authenticate(request, username=email, password=password) is not None:
        return ""
    if is_locked_out(request, email):
        return lockout_text(request)
    return _("This is not your current password.")


@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Send a reset link; the answer is the same for every address."""
    form = EmailForm(posted(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if cache.add(f"password-reset:{fold(email)!r}", 1, MAIL_EVERY_S):
            send_password_reset.delay(email=email, language=get_language() or "en")
        return redirect("directories:password-reset-sent")
    return render(
        request,
        "directories/password_reset.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_safe
def password_reset_sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way, if the address has an account."""
    return render(request, "directories/password_reset_sent.html")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password_reset_confirm(
    request: HttpRequest, uidb64: str, token: str
) -> HttpResponse:
    """Let the bearer of a reset link choose a password."""
    try:
        account = passwords.account_of_link(uidb64=uidb64, token=token)
    except passwords.InvalidLinkError:
        return render(request, "directories/password_reset_expired.html", status=410)
    form = NewPasswordForm(posted(request), account=account)
    if request.method == "POST" and form.is_valid():
        passwords.change_password(
            account=account,
            password=form.cleaned_data["new_password"],
            now=timezone.now(),
        )
        return redirect("directories:password-reset-done")
    return render(
        request,
        "directories/password_reset_confirm.html",
        {"form": form, "account": account},
        status=422 if form.errors else 200,
    )


@require_safe
def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Say that the new password is set."""
    return render(request, "directories/password_reset_done.html")

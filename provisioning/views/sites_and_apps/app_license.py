"""What is done about the licenses of an app: its user limit, and who is in line."""

from collections.abc import Iterator
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from directories.exports import csv_response
from directories.permissions import ConsoleRequest, Permission, requires
from directories.services import exports
from directories.services.audit import Target
from provisioning import app_tables, tables
from provisioning.app_forms import AppLimitForm
from provisioning.limit_consequences import Plan, plan_of, written
from provisioning.models import App, AppAccess
from provisioning.queries.access import app_users
from provisioning.queries.access.licenses import licenses
from provisioning.queries.organization_groups import groups
from provisioning.services.access import limits
from provisioning.services.access.line import Tried
from provisioning.services.sites_and_apps import app_limits
from provisioning.services.sites_and_apps.license_watch import named
from provisioning.views.sites_and_apps.app import app_crumbs, find_app, managed_app

State = AppAccess.State


@require_POST
@requires(Permission.MANAGE_PROVIDERS)
def app_limit(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Say what another user limit changes; when that is confirmed, save it."""
    app = find_app(request, site_id, kind)
    use = licenses(app)
    form = AppLimitForm(request.POST)
    plan: Plan | None = None
    if form.is_valid():
        limit, at_limit = form.cleaned_data["user_limit"], form.cleaned_data["at_limit"]
        plan = plan_of(use, limit, at_limit)
        if not plan:
            messages.info(request, _("Nothing was changed."))
            return _back(app)
        if "confirmed" in request.POST:
            return _save(request, app, limit, at_limit)
    context = {
        "crumbs": app_crumbs(app, _("Change user limit")),
        "app": app,
        "use": use,
        "form": form,
        "plan": plan,
    }
    status = 422 if form.errors else 200
    return render(request, "provisioning/app_limit.html", context, status=status)


def _save(
    request: ConsoleRequest, app: App, limit: int | None, at_limit: str
) -> HttpResponse:
    try:
        count = limits.change_limit(
            app,
            limit=limit,
            at_limit=at_limit,
            by=request.actor,
            now=timezone.now(),
            lets_refused_in="try_again" in request.POST,
        )
    except limits.GoneError:
        return _gone(request, app)
    messages.success(request, _("User limit saved. It counts from now on."))
    if count:
        _say_all(request, app, count)
    return _back(app)


@require_POST
@requires(Permission.MANAGE_ACCESS)
def app_try_again(request: ConsoleRequest, site_id: UUID, kind: str) -> HttpResponse:
    """Look again at people who were refused a license: the chosen ones, or all."""
    app = managed_app(request, site_id, kind)
    if "everything" in request.POST:
        try:
            count = limits.try_again(app, by=request.actor, now=timezone.now())
        except limits.GoneError:
            return _gone(request, app)
        _say_all(request, app, count)
        return _back(app, line=State.REFUSED)
    chosen = tables.chosen_ids(request.POST, "account")
    accounts = groups.accounts_among(request.organization, chosen)
    if not accounts:
        messages.info(request, _("Choose at least one person first, or all."))
        return _back(app, line=State.REFUSED)
    result = app_limits.try_again(app, accounts, by=request.actor, now=timezone.now())
    _say(request, result)
    return _back(app, line=State.REFUSED)


def _say_all(request: ConsoleRequest, app: App, count: int) -> None:
    """Say how many got in at once; many more are let in by a job."""
    if not count:
        messages.warning(request, _none_free(app))
        return
    text = ngettext(
        "{number} person has access now.", "{number} people have access now.", count
    )
    words = text.format(number=written(count))
    if count >= settings.ACCESS_IN_REQUEST:
        words += " " + _("More get it in the background, as far as licenses go.")
    messages.success(request, words)


def _none_free(app: App) -> str:
    if app.at_limit == App.AtLimit.QUEUE:
        return _("No license is free: all of them are waiting for one now.")
    return _(
        "No license is free: everybody stays refused. Raise the user limit, or let "
        "somebody go, then try again."
    )


def _say(request: ConsoleRequest, result: Tried) -> None:
    """Say what became of those who were looked at again."""
    if result.active:
        text = ngettext(
            "{number} person has access now.",
            "{number} people have access now.",
            result.active,
        )
        messages.success(request, text.format(number=written(result.active)))
    if result.waiting:
        text = ngettext(
            "{number} person waits for a license now: none is free.",
            "{number} people wait for a license now: no more are free.",
            result.waiting,
        )
        messages.warning(request, text.format(number=written(result.waiting)))
    if result.refused:
        text = ngettext(
            "{number} person stays refused: no license is free. Raise the user limit, "
            "or let somebody go, then try again.",
            "{number} people stay refused: no more licenses are free. Raise the user "
            "limit, or let somebody go, then try again.",
            result.refused,
        )
        messages.warning(request, text.format(number=written(result.refused)))
    if not (result.active or result.waiting or result.refused):
        messages.info(request, _("None of them is refused any more."))


@require_POST
@requires(Permission.SEE_SITES)
def app_line_export(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponseBase:
    """Answer with those who wait for a license, or were refused, as CSV."""
    app = find_app(request, site_id, kind)
    state = app_tables.line_state(request.POST, waiting=0, refused=0)
    exports.note_export(
        organization=request.organization,
        target=Target("app", str(app.pk), named(app)),
        filters={"state": state},
        by=request.actor,
        now=timezone.now(),
    )
    rows = app_users.line_of(app, state).order_by("since", "pk")
    lines = _lines(app, rows.iterator(app_users.EXPORT_BATCH))
    return csv_response(f"{app.kind}-{state}", app_tables.LINE_COLUMNS, lines)


def _lines(app: App, accesses: Iterator[AppAccess]) -> Iterator[list[object]]:
    before = 0
    while batch := list(islice(accesses, app_users.EXPORT_BATCH)):
        for person in app_users.in_line(app, batch, before):
            account, directory = person.member.account, person.member.directory
            yield [
                person.place,
                account.name,
                account.email,
                app_tables.STATES[person.access.state],
                person.access.since.isoformat(),
                "; ".join(group.name for group in person.ways.groups),
                directory.name if directory else _("Local"),
                account.public_id,
            ]
        before += len(batch)


def _gone(request: ConsoleRequest, app: App) -> HttpResponse:
    messages.error(request, _("That app was removed meanwhile."))
    return redirect("provisioning:site-detail", app.site_id)


def _back(app: App, *, line: str = "") -> HttpResponse:
    own = reverse("provisioning:app-access", args=[app.site_id, app.kind])
    more = f"&line={line}" if line else ""
    return redirect(f"{own}?tab={app_tables.LICENSES}{more}")

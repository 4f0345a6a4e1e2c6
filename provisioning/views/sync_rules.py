"""Who of a directory is synced: the rule, the names chosen, a look at a change."""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from directories.models import Directory
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries import directory_settings
from directories.services.directories import RECONCILE
from directories.tasks import wake
from directories.views.directory import find_directory
from directories.views.rendering import provider_crumbs
from provisioning import tables
from provisioning.forms import CustomerSyncRulesForm, SyncRulesForm
from provisioning.models import DryRun, SyncChoice
from provisioning.queries import sync_rules as facts
from provisioning.services.directory_scope import scope_rules
from provisioning.services.directory_scope.scope_rules import Plan
from provisioning.services.forecast import dry_runs

GROUP, USER = SyncChoice.Subject.GROUP, SyncChoice.Subject.USER
SAMPLES = ("atlassian-test-jira-users", "atlassian-test-confluence-users")
CUSTOMER_SAMPLES = ("test-customers",)
Scope = Directory.Scope


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def sync_rules(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show who is synced; a POST changes the draft, or looks at what it changes."""
    directory = find_directory(request, directory_id)
    present = scope_rules.plan_of(directory)
    make = _form_of(directory)
    plan, form, found = present, make(initial=_initial(present)), []
    preview: facts.Preview | None = None
    if request.method == "POST":
        form = make(request.POST)
        if form.is_valid():
            plan = _changed(form.plan(), request.POST, _samples(directory))
            asked = request.POST.get("action")
            if asked == "check" and not _is_looked_at_here(directory, present, plan):
                return _check(request, directory, present, plan)
            if asked == "apply" and request.POST.get("seen") == _mark(plan):
                return _save(request, directory, plan)
            if asked in {"check", "apply"}:
                preview = _preview(directory, plan)
            found = facts.pushed(directory, tables.text_of(request.POST))
            form = make(initial=_initial(plan))
    context = _context(directory, present, plan, form) | {
        "found": found,
        "text": tables.text_of(request.POST),
        "preview": preview,
        "seen": _mark(plan) if preview else "",
    }
    return render(
        request,
        "provisioning/sync_rules.html",
        context,
        status=422 if form.errors else 200,
    )


def _form_of(directory: Directory) -> type[SyncRulesForm]:
    customers = directory.kind == Directory.Kind.CUSTOMERS
    return CustomerSyncRulesForm if customers else SyncRulesForm


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def sync_rule_search(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Offer what was pushed already under a name, for the page of the rules."""
    directory = find_directory(request, directory_id)
    text = tables.text_of(request.GET)
    context = {"found": facts.pushed(directory, text), "text": text}
    return render(request, "provisioning/sync_rules/found.html", context)


@require_safe
@requires(Permission.MANAGE_PROVIDERS)
def sync_rule_numbers(request: ConsoleRequest, directory_id: UUID) -> HttpResponse:
    """Show how many the rule carries and leaves out, for the directory's page."""
    directory = find_directory(request, directory_id)
    context = {"directory": directory, "standing": facts.standing(directory)}
    return render(request, "provisioning/sync_rules/numbers.html", context)


def _check(
    request: ConsoleRequest, directory: Directory, present: Plan, plan: Plan
) -> HttpResponse:
    """Have what the plan changes worked out; it is applied on that page."""
    if plan == present:
        messages.info(request, _("Nothing was changed."))
        return redirect("provisioning:sync-rules", directory.pk)
    if directory.state != Directory.State.ACTIVE:
        return _save(request, directory, plan)
    dry_run = dry_runs.request_dry_run(
        directory=directory,
        kind=DryRun.Kind.SCOPE,
        plan=plan,
        by=request.actor,
        now=timezone.now(),
    )
    if dry_run.job_id is not None:
        wake(dry_run.job_id)
    return redirect("provisioning:dry-run-detail", directory.pk, dry_run.pk)


def _is_looked_at_here(directory: Directory, present: Plan, plan: Plan) -> bool:
    """Say whether this page tells what a plan changes: customers have no dry runs."""
    customers = directory.kind == Directory.Kind.CUSTOMERS
    return customers and directory.state == Directory.State.ACTIVE and plan != present


def _preview(directory: Directory, plan: Plan) -> facts.Preview:
    rule = plan.rule
    if rule.everybody:
        return facts.preview_of_all(directory)
    return facts.preview(directory, groups=rule.groups, users=rule.users)


def _mark(plan: Plan) -> str:
    """Return what says that a plan is the one whose numbers were shown."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:16]


def _save(request: ConsoleRequest, directory: Directory, plan: Plan) -> HttpResponse:
    """Take the plan over whose effect was shown, or where nothing was pushed yet."""
    job = scope_rules.change_rule(
        directory=directory, plan=plan, by=request.actor, now=timezone.now()
    )
    if job is not None:
        wake(job.pk)
    messages.success(request, _("Sync rules saved."))
    return redirect("provisioning:sync-rules", directory.pk)


def _initial(plan: Plan) -> dict[str, Any]:
    return {
        "scope": plan.scope,
        "groups": "\n".join(plan.groups),
        "users": "\n".join(plan.users),
    }


def _samples(directory: Directory) -> tuple[str, ...]:
    customers = directory.kind == Directory.Kind.CUSTOMERS
    return CUSTOMER_SAMPLES if customers else SAMPLES


def _changed(plan: Plan, posted: QueryDict, samples: tuple[str, ...]) -> Plan:
    """Return the draft after the button that was pressed."""
    if posted.get("live"):
        return Plan(Scope.ALL, plan.groups, plan.users)
    groups, users = list(plan.groups), list(plan.users)
    if posted.get("samples"):
        groups += samples
    for name, wanted in (("add", True), ("remove", False)):
        subject, colon, chosen = posted.get(name, "").partition(":")
        names = groups if subject == GROUP else users
        if colon and wanted:
            names.append(chosen)
        elif chosen in names:
            names.remove(chosen)
    return Plan(plan.scope, scope_rules.names_of(groups), scope_rules.names_of(users))


def _context(
    directory: Directory, present: Plan, plan: Plan, form: forms.Form
) -> dict[str, Any]:
    return {
        "crumbs": provider_crumbs(directory, _("Sync rules")),
        "directory": directory,
        "present": present,
        "plan": plan,
        "form": form,
        "changed": plan != present,
        "groups": facts.chosen_groups(directory, plan.groups),
        "users": facts.chosen_users(directory, plan.users),
        "more": max(0, len(plan.groups) - facts.SHOWN),
        "standing": facts.standing(directory),
        "job": directory_settings.work_under_way(directory, kind=RECONCILE),
        "samples": _samples(directory),
    }

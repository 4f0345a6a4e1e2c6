"""Project settings: rules that add synced organizations by themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from directories.forms import posted
from directories.tasks import wake
from directories.views.rendering import render_part
from portals.models import AttachRule
from portals.permissions import ProjectRequest, ProjectRight, requires_project
from portals.project_forms import RuleForm
from portals.queries import attach_rules as queries
from portals.services.service_projects import attach_rules, attach_runs
from portals.services.service_projects.attach_runs import Done
from portals.views.project_frame import frame, project_url


@require_safe
@requires_project(ProjectRight.ADMINISTER)
def attach_rule_list(request: ProjectRequest) -> HttpResponse:
    """List the rules of a project with their numbers."""
    context = {
        **_frame(request),
        "tab": "settings",
        "section": "rules",
        "rules": queries.rules_of(request.project),
    }
    return render(request, "portals/attach_rule_list.html", context)


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def attach_rule_add(request: ProjectRequest) -> HttpResponse:
    """Show what a rule would do; a POST makes it, and applies it if that is asked."""
    asked = request.GET if request.GET.get("match") else None
    form = RuleForm(posted(request) or asked)
    valid = form.is_bound and form.is_valid()
    if request.method == "POST" and valid and (rule := _made(request, form)):
        if request.POST.get("apply"):
            return _applied(request, rule)
        messages.success(
            request,
            _("The rule counts for organizations that are synced from now on."),
        )
        return _back(request)
    preview = None
    if valid:
        said = (form.cleaned_data["match"], form.cleaned_data["text"])
        preview = queries.preview(request.project, *said)
    context = {
        **_frame(request, _("Add attach rule")),
        "form": form,
        "preview": preview,
    }
    wrong = request.method == "POST"
    response = render_part(
        request, "portals/attach_rule_add.html", context, fragment="preview"
    )
    response.status_code = 422 if wrong else 200
    return response


def _made(request: ProjectRequest, form: RuleForm) -> AttachRule | None:
    try:
        return attach_rules.add_rule(
            request.project,
            form.cleaned_data["match"],
            form.cleaned_data["text"],
            by=request.actor,
            now=timezone.now(),
        )
    except attach_rules.RuleExistsError:
        form.add_error(None, _("The project has this rule already."))
        return None


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def attach_rule_apply(request: ProjectRequest, rule_id: UUID) -> HttpResponse:
    """Say which organizations a rule would add now; a POST adds them."""
    rule = _find(request, rule_id)
    if request.method == "POST":
        return _applied(request, rule)
    context = {
        **_frame(request, _("Apply to existing organizations")),
        "rule": rule,
        "preview": queries.preview_of(rule),
    }
    return render(request, "portals/attach_rule_apply.html", context)


def _applied(request: ProjectRequest, rule: AttachRule) -> HttpResponse:
    done = attach_runs.apply_rule(rule, by=request.actor, now=timezone.now())
    text = ngettext(
        "The rule added {count} organization.",
        "The rule added {count} organizations.",
        done.count,
    )
    return _told(request, done, text)


@require_http_methods(["GET", "POST"])
@requires_project(ProjectRight.ADMINISTER)
def attach_rule_remove(request: ProjectRequest, rule_id: UUID) -> HttpResponse:
    """Ask what becomes of the organizations of a rule; a POST deletes it."""
    rule = _find(request, rule_id)
    if request.method == "POST":
        if request.POST.get("attached") == "remove":
            done = attach_runs.end_rule(rule, by=request.actor, now=timezone.now())
            text = ngettext(
                "The rule is deleted, and {count} organization is removed.",
                "The rule is deleted, and {count} organizations are removed.",
                done.count,
            )
            return _told(request, done, text)
        attach_rules.forget_rule(rule, by=request.actor, now=timezone.now())
        text = _("The rule is deleted. What it added stays in the project.")
        messages.success(request, text)
        return _back(request)
    context = {
        **_frame(request, _("Delete attach rule")),
        "rule": rule,
        "attached": queries.attached_count(rule),
    }
    return render(request, "portals/attach_rule_remove.html", context)


def _find(request: ProjectRequest, rule_id: UUID) -> AttachRule:
    rule = get_object_or_404(request.project.attach_rules, pk=rule_id)
    rule.project = request.project
    return rule


def _told(request: ProjectRequest, done: Done, text: str) -> HttpResponse:
    if done.job is not None:
        wake(done.job.pk)
        return redirect(project_url(request.project, "project-job", done.job.pk))
    messages.success(request, text.format(count=done.count))
    return _back(request)


def _frame(request: ProjectRequest, *below: str) -> dict[str, object]:
    rules = project_url(request.project, "attach-rule-list") if below else ""
    return frame(
        request,
        (_("Project settings"), ""),
        (_("Attach rules"), rules),
        *((label, "") for label in below),
    )


def _back(request: ProjectRequest) -> HttpResponse:
    return redirect(project_url(request.project, "attach-rule-list"))

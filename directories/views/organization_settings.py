"""How an organization treats its people and groups."""

from dataclasses import asdict

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from directories.forms import posted
from directories.permissions import ConsoleRequest, Permission, requires
from directories.queries.organization_rules import concerned
from directories.rule_forms import OrganizationForm
from directories.services.organization_settings import (
    Rules,
    change_rules,
    rules_of,
)


@require_http_methods(["GET", "POST"])
@requires(Permission.MANAGE_PROVIDERS)
def organization_settings(request: ConsoleRequest) -> HttpResponse:
    """Show the rules of the organization; save what is chosen."""
    organization = request.organization
    present = {
        name: {True: "yes", False: "no"}.get(value, value)
        for name, value in asdict(rules_of(organization)).items()
    }
    form = OrganizationForm(posted(request), initial=present)
    if request.method == "POST" and form.is_valid():
        return _save(request, form)
    context = {
        "crumbs": [(_("Admin"), "/"), (_("Settings"), ""), (_("Organization"), "")],
        "form": form,
        "concerned": concerned(organization),
    }
    return render(
        request,
        "directories/organization_settings.html",
        context,
        status=422 if form.errors else 200,
    )


def _save(request: ConsoleRequest, form: OrganizationForm) -> HttpResponse:
    said = form.cleaned_data
    rules = Rules(
        restores_memberships=said["restores_memberships"] == "yes",
        removes_external=said["removes_external"] == "yes",
        grace_days=said["grace_days"],
    )
    changed = change_rules(
        request.organization, rules, by=request.actor, now=timezone.now()
    )
    text = _("The settings are saved.") if changed else _("Nothing was changed.")
    messages.success(request, text)
    return redirect("directories:organization-settings")

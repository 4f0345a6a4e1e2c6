"""Does somebody hold a permission inside of an app, and why (not)."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from directories.models import Account
from directories.permissions import ConsoleRequest, Permission, requires
from provisioning import tables
from provisioning.app_permissions import GLOBAL, IN_SPACE
from provisioning.models import App, Space
from provisioning.queries.accounts.people import MemberFilter, members_of
from provisioning.queries.in_app.permission_reasons import Reason, why_permission
from provisioning.views.in_app.app_permission import permission_crumbs
from provisioning.views.in_app.app_rights import permission_app

MATCHES = 10


@require_safe
@requires(Permission.MANAGE_APP_PERMISSIONS)
def app_permission_check(
    request: ConsoleRequest, site_id: UUID, kind: str
) -> HttpResponse:
    """Answer whether a person holds a permission, with the reasons in words."""
    app = permission_app(request, site_id, kind)
    text = tables.text_of(request.GET)
    choices = [(each.key, str(each.label)) for each in GLOBAL[app.kind]]
    if app.kind == App.Kind.CONFLUENCE:
        choices += [
            (each.key, _("In a space: {label}").format(label=each.label))
            for each in IN_SPACE
        ]
    asked = request.GET.get("permission", "")
    permission = asked if asked in dict(choices) else choices[0][0]
    space_key = request.GET.get("space", "").strip().upper()[:255]
    person = _person(request)
    found = members_of(request.organization, MemberFilter(text=text))
    needs_space = permission in {each.key for each in IN_SPACE}
    space = _space(app, space_key) if needs_space else None
    reason: Reason | None = None
    if person and (space or not needs_space):
        reason = why_permission(person, app, permission, space)
    context = {
        "crumbs": permission_crumbs(app, _("Check a person")),
        "app": app,
        "text": text,
        "choices": choices,
        "permission": permission,
        "label": dict(choices)[permission],
        "has_spaces": app.kind == App.Kind.CONFLUENCE,
        "space_key": space_key,
        "space": space,
        "no_space": needs_space and space is None,
        "person": person,
        "reason": reason,
        "matches": found.order_by("name", "pk")[:MATCHES] if text else [],
    }
    return render(request, "provisioning/app_permission_check.html", context)


def _person(request: ConsoleRequest) -> Account | None:
    try:
        asked = UUID(request.GET.get("person", ""))
    except ValueError:
        return None
    return Account.objects.filter(
        public_id=asked, memberships__organization=request.organization
    ).first()


def _space(app: App, key: str) -> Space | None:
    return app.spaces.filter(key=key.replace("\0", "")).first()

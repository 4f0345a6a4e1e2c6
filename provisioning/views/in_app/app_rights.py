"""What an admin may do inside of an app, and with groups that make somebody of it."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from directories.permissions import ConsoleRequest
from provisioning.app_permissions import GLOBAL
from provisioning.models import App, DeletedGroup, Group, Space
from provisioning.queries.in_app.app_permissions import apps_given_by
from provisioning.views.sites_and_apps.app import find_app, may_manage, sets_permissions


def permission_app(request: ConsoleRequest, site_id: UUID, kind: str) -> App:
    """Return an app inside of which the admin sets permissions; 404, or 403."""
    app = find_app(request, site_id, kind)
    if app.kind not in GLOBAL:
        raise Http404
    if not sets_permissions(request, app):
        raise PermissionDenied(
            _(
                "Permissions inside of %(app)s are set by organization admins, by site "
                "admins of %(site)s and by app admins of %(app)s there."
            )
            % {"app": app.get_kind_display(), "site": app.site.name}
        )
    return app


def find_space(
    request: ConsoleRequest, site_id: UUID, kind: str, space_id: int
) -> Space:
    """Return a space of an app inside of which the admin sets permissions."""
    app = spaces_app(request, site_id, kind)
    spaces = Space.objects.select_related("app__site__organization")
    return get_object_or_404(spaces, app=app, pk=space_id)


def spaces_app(request: ConsoleRequest, site_id: UUID, kind: str) -> App:
    """Return an app with spaces, which only Confluence has; 404, or 403."""
    if kind != App.Kind.CONFLUENCE:
        raise Http404
    return permission_app(request, site_id, kind)


def may_hand_out(
    request: ConsoleRequest, groups: Sequence[Group | DeletedGroup]
) -> set[int]:
    """Return the groups whose permissions inside of apps the admin may hand out.

    What makes an administrator of an app or a space is handed out only by who sets
    permissions there; all else also by who decides who gets into the app.
    """
    given = apps_given_by(groups)
    return {
        group.pk
        for group in groups
        if all(
            sets_permissions(request, app)
            or (not administrative and may_manage(request, app))
            for app, administrative in given.get(group.pk, [])
        )
    }

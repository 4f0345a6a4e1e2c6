"""Console URLs of permissions inside of apps, and of spaces."""

from django.urls import path

from provisioning.views.in_app.app_permission import (
    app_permission_detail,
    app_permission_export,
    app_permission_give,
    app_permission_list,
    app_permission_take,
)
from provisioning.views.in_app.permission_check import app_permission_check
from provisioning.views.in_app.space import (
    space_add,
    space_delete,
    space_list,
    space_rename,
)
from provisioning.views.in_app.space_permission import (
    space_permission_add,
    space_permission_copy,
    space_permission_export,
    space_permissions,
)

APP = "apps/sites/<uuid:site_id>/<slug:kind>/"
PERMISSIONS = f"{APP}permissions/"
PERMISSION = f"{PERMISSIONS}<slug:permission>/"
SPACES = f"{APP}spaces/"
SPACE = f"{SPACES}<int:space_id>/"

permission_patterns = [
    path(PERMISSIONS, app_permission_list, name="app-permissions"),
    path(f"{PERMISSIONS}check/", app_permission_check, name="app-permission-check"),
    path(f"{PERMISSIONS}export/", app_permission_export, name="app-permission-export"),
    path(PERMISSION, app_permission_detail, name="app-permission"),
    path(f"{PERMISSION}give/", app_permission_give, name="app-permission-give"),
    path(f"{PERMISSION}remove/", app_permission_take, name="app-permission-take"),
    path(SPACES, space_list, name="space-list"),
    path(f"{SPACES}add/", space_add, name="space-add"),
    path(f"{SPACE}rename/", space_rename, name="space-rename"),
    path(f"{SPACE}delete/", space_delete, name="space-delete"),
    path(f"{SPACE}permissions/", space_permissions, name="space-permissions"),
    path(f"{SPACE}permissions/add/", space_permission_add, name="space-permission-add"),
    path(
        f"{SPACE}permissions/copy/", space_permission_copy, name="space-permission-copy"
    ),
    path(
        f"{SPACE}permissions/export/",
        space_permission_export,
        name="space-permission-export",
    ),
]

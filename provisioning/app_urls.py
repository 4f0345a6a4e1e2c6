"""Console URLs of who gets into an app: its groups, its people, its licenses."""

from django.urls import path

from provisioning.views.sites_and_apps.app import (
    app_access_add,
    app_access_list,
    app_default,
)
from provisioning.views.sites_and_apps.app_license import (
    app_limit,
    app_line_export,
    app_try_again,
)
from provisioning.views.sites_and_apps.app_people import app_user_export
from provisioning.views.sites_and_apps.app_removal import (
    app_access_remove,
    app_access_remove_export,
)

ACCESS = "apps/sites/<uuid:site_id>/<slug:kind>/access/"

app_patterns = [
    path(ACCESS, app_access_list, name="app-access"),
    path(f"{ACCESS}add/", app_access_add, name="app-access-add"),
    path(f"{ACCESS}users/export/", app_user_export, name="app-user-export"),
    path(f"{ACCESS}licenses/", app_limit, name="app-limit"),
    path(f"{ACCESS}licenses/try-again/", app_try_again, name="app-try-again"),
    path(f"{ACCESS}licenses/export/", app_line_export, name="app-line-export"),
    path(
        f"{ACCESS}<int:grant_id>/remove/", app_access_remove, name="app-access-remove"
    ),
    path(
        f"{ACCESS}<int:grant_id>/remove/export/",
        app_access_remove_export,
        name="app-access-remove-export",
    ),
    path(f"{ACCESS}<int:grant_id>/default/", app_default, name="app-default"),
]

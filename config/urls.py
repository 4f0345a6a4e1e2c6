"""The URL tree; each app owns its own paths."""

from django.urls import include, path

from config.health import healthz, readyz
from directories.scim.openapi.views import description
from provisioning.api.description import links_description

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("scim/openapi.json", description, name="scim-description"),
    path(
        "admin/user-provisioning/openapi.json",
        links_description,
        name="links-description",
    ),
    path("admin/user-provisioning/v1/", include("provisioning.api.urls")),
    path("scim/directory/", include("directories.scim.urls")),
    path("", include("directories.urls")),
    path("", include("provisioning.urls")),
    path("", include("portals.urls")),
]

"""The URL tree; each app owns its own paths."""

from django.urls import include, path

from config.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("scim/directory/", include("directories.scim.urls")),
    path("", include("directories.urls")),
    path("", include("provisioning.urls")),
]

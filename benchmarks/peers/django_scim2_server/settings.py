"""The smallest project that serves django-scim2-server; runs in its environment."""

from benchmarks.peers.django_defaults import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django_scim2_server",
]
MIDDLEWARE = ["benchmarks.peers.bearer.bearer"]
ROOT_URLCONF = "benchmarks.peers.django_scim2_server.urls"

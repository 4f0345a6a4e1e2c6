"""The smallest project that serves django-scim2; runs in its environment."""

import os

from benchmarks.peers.django_defaults import *  # noqa: F403

APP = "benchmarks.peers.django_scim2"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    APP,
    "django_scim",
]
# Tables are made without a history, all of them at once.
MIGRATION_MODULES = {"contenttypes": None, "auth": None}
MIDDLEWARE = [
    "benchmarks.peers.bearer.bearer",
    "django_scim.middleware.SCIMAuthCheckMiddleware",
]
ROOT_URLCONF = f"{APP}.urls"
AUTH_USER_MODEL = "django_scim2.User"
SCIM_SERVICE_PROVIDER = {
    "SCHEME": "http",
    "NETLOC": f"127.0.0.1:{os.environ.get('PEER_PORT', '')}",
    "AUTHENTICATION_SCHEMES": [
        {"type": "oauthbearertoken", "name": "Bearer", "description": "A fixed key."}
    ],
    "GROUP_MODEL": f"{APP}.models.Group",
    "USER_FILTER_PARSER": f"{APP}.filters.UserFilters",
    "GROUP_FILTER_PARSER": f"{APP}.filters.GroupFilters",
}

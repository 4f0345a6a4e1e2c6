"""Console URLs about why people have access, and what would change if."""

from django.urls import path

from provisioning.views.access.access_app import access_app, access_app_export
from provisioning.views.access.access_check import access_check
from provisioning.views.access.access_choice import access_why
from provisioning.views.access.access_group import access_group, access_group_export
from provisioning.views.access.access_person import access_person, access_person_export
from provisioning.views.access.access_what_if import (
    access_what_if,
    access_what_if_export,
)

PERSON = "access/users/<uuid:public_id>/"
GROUP = "access/groups/<uuid:public_id>/"
APP = "access/apps/<uuid:site_id>/<slug:kind>/"
WHAT_IF = "access/what-if/"

access_patterns = [
    path("access/", access_why, name="access-why"),
    path("access/check/", access_check, name="access-check"),
    path(PERSON, access_person, name="access-person"),
    path(f"{PERSON}export/", access_person_export, name="access-person-export"),
    path(GROUP, access_group, name="access-group"),
    path(f"{GROUP}export/", access_group_export, name="access-group-export"),
    path(APP, access_app, name="access-app"),
    path(f"{APP}export/", access_app_export, name="access-app-export"),
    path(WHAT_IF, access_what_if, name="access-what-if"),
    path(f"{WHAT_IF}export/", access_what_if_export, name="access-what-if-export"),
]

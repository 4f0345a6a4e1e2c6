"""Console URLs of the provisioning app."""

from django.urls import path

from provisioning.access_urls import access_patterns
from provisioning.account_urls import account_patterns
from provisioning.app_urls import app_patterns
from provisioning.group_urls import group_patterns
from provisioning.link_urls import link_patterns
from provisioning.permission_urls import permission_patterns
from provisioning.rule_urls import rule_patterns
from provisioning.site_urls import site_patterns
from provisioning.views.accounts.administrator import (
    administrator_add,
    administrator_export,
    administrator_list,
    right_revoke,
)
from provisioning.views.accounts.role import role_list
from provisioning.views.accounts.user import user_detail, user_export, user_list
from provisioning.views.mapping import attribute_mapping
from provisioning.views.organization_groups.group import group_export, group_list
from provisioning.views.organization_groups.group_detail import (
    group_detail,
    group_member_export,
)
from provisioning.views.organization_groups.group_right import (
    group_right_add,
    group_right_remove,
)
from provisioning.views.overview import organization_overview
from provisioning.views.removal import (
    removal_decide,
    removal_export,
    removal_list,
)
from provisioning.views.review import record_link, review_list
from provisioning.views.search import search
from provisioning.views.timeline import (
    group_record,
    group_timeline_export,
    record_timeline_export,
    user_record,
    user_timeline_export,
)

app_name = "provisioning"

USERS = "directory/users/"
GROUPS = "directory/groups/"
GROUP = f"{GROUPS}<uuid:public_id>/"
ADMINISTRATORS = "directory/administrators/"
REVIEW = "directory/review/"
RECORDS = "directory/records/"
PROVIDER = "security/identity-providers/<uuid:directory_id>/"

urlpatterns = [
    path("", organization_overview, name="overview"),
    path("search/", search, name="search"),
    path(USERS, user_list, name="user-list"),
    path(f"{USERS}export/", user_export, name="user-export"),
    path(f"{USERS}<uuid:public_id>/", user_detail, name="user-detail"),
    path(
        f"{USERS}<uuid:public_id>/timeline/",
        user_timeline_export,
        name="user-timeline-export",
    ),
    path(f"{RECORDS}users/<uuid:scim_id>/", user_record, name="user-record"),
    path(f"{RECORDS}groups/<uuid:scim_id>/", group_record, name="group-record"),
    path(
        f"{RECORDS}<uuid:scim_id>/timeline/",
        record_timeline_export,
        name="record-timeline-export",
    ),
    *account_patterns,
    *access_patterns,
    path(GROUPS, group_list, name="group-list"),
    path(f"{GROUPS}export/", group_export, name="group-export"),
    path(GROUP, group_detail, name="group-detail"),
    path(f"{GROUP}export/", group_member_export, name="group-member-export"),
    path(
        f"{GROUP}timeline/",
        group_timeline_export,
        name="group-timeline-export",
    ),
    *link_patterns,
    path(REVIEW, review_list, name="review-list"),
    path(f"{REVIEW}<uuid:scim_id>/link/", record_link, name="record-link"),
    *group_patterns,
    *rule_patterns,
    path(f"{PROVIDER}attribute-mapping/", attribute_mapping, name="attribute-mapping"),
    path(f"{PROVIDER}removals/", removal_list, name="removal-list"),
    path(f"{PROVIDER}removals/export/", removal_export, name="removal-export"),
    path(f"{PROVIDER}removals/<slug:decision>/", removal_decide, name="removal-decide"),
    path(ADMINISTRATORS, administrator_list, name="administrator-list"),
    path(f"{ADMINISTRATORS}add/", administrator_add, name="administrator-add"),
    path(f"{ADMINISTRATORS}export/", administrator_export, name="administrator-export"),
    path(
        f"{ADMINISTRATORS}rights/<int:right_id>/revoke/",
        right_revoke,
        name="right-revoke",
    ),
    path(f"{GROUP}rights/add/", group_right_add, name="group-right-add"),
    path(
        f"{GROUP}rights/<int:right_id>/remove/",
        group_right_remove,
        name="group-right-remove",
    ),
    path("settings/roles/", role_list, name="role-list"),
    *site_patterns,
    *permission_patterns,
    *app_patterns,
]

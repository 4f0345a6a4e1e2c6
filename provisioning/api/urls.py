"""Paths of the calls about links, below /admin/user-provisioning/v1/."""

from django.urls import path, re_path

from provisioning.api.access import UserAccessView, WhatIfView
from provisioning.api.groups import NamedGroupsView, ResyncGroupView
from provisioning.api.links import (
    AccountLinksView,
    DropRecordsView,
    EmailLinksView,
    RelinkView,
    ResyncUserView,
    UnlinkedUsersView,
    UnlinkView,
)
from provisioning.api.nothing import NothingView

app_name = "api"

ORGANIZATION = "org/<str:organization_id>/"
ACCOUNT = f"{ORGANIZATION}user/<str:account_id>/"
DIRECTORY = f"{ORGANIZATION}scimDirectoryId/<str:directory_id>/"
USER = f"{DIRECTORY}scimUserId/<str:scim_id>/"
GROUP = f"{DIRECTORY}scimGroupId/<str:scim_id>/"

urlpatterns = [
    path(f"{ACCOUNT}get-scim-links", AccountLinksView.as_view(), name="account-links"),
    path(
        f"{ACCOUNT}onlyDeleteUserInDB", DropRecordsView.as_view(), name="records-drop"
    ),
    path(
        f"{ORGANIZATION}get-scim-links-for-email",
        EmailLinksView.as_view(),
        name="email-links",
    ),
    path(
        f"{ORGANIZATION}get-unlinked-scim-users",
        UnlinkedUsersView.as_view(),
        name="unlinked-users",
    ),
    path(
        f"{ORGANIZATION}get-scim-groups-for-name",
        NamedGroupsView.as_view(),
        name="named-groups",
    ),
    path(f"{USER}unlink", UnlinkView.as_view(), name="user-unlink"),
    path(f"{USER}relink", RelinkView.as_view(), name="user-relink"),
    path(f"{USER}resync", ResyncUserView.as_view(), name="user-resync"),
    path(f"{GROUP}resync", ResyncGroupView.as_view(), name="group-resync"),
    path(f"{ACCOUNT}access", UserAccessView.as_view(), name="user-access"),
    path(f"{ORGANIZATION}access/what-if", WhatIfView.as_view(), name="what-if"),
    re_path("", NothingView.as_view(), name="nothing"),
]

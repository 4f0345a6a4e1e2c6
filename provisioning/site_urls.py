"""Addresses of sites and what runs on them."""

from django.urls import path

from provisioning.views.sites_and_apps.site import site_detail, site_list
from provisioning.views.sites_and_apps.site_app import site_app_add, site_app_remove
from provisioning.views.sites_and_apps.site_change import (
    site_add,
    site_remove,
    site_rename,
    site_restore,
)
from provisioning.views.sites_and_apps.site_groups import (
    site_group_export,
    site_group_list,
)
from provisioning.views.sites_and_apps.site_users import (
    site_user_export,
    site_user_list,
)
from provisioning.views.sites_and_apps.trello import (
    trello_detail,
    trello_link,
    trello_unlink,
)

ALL = "apps/sites/"
ONE = f"{ALL}<uuid:site_id>/"
TRELLO = f"{ALL}trello-enterprise/"

site_patterns = [
    path(ALL, site_list, name="site-list"),
    path(f"{ALL}add/", site_add, name="site-add"),
    path(TRELLO, trello_detail, name="trello-detail"),
    path(f"{TRELLO}link/", trello_link, name="trello-link"),
    path(f"{TRELLO}unlink/", trello_unlink, name="trello-unlink"),
    path(ONE, site_detail, name="site-detail"),
    path(f"{ONE}rename/", site_rename, name="site-rename"),
    path(f"{ONE}remove/", site_remove, name="site-remove"),
    path(f"{ONE}restore/", site_restore, name="site-restore"),
    path(f"{ONE}users/", site_user_list, name="site-users"),
    path(f"{ONE}users/export/", site_user_export, name="site-user-export"),
    path(f"{ONE}groups/", site_group_list, name="site-groups"),
    path(f"{ONE}groups/export/", site_group_export, name="site-group-export"),
    path(f"{ONE}apps/add/", site_app_add, name="site-app-add"),
    path(f"{ONE}<slug:kind>/remove/", site_app_remove, name="site-app-remove"),
]

"""The console's left navigation: which pages it names, in which order.

An entry is marked on the pages below its own, and below `also`.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

NAVIGATION: list[dict[str, Any]] = [
    {"label": _("Overview"), "icon": "dashboard", "view": "provisioning:overview"},
    {
        "label": _("Service projects"),
        "icon": "project",
        "view": "portals:own-projects",
    },
    {
        "label": _("Directory"),
        "icon": "people-group",
        "children": [
            {
                "label": _("Users"),
                "view": "provisioning:user-list",
                "also": "/directory/records/users/",
            },
            {
                "label": _("Groups"),
                "view": "provisioning:group-list",
                "also": "/directory/records/groups/",
            },
            {"label": _("Review"), "view": "provisioning:review-list"},
            {"label": _("Reports"), "view": "provisioning:report-list"},
            {
                "label": _("Managed accounts"),
                "view": "provisioning:managed-account-list",
            },
            {
                "label": _("Administrators"),
                "view": "provisioning:administrator-list",
            },
            {"label": _("Domains"), "view": "directories:domain-list"},
        ],
    },
    {
        "label": _("Apps"),
        "icon": "apps",
        "children": [
            {"label": _("Sites and products"), "view": "provisioning:site-list"},
            {"label": _("Access"), "view": "provisioning:access-why"},
            {"label": _("Portal-only customers"), "view": "portals:customer-sites"},
        ],
    },
    {
        "label": _("Security"),
        "icon": "shield",
        "children": [
            {
                "label": _("Identity providers"),
                "view": "directories:directory-list",
            },
            {"label": _("Background work"), "view": "directories:job-list"},
            {"label": _("Audit log"), "view": "directories:audit-log"},
        ],
    },
    {
        "label": _("Settings"),
        "icon": "settings",
        "children": [
            {
                "label": _("Organization"),
                "view": "directories:organization-settings",
            },
            {"label": _("Products"), "view": "portals:product-list"},
            {"label": _("API keys"), "view": "directories:organization-api-key-list"},
            {"label": _("Subscription"), "view": "directories:subscription"},
            {"label": _("Limits"), "view": "directories:limits"},
            {"label": _("Roles"), "view": "provisioning:role-list"},
        ],
    },
]

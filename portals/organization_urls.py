"""Addresses of customer organizations."""

from django.urls import URLPattern, path

from portals.views.organization import (
    organization_add,
    organization_export,
    organization_list,
)
from portals.views.organization_change import (
    organization_delete,
    organization_edit,
    organization_restore,
)
from portals.views.organization_choice import (
    organizations_attach,
    organizations_delete,
    organizations_job,
)
from portals.views.organization_detail import (
    organization_detail,
    organization_member_export,
    organization_settle,
    organization_unlink,
)
from portals.views.organization_domain import (
    organization_domain_add,
    organization_domain_fill,
    organization_domain_first,
    organization_domain_remove,
)
from portals.views.organization_people import (
    organization_people_add,
    organization_people_remove,
)
from portals.views.organization_project import (
    organization_project_remove,
    organization_projects_add,
)

ALL = "sites/<uuid:site_id>/settings/products/jira-service-management/organizations/"
ONE = f"{ALL}<uuid:public_id>/"
DOMAIN = f"{ONE}email-domains/<int:domain_id>/"

organization_patterns: list[URLPattern] = [
    path(ALL, organization_list, name="organization-list"),
    path(f"{ALL}export/", organization_export, name="organization-export"),
    path(f"{ALL}add/", organization_add, name="organization-add"),
    path(f"{ALL}attach/", organizations_attach, name="organizations-attach"),
    path(f"{ALL}delete/", organizations_delete, name="organizations-delete"),
    path(f"{ALL}work/<uuid:job_id>/", organizations_job, name="organizations-job"),
    path(ONE, organization_detail, name="organization-detail"),
    path(f"{ONE}edit/", organization_edit, name="organization-edit"),
    path(f"{ONE}delete/", organization_delete, name="organization-delete"),
    path(f"{ONE}restore/", organization_restore, name="organization-restore"),
    path(f"{ONE}settle/", organization_settle, name="organization-settle"),
    path(f"{ONE}unlink/", organization_unlink, name="organization-unlink"),
    path(
        f"{ONE}export/", organization_member_export, name="organization-member-export"
    ),
    path(f"{ONE}people/add/", organization_people_add, name="organization-people-add"),
    path(
        f"{ONE}people/remove/",
        organization_people_remove,
        name="organization-people-remove",
    ),
    path(
        f"{ONE}projects/add/",
        organization_projects_add,
        name="organization-projects-add",
    ),
    path(
        f"{ONE}projects/<str:key>/remove/",
        organization_project_remove,
        name="organization-project-remove",
    ),
    path(
        f"{ONE}email-domains/add/",
        organization_domain_add,
        name="organization-domain-add",
    ),
    path(
        f"{ONE}email-domains/fill/",
        organization_domain_fill,
        name="organization-domain-fill",
    ),
    path(
        f"{DOMAIN}remove/",
        organization_domain_remove,
        name="organization-domain-remove",
    ),
    path(
        f"{DOMAIN}first/", organization_domain_first, name="organization-domain-first"
    ),
]

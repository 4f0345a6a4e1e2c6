"""Addresses of service projects."""

from django.urls import URLPattern, path

from portals.views import (
    attach_rule,
    own_projects,
    project,
    project_customers,
    project_job,
    project_list,
    project_organization,
    project_organization_change,
    project_organizations,
    project_people,
    project_permissions,
    request_type,
)

ALL = "sites/<uuid:site_id>/projects/"
ONE = f"{ALL}<str:key>/"
PEOPLE = f"{ONE}customers/"
ORGANIZATIONS = f"{ONE}organizations/"
SETTINGS = f"{ONE}settings/"
TYPES = f"{SETTINGS}request-types/"
RULES = f"{SETTINGS}attach-rules/"

project_patterns: list[URLPattern] = [
    path("projects/", own_projects.own_projects, name="own-projects"),
    path(ALL, project_list.project_list, name="project-list"),
    path(f"{ALL}create/", project_list.project_create, name="project-create"),
    path(f"{ALL}export/", project_list.project_export, name="project-export"),
    path(ONE, project.project_detail, name="project-detail"),
    path(f"{ONE}jobs/<uuid:job_id>/", project_job.project_job, name="project-job"),
    path(PEOPLE, project_customers.project_customers, name="project-customers"),
    path(
        f"{PEOPLE}add/",
        project_customers.project_customer_add,
        name="project-customer-add",
    ),
    path(
        f"{PEOPLE}remove/",
        project_customers.project_customer_remove,
        name="project-customer-remove",
    ),
    path(
        f"{PEOPLE}export/",
        project_customers.project_customer_export,
        name="project-customer-export",
    ),
    path(
        ORGANIZATIONS,
        project_organizations.project_organizations,
        name="project-organizations",
    ),
    path(
        f"{ORGANIZATIONS}export/",
        project_organizations.project_organization_export,
        name="project-organization-export",
    ),
    path(
        f"{ORGANIZATIONS}add/",
        project_organization_change.project_organization_add,
        name="project-organization-add",
    ),
    path(
        f"{ORGANIZATIONS}find/",
        project_organization_change.project_organization_find,
        name="project-organization-find",
    ),
    path(
        f"{ORGANIZATIONS}choose/",
        project_organization_change.project_organization_choose,
        name="project-organization-choose",
    ),
    path(
        f"{ORGANIZATIONS}remove/",
        project_organization_change.project_organization_remove,
        name="project-organization-remove",
    ),
    path(
        f"{ORGANIZATIONS}<uuid:public_id>/",
        project_organization.project_organization_detail,
        name="project-organization-detail",
    ),
    path(
        f"{ORGANIZATIONS}<uuid:public_id>/add-customers/",
        project_organization.project_organization_people_add,
        name="project-organization-people-add",
    ),
    path(
        f"{ORGANIZATIONS}<uuid:public_id>/remove-customers/",
        project_organization.project_organization_people_remove,
        name="project-organization-people-remove",
    ),
    path(f"{SETTINGS}details/", project.project_edit, name="project-edit"),
    path(f"{SETTINGS}delete/", project.project_delete, name="project-delete"),
    path(
        f"{SETTINGS}customer-permissions/",
        project_permissions.project_permissions,
        name="project-permissions",
    ),
    path(f"{SETTINGS}people/", project_people.project_people, name="project-people"),
    path(
        f"{SETTINGS}people/add/",
        project_people.project_person_add,
        name="project-person-add",
    ),
    path(
        f"{SETTINGS}people/<uuid:public_id>/remove/",
        project_people.project_person_remove,
        name="project-person-remove",
    ),
    path(TYPES, request_type.request_type_list, name="request-type-list"),
    path(
        f"{TYPES}<int:type_id>/",
        request_type.request_type_edit,
        name="request-type-edit",
    ),
    path(
        f"{TYPES}<int:type_id>/move/",
        request_type.request_type_move,
        name="request-type-move",
    ),
    path(
        f"{TYPES}<int:type_id>/remove/",
        request_type.request_type_remove,
        name="request-type-remove",
    ),
    path(RULES, attach_rule.attach_rule_list, name="attach-rule-list"),
    path(f"{RULES}add/", attach_rule.attach_rule_add, name="attach-rule-add"),
    path(
        f"{RULES}<uuid:rule_id>/apply/",
        attach_rule.attach_rule_apply,
        name="attach-rule-apply",
    ),
    path(
        f"{RULES}<uuid:rule_id>/remove/",
        attach_rule.attach_rule_remove,
        name="attach-rule-remove",
    ),
]

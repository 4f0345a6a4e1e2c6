"""Addresses of the help center, and of who can see which portal.

Those of customers end as their links always did: without a slash.
"""

from django.urls import URLPattern, path

from portals.views import customer_account, customer_sign_in, help_center, visitors

CUSTOMER = "servicedesk/customer/"
USER = f"{CUSTOMER}user/"

CUSTOMERS = "apps/sites/<uuid:site_id>/jira-service-management/portal-only-customers/"
VISITORS = "sites/<uuid:site_id>/projects/<str:key>/who-can-see-this-portal/"

help_center_patterns: list[URLPattern] = [
    path(
        f"{CUSTOMERS}<uuid:public_id>/portals/",
        visitors.customer_portals,
        name="customer-portals",
    ),
    path(VISITORS, visitors.project_visitors, name="project-visitors"),
    path(
        f"{VISITORS}export/",
        visitors.project_visitor_export,
        name="project-visitor-export",
    ),
    path(f"{CUSTOMER}portals", help_center.portal_list, name="portal-list"),
    path(
        f"{CUSTOMER}portal/<int:project_id>",
        help_center.portal_detail,
        name="portal-detail",
    ),
    path(
        f"{USER}organizations", help_center.own_organizations, name="own-organizations"
    ),
    path(
        f"{USER}organizations/<uuid:public_id>",
        help_center.colleagues,
        name="own-colleagues",
    ),
    path(
        f"{USER}login",
        customer_sign_in.customer_sign_in,
        name="customer-sign-in",
    ),
    path(
        f"{USER}logout",
        customer_sign_in.customer_sign_out,
        name="customer-sign-out",
    ),
    path(
        f"{USER}continue",
        customer_sign_in.continue_as_account,
        name="customer-continue",
    ),
    path(
        f"{USER}forgotpassword",
        customer_account.password_forgotten,
        name="customer-password-forgotten",
    ),
    path(
        f"{USER}password/<uuid:public_id>/<str:token>",
        customer_account.password_set,
        name="customer-password-set",
    ),
    path(
        f"{USER}address/<uuid:public_id>/<str:token>",
        customer_account.address_confirm,
        name="customer-address-confirm",
    ),
    path(f"{USER}signup", customer_account.sign_up, name="customer-sign-up"),
    path(
        f"{USER}signup/<str:token>",
        customer_account.sign_up_confirm,
        name="customer-sign-up-confirm",
    ),
    path(f"{USER}profile", customer_account.profile, name="customer-profile"),
    path(
        f"{USER}profile/password",
        customer_account.password_change,
        name="customer-password-change",
    ),
]

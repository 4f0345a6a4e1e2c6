"""Addresses of portal-only customers."""

from django.urls import URLPattern, path

from portals.site_urls import SERVICE
from portals.views import (
    customer,
    customer_add,
    customer_change,
    customer_import,
    customer_run,
)
from portals.views import customer_list as listing

CUSTOMERS = f"{SERVICE}portal-only-customers/"
ONE = f"{CUSTOMERS}<uuid:public_id>/"
IMPORT = f"{CUSTOMERS}import/"
UPLOAD = f"{IMPORT}<uuid:upload_id>/"
RUN = f"{CUSTOMERS}changes/<uuid:job_id>/"

customer_patterns: list[URLPattern] = [
    path("search/customers/", customer.customers_found, name="customers-found"),
    path(CUSTOMERS, listing.customer_list, name="customer-list"),
    path(f"{CUSTOMERS}export/", listing.customer_export, name="customer-export"),
    path(f"{CUSTOMERS}add/", customer_add.customer_add, name="customer-add"),
    path(
        f"{CUSTOMERS}changes/", customer_run.customers_change, name="customers-change"
    ),
    path(IMPORT, customer_import.customer_import, name="customer-import"),
    path(UPLOAD, customer_import.import_detail, name="customer-import-detail"),
    path(
        f"{UPLOAD}carry-out/",
        customer_import.import_start,
        name="customer-import-start",
    ),
    path(
        f"{UPLOAD}export/", customer_import.import_export, name="customer-import-export"
    ),
    path(RUN, customer_run.run_detail, name="customer-run-detail"),
    path(f"{RUN}export/", customer_run.run_export, name="customer-run-export"),
    path(ONE, customer.customer_detail, name="customer-detail"),
    path(
        f"{ONE}timeline/export/",
        customer.customer_timeline_export,
        name="customer-timeline-export",
    ),
    path(
        f"{ONE}edit-full-name/", customer_change.customer_rename, name="customer-rename"
    ),
    path(f"{ONE}change-email/", customer_change.customer_email, name="customer-email"),
    path(
        f"{ONE}change-password/",
        customer_change.customer_password,
        name="customer-password",
    ),
    path(
        f"{ONE}send-password-link/",
        customer_change.customer_password_link,
        name="customer-password-link",
    ),
    path(f"{ONE}migrate/", customer_change.customer_migrate, name="customer-migrate"),
    path(
        f"{ONE}revoke-access/", customer_change.customer_revoke, name="customer-revoke"
    ),
    path(f"{ONE}grant-access/", customer_change.customer_grant, name="customer-grant"),
    path(f"{ONE}unlink/", customer_change.customer_unlink, name="customer-unlink"),
    path(f"{ONE}delete/", customer_change.customer_delete, name="customer-delete"),
]

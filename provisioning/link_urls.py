"""Console URLs of links between pushed people and accounts, and of the reports."""

from django.urls import path

from provisioning.views.accounts.link import (
    group_resync,
    record_link_to,
    record_relink,
    record_sync,
    record_unlink,
)
from provisioning.views.reports.report import report_export, report_list
from provisioning.views.reports.report_choice import report_act
from provisioning.views.reports.report_result import report_result, report_result_export

REPORTS = "directory/reports/"
USER = "directory/records/users/<uuid:scim_id>/"

link_patterns = [
    path(REPORTS, report_list, name="report-list"),
    path(f"{REPORTS}export/", report_export, name="report-export"),
    path(f"{REPORTS}jobs/<uuid:job_id>/", report_result, name="report-result"),
    path(
        f"{REPORTS}jobs/<uuid:job_id>/export/",
        report_result_export,
        name="report-result-export",
    ),
    path(f"{REPORTS}act/", report_act, name="report-act"),
    path(f"{USER}relink/", record_relink, name="record-relink"),
    path(f"{USER}sync/", record_sync, name="record-sync"),
    path(f"{USER}unlink/", record_unlink, name="record-unlink"),
    path(f"{USER}link-to/", record_link_to, name="record-link-to"),
    path(
        "directory/groups/<uuid:public_id>/resync/",
        group_resync,
        name="group-resync",
    ),
]

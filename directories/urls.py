"""Console URLs of the directories app."""

from django.conf import settings
from django.urls import path

from directories import domain_urls
from directories.views.api_key import (
    api_key_change,
    api_key_end,
    api_key_regenerate,
)
from directories.views.audit import audit_log, audit_log_export
from directories.views.configuration import configuration_delete
from directories.views.directory import (
    directory_add,
    directory_choose,
    directory_detail,
    directory_list,
    directory_rename,
    directory_sync,
)
from directories.views.disconnecting import directory_disconnect
from directories.views.gallery import gallery
from directories.views.job import (
    job_continue,
    job_detail,
    job_export,
    job_list,
    job_stop,
)
from directories.views.limits import directory_own_limits, limits
from directories.views.organization import organization_choose
from directories.views.organization_api_key import (
    organization_api_key_add,
    organization_api_key_list,
    organization_api_key_revoke,
)
from directories.views.organization_settings import organization_settings
from directories.views.password import (
    password_change,
    password_reset,
    password_reset_confirm,
    password_reset_done,
    password_reset_sent,
)
from directories.views.requests import (
    request_detail,
    request_log,
    request_log_clear,
    request_log_export,
)
from directories.views.set_up import directory_arrivals, directory_set_up
from directories.views.settings import directory_settings
from directories.views.sign_in import sign_in, sign_out
from directories.views.subscription import (
    subscription,
    subscription_end,
    subscription_renew,
)
from directories.views.troubleshooting import (
    troubleshooting_log,
    troubleshooting_log_clear,
    troubleshooting_log_export,
)

app_name = "directories"

JOBS = "jobs/"
JOB = f"{JOBS}<uuid:job_id>/"
PROVIDERS = "security/identity-providers/"
KEYS = "settings/api-keys/"
ONE = f"{PROVIDERS}<uuid:directory_id>/"
OWN_KEYS = f"{ONE}api-keys/"
LOG = f"{ONE}troubleshooting-log/"
REQUESTS = f"{ONE}requests/"

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
    path("account/password/", password_change, name="password-change"),
    path("password-reset/", password_reset, name="password-reset"),
    path("password-reset/sent/", password_reset_sent, name="password-reset-sent"),
    path("password-reset/done/", password_reset_done, name="password-reset-done"),
    path(
        "password-reset/<uidb64>/<token>/",
        password_reset_confirm,
        name="password-reset-confirm",
    ),
    path("organizations/", organization_choose, name="organization-choose"),
    *domain_urls.urlpatterns,
    path("settings/organization/", organization_settings, name="organization-settings"),
    path(KEYS, organization_api_key_list, name="organization-api-key-list"),
    path(f"{KEYS}add/", organization_api_key_add, name="organization-api-key-add"),
    path(
        f"{KEYS}<uuid:key_id>/revoke/",
        organization_api_key_revoke,
        name="organization-api-key-revoke",
    ),
    path("security/audit-log/", audit_log, name="audit-log"),
    path("security/audit-log/export/", audit_log_export, name="audit-log-export"),
    path(JOBS, job_list, name="job-list"),
    path(f"{JOBS}export/", job_export, name="job-export"),
    path(JOB, job_detail, name="job-detail"),
    path(f"{JOB}pause/", job_stop, {"action": "pause"}, name="job-pause"),
    path(f"{JOB}cancel/", job_stop, {"action": "cancel"}, name="job-cancel"),
    path(f"{JOB}resume/", job_continue, {"action": "resume"}, name="job-resume"),
    path(f"{JOB}try-again/", job_continue, {"action": "retry"}, name="job-retry"),
    path(PROVIDERS, directory_list, name="directory-list"),
    path(f"{PROVIDERS}add/", directory_choose, name="directory-choose"),
    path(f"{PROVIDERS}add/<slug:provider>/", directory_add, name="directory-add"),
    path(ONE, directory_detail, name="directory-detail"),
    path(f"{ONE}rename/", directory_rename, name="directory-rename"),
    path(f"{ONE}disconnect/", directory_disconnect, name="directory-disconnect"),
    path(f"{ONE}settings/", directory_settings, name="directory-settings"),
    path(f"{ONE}limits/", directory_own_limits, name="directory-limits"),
    path("settings/limits/", limits, name="limits"),
    path("settings/subscription/", subscription, name="subscription"),
    path("settings/subscription/end/", subscription_end, name="subscription-end"),
    path("settings/subscription/renew/", subscription_renew, name="subscription-renew"),
    path(f"{ONE}sync/", directory_sync, name="directory-sync"),
    path(f"{ONE}set-up/", directory_set_up, name="directory-set-up"),
    path(f"{ONE}set-up/arrivals/", directory_arrivals, name="directory-arrivals"),
    path(f"{ONE}regenerate-api-key/", api_key_regenerate, name="api-key-regenerate"),
    path(f"{OWN_KEYS}<uuid:key_id>/", api_key_change, name="api-key-change"),
    path(f"{OWN_KEYS}<uuid:key_id>/end/", api_key_end, name="api-key-end"),
    path(
        f"{ONE}delete-configuration/",
        configuration_delete,
        name="configuration-delete",
    ),
    path(LOG, troubleshooting_log, name="troubleshooting-log"),
    path(
        f"{LOG}export/",
        troubleshooting_log_export,
        name="troubleshooting-log-export",
    ),
    path(
        f"{LOG}clear/",
        troubleshooting_log_clear,
        name="troubleshooting-log-clear",
    ),
    path(REQUESTS, request_log, name="request-log"),
    path(f"{REQUESTS}export/", request_log_export, name="request-log-export"),
    path(f"{REQUESTS}clear/", request_log_clear, name="request-log-clear"),
    path(f"{REQUESTS}<int:entry_id>/", request_detail, name="request-detail"),
]
if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))

"""Console URLs about mail domains and profile photos."""

from django.urls import path

from directories.views.directory_domains import (
    directory_domain_link,
    directory_domains,
)
from directories.views.domain import (
    domain_add,
    domain_check,
    domain_detail,
    domain_export,
    domain_file,
    domain_list,
)
from directories.views.domain_changes import (
    domain_claim,
    domain_claim_export,
    domain_link,
    domain_remove,
    domain_unlink,
)
from directories.views.photo import account_photo

DOMAINS = "directory/domains/"
ONE = f"{DOMAINS}<uuid:domain_id>/"
OF_DIRECTORY = "security/identity-providers/<uuid:directory_id>/domains/"

urlpatterns = [
    path(DOMAINS, domain_list, name="domain-list"),
    path(f"{DOMAINS}export/", domain_export, name="domain-export"),
    path(f"{DOMAINS}add/", domain_add, name="domain-add"),
    path(ONE, domain_detail, name="domain-detail"),
    path(f"{ONE}check/", domain_check, name="domain-check"),
    path(f"{ONE}file/", domain_file, name="domain-file"),
    path(f"{ONE}claim/", domain_claim, name="domain-claim"),
    path(f"{ONE}claim/export/", domain_claim_export, name="domain-claim-export"),
    path(f"{ONE}link/", domain_link, name="domain-link"),
    path(f"{ONE}unlink/", domain_unlink, name="domain-unlink"),
    path(f"{ONE}remove/", domain_remove, name="domain-remove"),
    path(OF_DIRECTORY, directory_domains, name="directory-domains"),
    path(f"{OF_DIRECTORY}link/", directory_domain_link, name="directory-domain-link"),
    path(
        "photos/<uuid:public_id>/<slug:version>/", account_photo, name="account-photo"
    ),
]

"""Addresses of the identity providers of a site's customers."""

from django.urls import URLPattern, path

from portals.views.provider import (
    provider_add,
    provider_choose,
    provider_default,
    provider_facts,
    provider_gates,
    provider_list,
)
from portals.views.provider_conflict import (
    provider_conflict,
    provider_conflict_export,
    provider_conflicts,
    provider_decisions,
    provider_policy,
)
from portals.views.provider_decide import (
    provider_conflict_sync,
    provider_conflict_undo,
    provider_conflicts_sync_all,
)
from portals.views.provider_domain import (
    provider_domain_add,
    provider_domain_remove,
)
from portals.views.provider_end import (
    provider_configuration_delete,
    provider_disconnect,
)
from portals.views.provider_set_up import provider_set_up

PROVIDERS = (
    "apps/sites/<uuid:site_id>/jira-service-management/portal-only-customers/"
    "identity-providers/"
)
DOMAINS = f"{PROVIDERS}domains/"
ONE = f"{PROVIDERS}<uuid:directory_id>/"
CONFLICTS = f"{ONE}group-conflicts/"
CONFLICT = f"{CONFLICTS}<uuid:scim_id>/"

provider_patterns: list[URLPattern] = [
    path(PROVIDERS, provider_list, name="provider-list"),
    path(f"{PROVIDERS}add/", provider_choose, name="provider-choose"),
    path(f"{PROVIDERS}add/<slug:provider>/", provider_add, name="provider-add"),
    path(f"{PROVIDERS}gates/", provider_gates, name="provider-gates"),
    path(f"{DOMAINS}add/", provider_domain_add, name="provider-domain-add"),
    path(
        f"{DOMAINS}<int:domain_id>/remove/",
        provider_domain_remove,
        name="provider-domain-remove",
    ),
    path(CONFLICTS, provider_conflicts, name="provider-conflicts"),
    path(f"{CONFLICTS}policy/", provider_policy, name="provider-policy"),
    path(f"{CONFLICTS}decisions/", provider_decisions, name="provider-decisions"),
    path(
        f"{CONFLICTS}sync-all/",
        provider_conflicts_sync_all,
        name="provider-conflicts-sync-all",
    ),
    path(
        f"{CONFLICTS}undo/<uuid:public_id>/",
        provider_conflict_undo,
        name="provider-conflict-undo",
    ),
    path(f"{CONFLICT}sync/", provider_conflict_sync, name="provider-conflict-sync"),
    path(CONFLICT, provider_conflict, name="provider-conflict"),
    path(
        f"{CONFLICT}export/", provider_conflict_export, name="provider-conflict-export"
    ),
    path(f"{ONE}set-up/", provider_set_up, name="provider-set-up"),
    path(f"{ONE}facts/", provider_facts, name="provider-facts"),
    path(f"{ONE}default/", provider_default, name="provider-default"),
    path(
        f"{ONE}delete-configuration/",
        provider_configuration_delete,
        name="provider-configuration-delete",
    ),
    path(f"{ONE}disconnect/", provider_disconnect, name="provider-disconnect"),
]

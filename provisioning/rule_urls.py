"""Console URLs of sync rules and dry runs."""

from django.urls import path

from provisioning.views.dry_run import (
    dry_run_apply,
    dry_run_detail,
    dry_run_export,
    dry_run_list,
    dry_run_start,
)
from provisioning.views.sync_rules import (
    sync_rule_numbers,
    sync_rule_search,
    sync_rules,
)

PROVIDER = "security/identity-providers/<uuid:directory_id>/"
RULES = f"{PROVIDER}sync-rules/"
DRY_RUNS = f"{PROVIDER}dry-runs/"
DRY_RUN = f"{DRY_RUNS}<uuid:dry_run_id>/"

rule_patterns = [
    path(RULES, sync_rules, name="sync-rules"),
    path(f"{RULES}search/", sync_rule_search, name="sync-rule-search"),
    path(f"{RULES}numbers/", sync_rule_numbers, name="sync-rule-numbers"),
    path(DRY_RUNS, dry_run_list, name="dry-run-list"),
    path(f"{DRY_RUNS}start/", dry_run_start, name="dry-run-start"),
    path(DRY_RUN, dry_run_detail, name="dry-run-detail"),
    path(f"{DRY_RUN}export/", dry_run_export, name="dry-run-export"),
    path(f"{DRY_RUN}apply/", dry_run_apply, name="dry-run-apply"),
]

"""Background work: who does it, in which order, how long its history is kept."""

DIRECTORIES = "portals.services.customer_directories"
ORGANIZATIONS = "portals.services.customer_organizations"
GROUPS = "provisioning.services.organization_groups"

# Which task does the jobs of each kind.
JOB_HANDLERS = {
    "domain-check": "directories.tasks.check_domain",
    "domain-follow": "directories.services.domain_following.follow_domain",
    "directory-release": "directories.services.directories.release_directory",
    "directory-reconcile": "directories.services.directories.compare_directory",
    "guard-approve": "provisioning.tasks.approve_removals",
    "guard-discard": "provisioning.tasks.discard_removals",
    "guard-undo": "provisioning.tasks.undo_removals",
    "customer-organization-sync": f"{DIRECTORIES}.syncing.sync_organization",
    "group-sync": "provisioning.services.syncing.sync.sync_group",
    "access-check": "provisioning.services.access.checking.check_access",
    "access-follow": "provisioning.services.access.runs.follow_on",
    "dry-run": "provisioning.services.forecast.dry_runs.work_out",
    "people-suspend": "provisioning.services.suspension.suspension_runs.carry_out",
    "people-restore": "provisioning.services.suspension.suspension_runs.carry_out",
    "link-choice": "provisioning.services.account_links.link_choices.carry_out",
    "groups-sync-all": "provisioning.services.name_conflicts.conflict_runs.carry_out",
    "accounts-deactivate": "provisioning.services.accounts.account_runs.carry_out",
    "organizations-attach": "portals.services.service_projects.attach_runs.carry_out",
    "organizations-detach": "portals.services.service_projects.attach_runs.carry_out",
    "attach-rule-apply": "portals.services.service_projects.attach_runs.carry_out",
    "attach-rule-end": "portals.services.service_projects.attach_runs.carry_out",
    "customer-groups-sync-all": "portals.tasks.sync_all_groups",
    "site-delete": "provisioning.services.sites_and_apps.site_deletion.delete_site",
    "app-delete": "provisioning.services.sites_and_apps.site_deletion.delete_app",
    "customers-change": "portals.services.customer_accounts.customer_runs.carry_out",
    "customers-look": "portals.services.customer_lists.customer_imports.look",
    "customers-import": "portals.services.customer_lists.import_work.carry_out",
    "directory-all-members": f"{GROUPS}.all_members.follow_directory",
    "customer-organizations-change": (f"{ORGANIZATIONS}.organization_runs.carry_out"),
    "organization-domain-fill": f"{ORGANIZATIONS}.organization_domains.carry_out",
}

# As Job.Priority says it: lower ones are done first.
URGENT, NORMAL, BULK = 1, 5, 9

# Work about no more people, groups or rows than this is little.
JOB_FEW = 2_000

# How urgent the work of a kind is: when it is little, and when it is much. What is not
# named is NORMAL. Somebody waits for the result of urgent work, or for access.
JOB_PRIORITIES: dict[str, tuple[int, int]] = {
    "access-check": (BULK, BULK),
    "accounts-deactivate": (URGENT, NORMAL),
    "app-delete": (BULK, BULK),
    "attach-rule-apply": (URGENT, NORMAL),
    "attach-rule-end": (URGENT, NORMAL),
    "customer-groups-sync-all": (NORMAL, NORMAL),
    "customer-organization-sync": (URGENT, NORMAL),
    "customer-organizations-change": (URGENT, NORMAL),
    "customers-change": (URGENT, NORMAL),
    "customers-import": (NORMAL, BULK),
    "customers-look": (URGENT, BULK),
    "directory-all-members": (NORMAL, NORMAL),
    "directory-reconcile": (BULK, BULK),
    "directory-release": (BULK, BULK),
    "domain-check": (URGENT, URGENT),
    "domain-follow": (NORMAL, NORMAL),
    "dry-run": (BULK, BULK),
    "group-sync": (URGENT, NORMAL),
    "groups-sync-all": (NORMAL, NORMAL),
    "guard-approve": (URGENT, NORMAL),
    "guard-discard": (URGENT, NORMAL),
    "guard-undo": (URGENT, NORMAL),
    "link-choice": (URGENT, NORMAL),
    "organization-domain-fill": (NORMAL, NORMAL),
    "organizations-attach": (URGENT, NORMAL),
    "organizations-detach": (URGENT, NORMAL),
    "people-restore": (URGENT, NORMAL),
    "people-suspend": (URGENT, NORMAL),
    "site-delete": (BULK, BULK),
}

# Kinds whose task goes on behind the cursor of its last report, whichever run did
# what lies before. A run of theirs lets better work go first, at a report that has
# moved the cursor. The others are done in one go.
JOBS_THAT_GO_ON_AT_CURSOR = {
    "access-check",
    "access-follow",
    "accounts-deactivate",
    "attach-rule-apply",
    "attach-rule-end",
    "customer-groups-sync-all",
    "customer-organization-sync",
    "customer-organizations-change",
    "customers-change",
    "customers-import",
    "directory-reconcile",
    "domain-follow",
    "group-sync",
    "groups-sync-all",
    "link-choice",
    "organization-domain-fill",
    "organizations-attach",
    "organizations-detach",
    "people-restore",
    "people-suspend",
}

# Kinds whose task uses up what it is about, so that another run finds only the rest.
# They let better work go first at a report that says that more is done.
JOBS_THAT_USE_UP = {
    "app-delete",
    "directory-release",
    "guard-approve",
    "guard-discard",
    "guard-undo",
    "site-delete",
}

# So long work that is over is listed, with what came of it.
JOB_DAYS = 90

# What is done without a subscription too; all other kinds wait for one.
JOBS_THAT_GO_ON = {
    "access-follow",
    "accounts-deactivate",
    "customers-change",
    "directory-release",
    "domain-check",
    "organizations-attach",
    "organizations-detach",
    "people-suspend",
    "site-delete",
    "app-delete",
    "attach-rule-apply",
    "attach-rule-end",
}

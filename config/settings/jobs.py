"""In which order background work is done, and how long its history is kept."""

# As Job.Priority says it: lower ones are done first.
URGENT, NORMAL, BULK = 1, 5, 9

# Work about no more people, groups or rows than this is little.
JOB_FEW = 2_000

# How urgent the work of a kind is: when it is little, and when it is much. What is not
# named is NORMAL. Somebody waits for the result of urgent work, or for access.
JOB_PRIORITIES: dict[str, tuple[int, int]] = {
    "accounts-deactivate": (URGENT, NORMAL),
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
}

# Kinds whose task goes on behind the cursor of its last report, whichever run did
# what lies before. A run of theirs lets better work go first, at a report that has
# moved the cursor. The others are done in one go.
JOBS_THAT_GO_ON_AT_CURSOR = {
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
}

# Kinds whose task uses up what it is about, so that another run finds only the rest.
# They let better work go first at a report that says that more is done.
JOBS_THAT_USE_UP = {
    "directory-release",
    "guard-approve",
    "guard-discard",
    "guard-undo",
}

# So long work that is over is listed, with what came of it.
JOB_DAYS = 90

"""Console URLs of what admins decide and change about groups."""

from django.urls import path

from provisioning.services.group_conflicts import Decision
from provisioning.views.conflict import (
    group_decide,
    group_difference,
    group_difference_export,
)
from provisioning.views.conflict_run import (
    groups_sync_all,
    groups_sync_result,
    groups_sync_result_export,
)

GROUPS = "directory/groups/"
GROUP = f"{GROUPS}<uuid:public_id>/"
REVIEW = "directory/review/"
CONFLICT = f"{REVIEW}<uuid:scim_id>/"

group_patterns = [
    path(f"{REVIEW}sync-all/", groups_sync_all, name="groups-sync-all"),
    path(
        f"{REVIEW}sync-all/<uuid:job_id>/",
        groups_sync_result,
        name="groups-sync-result",
    ),
    path(
        f"{REVIEW}sync-all/<uuid:job_id>/export/",
        groups_sync_result_export,
        name="groups-sync-result-export",
    ),
    path(CONFLICT, group_difference, name="group-difference"),
    path(f"{CONFLICT}export/", group_difference_export, name="group-difference-export"),
    *(
        path(
            f"{CONFLICT}{decision}/",
            group_decide,
            {"decision": decision.value},
            name=f"group-{decision}",
        )
        for decision in Decision
    ),
]

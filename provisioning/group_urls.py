"""Console URLs of what admins decide and change about groups."""

from django.urls import path

from provisioning.services.name_conflicts.group_conflicts import Decision
from provisioning.views.name_conflicts.conflict import (
    group_decide,
    group_difference,
    group_difference_export,
)
from provisioning.views.name_conflicts.conflict_run import (
    groups_sync_all,
    groups_sync_result,
    groups_sync_result_export,
)
from provisioning.views.organization_groups.deleted_group import (
    deleted_group_export,
    deleted_group_list,
    group_restore,
)
from provisioning.views.organization_groups.group_deletion import group_delete_export
from provisioning.views.organization_groups.group_people import (
    group_people_add,
    group_people_remove,
)
from provisioning.views.organization_groups.local_group import (
    group_add,
    group_delete,
    group_edit,
)

GROUPS = "directory/groups/"
GROUP = f"{GROUPS}<uuid:public_id>/"
REVIEW = "directory/review/"
CONFLICT = f"{REVIEW}<uuid:scim_id>/"

group_patterns = [
    path(f"{GROUPS}add/", group_add, name="group-add"),
    path(f"{GROUPS}deleted/", deleted_group_list, name="deleted-group-list"),
    path(f"{GROUPS}deleted/export/", deleted_group_export, name="deleted-group-export"),
    path(
        f"{GROUPS}deleted/<uuid:public_id>/restore/",
        group_restore,
        name="group-restore",
    ),
    path(f"{GROUP}edit/", group_edit, name="group-edit"),
    path(f"{GROUP}delete/", group_delete, name="group-delete"),
    path(f"{GROUP}delete/export/", group_delete_export, name="group-delete-export"),
    path(f"{GROUP}people/add/", group_people_add, name="group-people-add"),
    path(f"{GROUP}people/remove/", group_people_remove, name="group-people-remove"),
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

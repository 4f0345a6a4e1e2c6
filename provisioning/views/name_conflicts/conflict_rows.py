"""The groups that wait, as the review lists them: what each gives, who would change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directories.models import GroupRecord, TroubleshootingEntry
from directories.permissions import ConsoleRequest
from provisioning import tables
from provisioning.models import AppGrant, Group, GroupRole
from provisioning.queries import review
from provisioning.queries.access.app_access import grants_of
from provisioning.queries.accounts.rights import rights_of
from provisioning.queries.name_conflicts.conflicts import WAITING, conflicts_in
from provisioning.queries.name_conflicts.differences import (
    Difference,
    differences,
    local_groups_of,
)
from provisioning.reasons import EXPLANATIONS, Explanation
from provisioning.services.name_conflicts.staying_local import (
    BITBUCKET,
    DEFAULT,
    reason_of,
)
from provisioning.views.listing import list_page

# Why a local group cannot become a synced one, and what to do.
STAYS_LOCAL = {
    DEFAULT: gettext_lazy(
        "The local group is a default group of an app: people who are invited are put "
        "into it here. Choose None under “Manage access” of the app, “Update default "
        "group setting”, first, or keep both groups."
    ),
    BITBUCKET: gettext_lazy(
        "The local group gives access to Bitbucket, which takes no synced groups. "
        "Remove it under “Manage access” of Bitbucket first, or keep both groups."
    ),
}


@dataclass(frozen=True)
class GroupRow:
    """A group that waits, the local one of its name and how the two differ.

    `difference` is None where too many people are in one of them to count beside
    others. `stays` is the reason for which the local group cannot follow, if any.
    """

    record: GroupRecord
    explanation: Explanation | None
    group: Group | None = None
    rights: Sequence[GroupRole] = field(default=())
    grants: Sequence[AppGrant] = field(default=())
    difference: Difference | None = None
    stays: str = ""

    @property
    def stays_local(self) -> str:
        """Say why the local group stays local and what to do, "" if it can follow."""
        return str(STAYS_LOCAL.get(self.stays, ""))

    @property
    def sites(self) -> str:
        """Return the names of the sites where the local group gives something."""
        return site_names(self.rights, self.grants)


def site_names(rights: Sequence[GroupRole], grants: Sequence[AppGrant]) -> str:
    """Return the names of the sites that rights and access are about."""
    sites = {right.site.name for right in rights if right.site}
    named = sorted(sites | {grant.app.site.name for grant in grants})
    if any(right.site is None for right in rights):
        named.insert(0, _("All sites"))
    return ", ".join(named)


def group_page(request: ConsoleRequest) -> dict[str, Any]:
    """Return what the list of waiting groups shows."""
    organization = request.organization
    wanted = tables.conflict_filter(request.GET)
    waiting = review.waiting_groups(organization, wanted.directory)
    if wanted.text:
        waiting = conflicts_in(organization, wanted)
    listing = list_page(request, waiting, tables.cut_of(request.GET, "id"))
    rows = group_rows(listing.rows)
    return {
        "wanted": wanted,
        "listing": listing,
        "rows": rows,
        "conflicts": any(row.group is not None for row in rows),
        "directories": [
            (str(d.pk), d.name) for d in review.provider_directories(organization)
        ],
    }


def _explained(
    record: GroupRecord, group: Group | None, owners: dict[str, str]
) -> Explanation | None:
    """Say why a group waits; its name may have become another directory's."""
    owner = owners.get(record.display_name_key)
    if group is not None or owner is None:
        return EXPLANATIONS.get(record.link_reason)
    return Explanation(
        TroubleshootingEntry.Level.WARNING,
        format_lazy(
            gettext_lazy(
                "The group waits: {directory} syncs a group of this name now."
            ),
            directory=owner,
        ),
        gettext_lazy(
            "Rename or remove the group in one of the two identity providers."
        ),
    )


def _owners(records: Sequence[GroupRecord]) -> dict[str, str]:
    """Return the names of the directories that sync groups of these names."""
    if not records:
        return {}
    synced = Group.objects.filter(
        organization=records[0].organization_id,
        name_key__in=[record.display_name_key for record in records],
        record__isnull=False,
    )
    return dict(synced.values_list("name_key", "record__directory__name"))


def group_rows(records: Sequence[GroupRecord]) -> list[GroupRow]:
    """Return records with the local groups of their names; a handful of queries."""
    waiting = [record for record in records if record.link_reason in WAITING]
    groups = local_groups_of(waiting)
    given = rights_of(groups.values())
    # Also of removed apps: restored, they would give a synced group what it must not.
    granted = grants_of(groups.values(), removed=True)
    numbers = differences(waiting, groups)
    owners = _owners([record for record in waiting if record.pk not in groups])

    def row(record: GroupRecord) -> GroupRow:
        group = groups.get(record.pk)
        explanation = _explained(record, group, owners)
        if group is None:
            return GroupRow(record=record, explanation=explanation)
        grants = granted.get(group.pk, [])
        return GroupRow(
            record=record,
            explanation=explanation,
            group=group,
            rights=given.get(group.pk, ()),
            grants=[grant for grant in grants if grant.app.removed_at is None],
            difference=numbers.get(record.pk),
            stays=reason_of(group, grants),
        )

    return [row(record) for record in records]

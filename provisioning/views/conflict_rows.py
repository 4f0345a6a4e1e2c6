"""The groups that wait, as the review lists them: what each gives, who would change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from directories.models import GroupRecord
from directories.permissions import ConsoleRequest
from provisioning import tables
from provisioning.models import Group, GroupRole
from provisioning.queries import review
from provisioning.queries.conflicts import WAITING, conflicts_in
from provisioning.queries.differences import Difference, differences, local_groups_of
from provisioning.queries.rights import rights_of
from provisioning.services.explanations import EXPLANATIONS, Explanation
from provisioning.views.listing import list_page


@dataclass(frozen=True)
class GroupRow:
    """A group that waits, the local one of its name and how the two differ.

    `difference` is None where too many people are in one of them to count beside
    others.
    """

    record: GroupRecord
    explanation: Explanation | None
    group: Group | None = None
    rights: Sequence[GroupRole] = field(default=())
    difference: Difference | None = None

    @property
    def sites(self) -> str:
        """Return the names of the sites where the local group gives something."""
        return site_names(self.rights)


def site_names(rights: Sequence[GroupRole]) -> str:
    """Return the names of the sites that rights are about."""
    named = sorted({right.site.name for right in rights if right.site})
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
    return {
        "wanted": wanted,
        "listing": listing,
        "rows": group_rows(listing.rows),
        "conflicts": any(row.link_reason in WAITING for row in listing.rows),
        "directories": [
            (str(d.pk), d.name) for d in review.provider_directories(organization)
        ],
    }


def group_rows(records: Sequence[GroupRecord]) -> list[GroupRow]:
    """Return records with the local groups of their names; a handful of queries."""
    waiting = [record for record in records if record.link_reason in WAITING]
    groups = local_groups_of(waiting)
    given = rights_of(groups.values())
    numbers = differences(waiting, groups)
    return [
        GroupRow(
            record=record,
            explanation=EXPLANATIONS.get(record.link_reason),
            group=groups.get(record.pk),
            rights=given.get(groups[record.pk].pk, ()) if record.pk in groups else (),
            difference=numbers.get(record.pk),
        )
        for record in records
    ]

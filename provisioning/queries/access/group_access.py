"""What one group gives in apps, and how many people have it by that group alone."""

from collections.abc import Sequence

from provisioning.models import AppGrant, Group
from provisioning.queries.access.app_access import Change, change_by, grants_of

# Of bigger groups, or of more roles, nobody is counted.
MOST_MEMBERS, MOST_GRANTS = 5_000, 10


def with_alone(group: Group, *, count: int) -> Sequence[tuple[AppGrant, Change | None]]:
    """Return what a group of `count` people gives, and whom it alone gives it to.

    None for too many to count at once.
    """
    grants = grants_of([group]).get(group.pk, [])
    if count > MOST_MEMBERS or len(grants) > MOST_GRANTS:
        return [(grant, None) for grant in grants]
    return [(grant, change_by(grant.app, group, grant.role)) for grant in grants]

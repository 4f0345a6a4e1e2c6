"""Says which local groups cannot follow an identity provider, and why."""

from collections.abc import Iterable

from provisioning.models import App, AppGrant, Group

DEFAULT = "default_group"
BITBUCKET = "gives_bitbucket"


class StaysLocalError(Exception):
    """The group stays local: `reason` is DEFAULT or BITBUCKET."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_default(group: Group, grants: Iterable[AppGrant] | None = None) -> bool:
    """Say whether people who are invited to an app join the group.

    They are put in it here, which no identity provider would know of. `grants` are all
    of the group, where they were read ahead.
    """
    if group.kind == Group.Kind.DEFAULT:
        return True
    if group.kind != Group.Kind.LOCAL:
        return False
    return any(grant.is_default for grant in _grants(group, grants))


def reason_of(group: Group, grants: Iterable[AppGrant] | None = None) -> str:
    """Return why a group cannot become a synced one, "" if it can.

    `grants` are all of the group, with their apps, where they were read ahead: also
    those in apps that were removed.
    """
    if is_default(group, grants):
        return DEFAULT
    given = _grants(group, grants)
    if any(grant.app.kind == App.Kind.BITBUCKET for grant in given):
        return BITBUCKET
    return ""


def _grants(group: Group, grants: Iterable[AppGrant] | None) -> Iterable[AppGrant]:
    return group.grants.all() if grants is None else grants


def check_may_follow(group: Group) -> None:
    """Raise StaysLocalError where a group cannot become a synced one."""
    if reason := reason_of(group):
        raise StaysLocalError(reason)

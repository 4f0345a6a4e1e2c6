"""Says which local groups cannot follow an identity provider, and why."""

from provisioning.models import App, Group

DEFAULT = "default_group"
BITBUCKET = "gives_bitbucket"


class StaysLocalError(Exception):
    """The group stays local: `reason` is DEFAULT or BITBUCKET."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_default(group: Group) -> bool:
    """Say whether people who are invited to an app join the group.

    They are put in it here, which no identity provider would know of.
    """
    if group.kind == Group.Kind.DEFAULT:
        return True
    if group.kind != Group.Kind.LOCAL:
        return False
    return any(grant.is_default for grant in group.grants.all())


def reason_of(group: Group) -> str:
    """Return why a group cannot become a synced one, "" if it can.

    Without a query where its grants and their apps were read ahead.
    """
    if is_default(group):
        return DEFAULT
    if any(grant.app.kind == App.Kind.BITBUCKET for grant in group.grants.all()):
        return BITBUCKET
    return ""


def check_may_follow(group: Group) -> None:
    """Raise StaysLocalError where a group cannot become a synced one."""
    if reason := reason_of(group):
        raise StaysLocalError(reason)

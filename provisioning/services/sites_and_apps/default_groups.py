"""The default groups that a site gets with its apps, and what they give."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from directories.events import Event
from directories.folding import fold
from directories.models import Organization, RoleAssignment, Site
from directories.services.admins import scope
from directories.services.audit import Actor, Target, record_event
from provisioning.models import LICENSED_ROLES, App, Group, GroupRole
from provisioning.services.organization_groups.local_groups import create_group
from provisioning.services.sites_and_apps import app_grants

# Of a site's name in that of a group.
NAME_PART = 200
USERS = {
    App.Kind.JIRA: "jira-users-{site}",
    App.Kind.CONFLUENCE: "confluence-users-{site}",
    App.Kind.SERVICE_MANAGEMENT: "jira-servicemanagement-users-{site}",
    App.Kind.TRELLO: "trello-users-{site}",
    App.Kind.BITBUCKET: "bitbucket-users-{site}",
}
# Jira has a group of its admins too.
ADMINS = {App.Kind.JIRA: "jira-admins-{site}"}


@dataclass(frozen=True)
class Planned:
    """A default group as it will be made: of app users, or of `admins` of the app."""

    kind: App.Kind
    name: str
    admins: bool

    @property
    def gives(self) -> str:
        """Say what the group gives."""
        if self.admins:
            return _("App admin of {app}").format(app=self.kind.label)
        role = LICENSED_ROLES[self.kind].label
        return _("{role} of {app}").format(role=role, app=self.kind.label)


def planned(
    organization: Organization, site_name: str, kinds: Iterable[App.Kind]
) -> list[Planned]:
    """Return the groups that a site of this name gets with some apps, one query.

    A name that is taken gets the first number from 2 that is free.
    """
    wanted = []
    for kind in kinds:
        wanted.append((kind, USERS[kind], False))
        if kind in ADMINS:
            wanted.append((kind, ADMINS[kind], True))
    taken = _names_like(organization, [pattern for _kind, pattern, _ in wanted])
    found = []
    for kind, pattern, admins in wanted:
        name = _free(pattern.format(site=site_name[:NAME_PART]), taken)
        found.append(Planned(kind, name, admins))
    return found


def _names_like(organization: Organization, patterns: Iterable[str]) -> set[str]:
    names: set[str] = set()
    for pattern in patterns:
        start = fold(pattern.partition("{")[0])
        same = organization.groups.filter(
            name_key__gte=start, name_key__lt=f"{start}\uffff"
        )
        names.update(same.order_by("pk").values_list("name_key", flat=True))
    return names


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while fold(free) in taken:
        number += 1
        free = f"{name}-{number}"
    return free


def make(
    app: App, organization: Organization, *, by: Actor, now: datetime
) -> list[Group]:
    """Make the default groups of an app that is new on its site.

    Call it in the transaction that adds the app.
    """
    site, kind = app.site, App.Kind(app.kind)
    made = []
    for each in planned(organization, site.name, [kind]):
        group = create_group(
            organization,
            name=each.name,
            description=_("{gives} on {site}").format(gives=each.gives, site=site.name),
            by=by,
            now=now,
            kind=Group.Kind.DEFAULT,
        )
        if each.admins:
            _give_right(group, site, kind, by=by, now=now)
        else:
            role = LICENSED_ROLES[kind]
            app_grants.give_access(app, group, role, by=by, now=now)
            app_grants.set_default(app, group, role, by=by, now=now)
        made.append(group)
    return made


def _give_right(
    group: Group, site: Site, kind: App.Kind, *, by: Actor, now: datetime
) -> None:
    """Give a group without people the right to administer an app."""
    role = RoleAssignment.Role.APP_ADMIN
    GroupRole.objects.create(
        group=group, role=role, site=site, app=kind, created_at=now
    )
    details = {"role": role.value, **scope(site, kind)}
    record_event(
        Event.GROUP_ROLE_GRANTED,
        organization=group.organization,
        by=by,
        target=Target("group", str(group.public_id), group.name, details),
        at=now,
    )

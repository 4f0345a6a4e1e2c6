"""Spaces of the demonstration organization, and who may do what in its apps."""

from datetime import datetime

from directories.models import Account, Site
from directories.services.audit import SYSTEM
from provisioning.models import App
from provisioning.queries.in_app.permission_changes import Receiver, Wish
from provisioning.services.in_app import app_permissions, spaces

READING = frozenset({"view", "add-comment"})
WRITING = READING | {"delete-own", "add-page", "add-blog", "add-attachment"}
IN_JIRA = (
    (
        "jira-users-meridian",
        {
            "browse-users-and-groups",
            "share-dashboards-and-filters",
            "create-team-managed-spaces",
        },
    ),
    ("Design", {"make-bulk-changes"}),
)
IN_CONFLUENCE = (
    ("confluence-users-meridian", {"personal-space"}),
    ("Design", {"create-space"}),
)
# Name, key, and which groups may do what in it.
SPACES = (
    (
        "Handbook",
        "HB",
        (("confluence-users-meridian", READING), ("Design", WRITING)),
    ),
    ("Design reviews", "DESIGN", (("Design", WRITING | {"restrictions"}),)),
)


def give_permissions(site: Site, space_admin: Account, now: datetime) -> None:
    """Make the spaces of a site, and say who may do what in them and in the apps."""
    for kind, given in (
        (App.Kind.JIRA, IN_JIRA),
        (App.Kind.CONFLUENCE, IN_CONFLUENCE),
    ):
        wishes = [_wish(site, name, frozenset(keys)) for name, keys in given]
        app = site.apps.get(kind=kind)
        app_permissions.change(app, wishes, by=SYSTEM, now=now)
    confluence = site.apps.get(kind=App.Kind.CONFLUENCE)
    for name, key, groups in SPACES:
        space = spaces.add_space(
            confluence,
            name=name,
            key=key,
            admin=Receiver(account=space_admin),
            by=SYSTEM,
            now=now,
        )
        wishes = [_wish(site, group, frozenset(keys)) for group, keys in groups]
        app_permissions.change(confluence, wishes, space=space, by=SYSTEM, now=now)


def _wish(site: Site, name: str, gives: frozenset[str]) -> Wish:
    groups = site.organization.groups
    return Wish(Receiver(group=groups.get(name=name)), gives=gives)

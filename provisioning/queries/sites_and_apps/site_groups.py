"""Reads about the groups of an organization as one of its sites sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from directories.models import Organization, Site
from provisioning.models import App, AppGrant, Group, GroupRole
from provisioning.queries.access.app_access import grants_of
from provisioning.queries.accounts.rights import rights_of
from provisioning.queries.organization_groups.groups import GroupFilter, groups_in

YES, NO = "yes", "no"


@dataclass(frozen=True)
class SiteGroupFilter:
    """Which groups to list; what is empty does not matter.

    `gives` is YES or NO: access to an app of the site.
    """

    text: str = ""
    kind: str = ""
    directory: str = ""
    gives: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.kind or self.directory or self.gives)


@dataclass(frozen=True)
class Given:
    """What a group gives on a site: roles in its apps, admin rights over it."""

    grants: Sequence[AppGrant]
    rights: Sequence[GroupRole]


def groups_of(
    organization: Organization, wanted: SiteGroupFilter, apps: Sequence[App]
) -> QuerySet[Group]:
    """Return the groups that match, with the directory they come from."""
    base = GroupFilter(text=wanted.text, kind=wanted.kind, directory=wanted.directory)
    groups = groups_in(organization, base)
    giving = AppGrant.objects.filter(app__in=[app.pk for app in apps])
    if wanted.gives == YES:
        return groups.filter(pk__in=giving.values("group"))
    if wanted.gives == NO:
        return groups.filter(~Exists(giving.filter(group=OuterRef("pk"))))
    return groups


def given_on(site: Site, groups: Sequence[Group]) -> dict[int, Given]:
    """Return what groups give on a site, by their keys; three queries."""
    grants, rights = grants_of(groups), rights_of(groups)
    return {
        group.pk: Given(
            [g for g in grants.get(group.pk, []) if g.app.site_id == site.pk],
            [r for r in rights.get(group.pk, []) if r.site_id == site.pk],
        )
        for group in groups
    }

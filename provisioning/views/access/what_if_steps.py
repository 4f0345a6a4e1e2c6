"""Writes the steps of a planned change into addresses, and puts them into words.

A step is one word for its kind and the ids that it is about, with dots between:
`give.<site>.<app>.<role>.<group>`.
"""

from collections.abc import Collection
from contextlib import suppress
from urllib.parse import urlsplit

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from directories.permissions import Permission
from provisioning.models import App, AppGrant, AppRole, Group
from provisioning.queries.planning.access_plan import Kind, Step
from provisioning.queries.planning.access_steps import NO_LIMIT, PARTS


def written(step: Step) -> str:
    """Return a step as an address says it."""
    words: dict[str, list[str]] = {
        "app": [str(step.app.site_id), step.app.kind] if step.app else [],
        "role": [step.role],
        "group": [str(step.group.public_id)] if step.group else [],
        "source": [str(step.source.public_id)] if step.source else [],
        "account": [str(step.account.public_id)] if step.account else [],
        "site": [str(step.site.pk)] if step.site else [],
        "limit": [NO_LIMIT if step.limit is None else str(step.limit)],
    }
    parts = [word for part in PARTS[step.kind] for word in words[part]]
    return ".".join([str(step.kind), *parts])


def label(step: Step) -> str:
    """Return a step in words."""
    sentences: dict[Kind, str] = {
        Kind.GIVE: _("Give {group} the role {role} in {app} on {site}"),
        Kind.TAKE: _("Take the role {role} in {app} on {site} from {group}"),
        Kind.DELETE: _("Delete the group {group}"),
        Kind.UNASSIGN: _("Unassign {group} at the identity provider, which deletes it"),
        Kind.JOIN: _("Add {person} to {group}"),
        Kind.LEAVE: _("Remove {person} from {group}"),
        Kind.JOIN_ALL: _("Add everybody of {source} to {group}"),
        Kind.LEAVE_ALL: _("Remove everybody of {source} from {group}"),
        Kind.SUSPEND: _("Suspend {person}"),
        Kind.DEACTIVATE: _("Deactivate {person}"),
        Kind.RESTORE: _("Restore the access of {person}"),
        Kind.REMOVE_APP: _("Remove {app} from {site}"),
        Kind.REMOVE_SITE: _("Remove the site {site}"),
        Kind.LIMIT: _("Set the user limit of {app} on {site} to {limit}"),
    }
    site = step.app.site if step.app else step.site
    return sentences[step.kind].format(
        app=step.app.get_kind_display() if step.app else "",
        role=AppRole(step.role).label if step.role else "",
        group=step.group.name if step.group else "",
        source=step.source.name if step.source else "",
        person=step.account.get_full_name() if step.account else "",
        site=site.name if site else "",
        limit=_("no limit") if step.limit is None else f"{step.limit:,}",
    )


def role_label(role: str) -> str:
    """Return the name of a role in an app."""
    return str(AppRole(role).label)


def page_of(step: Step, permissions: Collection[Permission]) -> str:
    """Return the address of the page where a step is carried out, filled in.

    "" where these permissions do not open it.
    """
    with suppress(NoReverseMatch):
        address = _page(step)
        view = resolve(urlsplit(address).path).func
        return address if vars(view)["permission"] in permissions else ""
    return ""


def _page(step: Step) -> str:
    if step.app and step.group:
        return _grant_page(step.kind, step.app, step.group, step.role)
    if step.group:
        names = {
            Kind.DELETE: "group-delete",
            Kind.JOIN: "group-people-add",
        }
        name = names.get(step.kind, "group-detail")
        return _address(name, step.group.public_id)
    if step.account:
        names = {Kind.SUSPEND: "user-suspend", Kind.RESTORE: "user-restore"}
        return _address(names.get(step.kind, "user-detail"), step.account.public_id)
    if step.app:
        removes = step.kind == Kind.REMOVE_APP
        name, query = (
            ("site-app-remove", "") if removes else ("app-access", "?tab=licenses")
        )
        return _address(name, step.app.site_id, step.app.kind) + query
    return _address("site-remove", step.site.pk) if step.site else ""


def _grant_page(kind: Kind, app: App, group: Group, role: str) -> str:
    if kind == Kind.GIVE:
        query = urlencode({"role": role, "q": group.name})
        return f"{_address('app-access-add', app.site_id, app.kind)}?{query}"
    grant = AppGrant.objects.filter(app=app, group=group, role=role).first()
    if grant is None:
        return _address("app-access", app.site_id, app.kind)
    return _address("app-access-remove", app.site_id, app.kind, grant.pk)


def _address(name: str, *args: object) -> str:
    return reverse(f"provisioning:{name}", args=args)

"""Why somebody holds a permission inside of an app, or does not, in sentences."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from directories.models import Account, Member
from provisioning.app_permissions import BY_KEY, InApp
from provisioning.models import App, AppAccess, AppGrant, AppRole, Space
from provisioning.queries.in_app.app_permissions import Held, permissions_of

GROUPS_NAMED = 5


@dataclass
class Reason:
    """Whether somebody holds a permission, and the sentences that say why (not)."""

    holds: bool
    sentences: list[str] = field(default_factory=list)


def why_permission(
    account: Account, app: App, permission: str, space: Space | None = None
) -> Reason:
    """Return whether and why somebody holds a permission inside of an app now."""
    known = BY_KEY[permission]
    standing = _standing(account, app)
    if standing:
        return Reason(holds=False, sentences=standing)
    entries = list(AppAccess.objects.filter(account=account, app=app).order_by("role"))
    active = [each for each in entries if each.state == AppAccess.State.ACTIVE]
    if not active:
        return Reason(holds=False, sentences=_no_access(account, app, entries))
    access = [_access(account, app, each) for each in active]
    spaces = [space] if space else []
    held = next(
        (
            each
            for each in permissions_of(account, app, spaces)
            if each.permission == known and each.space == space
        ),
        None,
    )
    if held is None:
        return Reason(
            holds=False, sentences=[*access, _not_given(account, known, active)]
        )
    return Reason(holds=True, sentences=[*access, *_ways(account, held)])


def _standing(account: Account, app: App) -> list[str]:
    """Say why somebody can do nothing at all, nothing where that is not so."""
    name = account.get_full_name()
    if app.removed_at is not None:
        said = _("{app} was removed from {site}: nobody may do anything in it.")
        return [said.format(app=app.get_kind_display(), site=app.site.name)]
    member = Member.objects.filter(
        account=account, organization=app.site.organization_id
    ).first()
    if member is None:
        return [_("{name} is not in the organization.").format(name=name)]
    if member.status != Member.Status.ACTIVE:
        said = _(
            "{name} has the status {status}. What was given counts again when the "
            "status is active."
        )
        return [said.format(name=name, status=member.get_status_display())]
    return []


def _no_access(account: Account, app: App, entries: list[AppAccess]) -> list[str]:
    names = {"name": account.get_full_name(), "app": app.get_kind_display()}
    if any(each.state == AppAccess.State.WAITING for each in entries):
        said = _("{name} waits for a license of {app}. Nothing in it counts before.")
    elif entries:
        said = _("The user limit of {app} refused {name}. Nothing in it counts so far.")
    else:
        said = _("{name} has no access to {app}: no group of theirs opens it.")
    return [said.format(**names)]


def _access(account: Account, app: App, entry: AppAccess) -> str:
    grants = AppGrant.objects.filter(
        app=app, role=entry.role, group__group_members__account=account
    )
    groups = list(
        grants.order_by("group__name_key").values_list("group__name", flat=True)[
            : GROUPS_NAMED + 1
        ]
    )
    said = _("{name} has access to {app} on {site} as {role}, by {groups}.")
    return said.format(
        name=account.get_full_name(),
        app=app.get_kind_display(),
        site=app.site.name,
        role=AppRole(entry.role).label,
        groups=_named(groups),
    )


def _named(names: list[str]) -> str:
    shown = ", ".join(names[:GROUPS_NAMED])
    return _("{names} and more").format(names=shown) if names[GROUPS_NAMED:] else shown


def _ways(account: Account, held: Held) -> list[str]:
    name, label = account.get_full_name(), held.permission.label
    if held.by_access:
        said = _("{permission} comes with access to the app.")
        return [said.format(permission=label)]
    sentences = []
    for given in held.directly:
        said = _("{permission} was given to {name} directly.")
        text = said.format(permission=given.label, name=name)
        sentences.append(text + _included(given, held.permission))
    for group, given in held.groups[:GROUPS_NAMED]:
        said = _("{name} is in {group}, which was given {permission}.")
        text = said.format(name=name, group=group.name, permission=given.label)
        sentences.append(text + _included(given, held.permission))
    if (more := len(held.groups) - GROUPS_NAMED) and more > 0:
        said = ngettext(
            "{count} more group gives it too.",
            "{count} more groups give it too.",
            more,
        )
        sentences.append(said.format(count=more))
    return sentences


def _included(given: InApp, asked: InApp) -> str:
    """Say that a permission comes with another one, "" where it is that itself."""
    if given == asked:
        return ""
    said = _("{given} includes {asked}.")
    return " " + said.format(given=given.label, asked=asked.label)


def _not_given(account: Account, known: InApp, active: list[AppAccess]) -> str:
    roles = [AppRole(each.role) for each in active]
    if not set(roles) & set(known.roles):
        said = _("As {role} nobody holds {permission}, whatever was given.")
        return said.format(role=roles[0].label, permission=known.label)
    said = _(
        "{permission} was given neither to {name} nor to a group that {name} is in."
    )
    return said.format(permission=known.label, name=account.get_full_name())

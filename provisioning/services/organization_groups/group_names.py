"""Rules of group names: what may be pushed, and who holds a name already."""

from django.utils.translation import gettext as _

from directories.consumers import RefusedError
from directories.findings import Refusal
from directories.folding import fold
from directories.models import Directory, GroupRecord
from provisioning.models import Group
from provisioning.services.name_conflicts.staying_local import is_default

# Names that no identity provider may push (organization-provisioning 7.1).
BUILT_IN_NAMES = frozenset(
    {
        "atlassian-addons",
        "atlassian-addons-admin",
        "site-admins",
        "org-admins",
        "administrators",
        "system-administrators",
    }
)
ALL_MEMBERS_NAME = "All members for directory - "
GOOGLE_NAME = "All users from Google Workspace"
# The documents of the provider spell it in both ways.
GOOGLE_NAMES = frozenset({fold(GOOGLE_NAME), "all users for google workspace"})
NAME_LENGTH = 255


def is_built_in(name_key: str) -> bool:
    """Say whether a folded name is that of a built-in group."""
    return name_key in BUILT_IN_NAMES


def is_of_system(name_key: str) -> bool:
    """Say whether a folded name is kept for groups of all members."""
    return name_key in GOOGLE_NAMES or name_key.startswith(fold(ALL_MEMBERS_NAME))


def all_members_name(directory: Directory) -> str:
    """Return the name of a directory's group of all members."""
    if directory.provider == Directory.Provider.GOOGLE_WORKSPACE:
        return GOOGLE_NAME
    return f"{ALL_MEMBERS_NAME}{directory.pk}"


def free_name(group: Group) -> str:
    """Return a name for a group that gives up its own, or for its local half."""
    taken = Group.objects.filter(organization_id=group.organization_id)
    room = group.name[: NAME_LENGTH - len(" (local 00000)")]
    number = 1
    while True:
        name = f"{room} (local)" if number == 1 else f"{room} (local {number})"
        if not taken.filter(name_key=fold(name)).exists():
            return name
        number += 1


def holder_of(record: GroupRecord, group: Group | None) -> Group | None:
    """Return the other group of the organization that has the record's name."""
    others = Group.objects.filter(
        organization_id=record.organization_id, name_key=record.display_name_key
    )
    return (others.exclude(pk=group.pk) if group else others).first()


def refuse_reserved(record: GroupRecord, holder: Group | None) -> None:
    """Raise RefusedError when nobody may push a group of the record's name."""
    kind = holder.kind if holder else ""
    if is_built_in(record.display_name_key) or kind == Group.Kind.BUILT_IN:
        raise _refused(
            record,
            Refusal.BUILT_IN_GROUP,
            _("A built-in group has this name. Rename the group in the provider."),
        )
    if is_of_system(record.display_name_key) or kind == Group.Kind.ALL_MEMBERS:
        raise _refused(
            record,
            Refusal.SYSTEM_GROUP,
            _(
                "This name is kept for the group of everybody in a directory. Rename "
                "the group in the provider."
            ),
        )
    if holder and is_default(holder):
        raise _refused(
            record,
            Refusal.DEFAULT_GROUP,
            _(
                "A default group of an app has this name. Rename the group in the "
                "provider. If you made it a default group yourself: choose None under "
                "“Manage access” of the app, “Update default group setting”, and push "
                "the group again."
            ),
        )
    if holder and kind == Group.Kind.SYNCED:
        raise _taken_by(record, holder)


def _taken_by(record: GroupRecord, synced: Group) -> RefusedError:
    """Return why a synced group keeps its name."""
    if synced.record_id is None:
        return _refused(
            record,
            Refusal.DELETED_GROUP,
            _(
                "A deleted group has this name, and its deletion waits for a "
                "decision. Review the removals of its directory."
            ),
        )
    return _refused(
        record,
        Refusal.GROUP_OF_OTHER_DIRECTORY,
        _(
            "Another directory already syncs a group of this name. Rename the "
            "group in one of the two identity providers."
        ),
    )


def refuse_local(record: GroupRecord) -> None:
    """Raise RefusedError where names of local groups are refused, not held."""
    directory = record.directory
    refuses = directory.group_conflicts == Directory.GroupConflicts.REFUSE
    if refuses or directory.mode == Directory.Mode.STRICT:
        raise _refused(
            record,
            Refusal.LOCAL_GROUP,
            _("A local group has this name. Rename one of the two groups."),
        )


def _refused(record: GroupRecord, kind: Refusal, advice: str) -> RefusedError:
    text = f"Resource [GROUP]: with displayName[{record.display_name}] already exists."
    return RefusedError(text, kind=kind, name=record.display_name, advice=advice)

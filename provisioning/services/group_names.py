"""Rules of group names: what may be pushed, and who holds a name already."""

from django.utils.translation import gettext as _

from directories.consumers import RefusedError
from directories.models import Directory, GroupRecord
from provisioning.models import Group
from provisioning.services.explanations import Reason

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


def holder_of(record: GroupRecord, group: Group | None) -> Group | None:
    """Return the other group of the organization that has the record's name."""
    others = Group.objects.filter(
        organization_id=record.organization_id, name_key=record.display_name_key
    )
    return (others.exclude(pk=group.pk) if group else others).first()


def refuse_reserved(record: GroupRecord, holder: Group | None) -> None:
    """Raise RefusedError when nobody may push a group of the record's name."""
    built_in = record.display_name_key in BUILT_IN_NAMES
    if built_in or (holder and holder.kind == Group.Kind.BUILT_IN):
        raise _refused(
            record,
            "built_in_group",
            _("A built-in group has this name. Rename the group in the provider."),
        )
    if holder is None:
        return
    if holder.kind == Group.Kind.DEFAULT:
        raise _refused(
            record,
            "default_group",
            _(
                "A default group of an app has this name. Rename the group in the "
                "provider."
            ),
        )
    if holder.kind == Group.Kind.SYNCED:
        raise _refused(
            record,
            "group_of_other_directory",
            _("Another directory already syncs a group of this name."),
        )
    if record.directory.mode == Directory.Mode.STRICT:
        raise _refused(
            record,
            Reason.LOCAL_NAME,
            _("A local group has this name. Rename one of the two groups."),
        )


def _refused(record: GroupRecord, kind: str, advice: str) -> RefusedError:
    text = f"Resource [GROUP]: with displayName[{record.display_name}] already exists."
    return RefusedError(text, kind=kind, name=record.display_name, advice=advice)

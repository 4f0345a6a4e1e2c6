"""Names the record that has a value which another one wanted."""

from django.utils.translation import gettext as _

from directories.folding import fold
from directories.models import Directory, GroupRecord, UserRecord
from directories.services.records import TakenError


def holder_of(directory: Directory, error: TakenError) -> str:
    """Return a sentence that names who has the value, "" if nobody has it now."""
    key = fold(error.value)
    if error.attribute == "displayName":
        groups = GroupRecord.objects.filter(directory=directory, display_name_key=key)
        group = groups.first()
        return _named(group.display_name, group) if group else ""
    users = UserRecord.objects.filter(directory=directory)
    by_email = error.attribute == "email"
    held = users.filter(**{"email_key" if by_email else "user_name_key": key})
    user = held.first()
    return _named(user.user_name, user) if user else ""


def _named(name: str, record: UserRecord | GroupRecord) -> str:
    return _("It belongs to {name} (id {id}).").format(name=name, id=record.scim_id)

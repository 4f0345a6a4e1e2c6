"""Writes to the groups that live in the organization only."""

from datetime import datetime

from django.db import transaction

from directories.events import Event
from directories.folding import fold
from directories.models import Account, Organization
from directories.services.audit import Actor, Target, record_event
from provisioning.models import Group, GroupMember
from provisioning.services import rights


@transaction.atomic
def create_group(
    organization: Organization,
    *,
    name: str,
    description: str,
    by: Actor,
    now: datetime,
    kind: Group.Kind = Group.Kind.LOCAL,
) -> Group:
    """Make a group that lives in the organization only.

    Raises IntegrityError when the name is in use.
    """
    group = Group.objects.create(
        organization=organization,
        kind=kind,
        name=name,
        name_key=fold(name),
        description=description,
        created_at=now,
    )
    record_event(
        Event.GROUP_CREATED,
        organization=organization,
        by=by,
        target=Target("group", str(group.public_id), name),
        at=now,
    )
    return group


def add_accounts(group: Group, accounts: list[Account]) -> None:
    """Put accounts into a local group; who is in it already stays."""
    GroupMember.objects.bulk_create(
        (GroupMember(group=group, account=account) for account in accounts),
        ignore_conflicts=True,
    )
    rights.follow([group.pk], [account.pk for account in accounts])

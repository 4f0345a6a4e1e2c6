"""Reads about who of a directory is synced."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from directories.folding import fold
from directories.models import (
    Directory,
    GroupRecord,
    LinkState,
    Membership,
    UserRecord,
)
from directories.queries import nesting
from provisioning.models import SyncChoice
from provisioning.reasons import Reason

FOUND = 10
SHOWN = 200


@dataclass(frozen=True)
class Chosen:
    """A name that was chosen, and what was pushed under it so far."""

    name: str
    arrived: bool = False
    members: int = 0
    state: str = ""


@dataclass(frozen=True)
class Found:
    """What was pushed already and can be chosen; `chosen` if it is."""

    name: str
    subject: str
    members: int = 0
    chosen: bool = False


@dataclass(frozen=True)
class Standing:
    """How many are synced and how many the rule leaves out."""

    linked_users: int
    linked_groups: int
    left_out_users: int
    left_out_groups: int
    chosen_groups: int
    chosen_users: int


@dataclass(frozen=True)
class Preview:
    """How many a rule would take up and leave out, of all that was pushed."""

    users: int
    users_taken_up: int
    users_left_out: int
    groups: int
    groups_taken_up: int
    groups_left_out: int


def preview(
    directory: Directory, *, groups: Collection[str], users: Collection[str]
) -> Preview:
    """Count what a choice of groups and people, by folded names, would change."""
    all_groups = GroupRecord.objects.filter(directory=directory)
    chosen = all_groups.filter(display_name_key__in=list(groups))
    inside = list(chosen.order_by("pk").values_list("pk", flat=True))
    if nesting.counts(directory):
        inside = nesting.with_nested(inside)
    people = Membership.objects.filter(group__in=inside).values("user")
    named = Q(user_name_key__in=list(users)) | Q(pk__in=people)
    everybody = UserRecord.objects.filter(directory=directory)
    return _preview(everybody, everybody.filter(named), all_groups, chosen)


def preview_of_all(directory: Directory) -> Preview:
    """Count what would change if everybody was synced."""
    users = UserRecord.objects.filter(directory=directory)
    groups = GroupRecord.objects.filter(directory=directory)
    return _preview(users, users, groups, groups)


def _preview(
    users: QuerySet[UserRecord],
    chosen_users: QuerySet[UserRecord],
    groups: QuerySet[GroupRecord],
    chosen_groups: QuerySet[GroupRecord],
) -> Preview:
    linked = {"link_state": LinkState.LINKED}
    people, taken = chosen_users.count(), chosen_users.filter(**linked).count()
    several, synced = chosen_groups.count(), chosen_groups.filter(**linked).count()
    return Preview(
        users=people,
        users_taken_up=people - taken,
        users_left_out=users.filter(**linked).count() - taken,
        groups=several,
        groups_taken_up=several - synced,
        groups_left_out=groups.filter(**linked).count() - synced,
    )


def standing(directory: Directory) -> Standing:
    """Count who is synced and who is left out; each count stays inside an index."""
    users = UserRecord.objects.filter(directory=directory)
    groups = GroupRecord.objects.filter(directory=directory)
    loose = [LinkState.UNLINKED, LinkState.PAUSED]
    out = {"link_state__in": loose, "link_reason": Reason.OUT_OF_SCOPE}
    choices = SyncChoice.objects.filter(directory=directory)
    return Standing(
        linked_users=users.filter(link_state=LinkState.LINKED).count(),
        linked_groups=groups.filter(link_state=LinkState.LINKED).count(),
        left_out_users=users.filter(**out).count(),
        left_out_groups=groups.filter(**out).count(),
        chosen_groups=choices.filter(subject=SyncChoice.Subject.GROUP).count(),
        chosen_users=choices.filter(subject=SyncChoice.Subject.USER).count(),
    )


def chosen_groups(directory: Directory, names: Sequence[str]) -> list[Chosen]:
    """Return the first of these names with what was pushed under them."""
    shown = {fold(name): name for name in names[:SHOWN]}
    records = GroupRecord.objects.filter(
        directory=directory, display_name_key__in=list(shown)
    )
    found = {record.display_name_key: record for record in records}
    return [
        Chosen(
            name,
            arrived=key in found,
            members=found[key].member_count if key in found else 0,
            state=found[key].link_state if key in found else "",
        )
        for key, name in shown.items()
    ]


def chosen_users(directory: Directory, names: Sequence[str]) -> list[Chosen]:
    """Return the first of these user names with what was pushed under them."""
    shown = {fold(name): name for name in names[:SHOWN]}
    records = UserRecord.objects.filter(
        directory=directory, user_name_key__in=list(shown)
    )
    states = dict(records.values_list("user_name_key", "link_state"))
    return [
        Chosen(name, arrived=key in states, state=states.get(key, ""))
        for key, name in shown.items()
    ]


def pushed(directory: Directory, text: str) -> list[Found]:
    """Return the first groups and people that were pushed and begin with `text`."""
    key = fold(text)
    if not key:
        return []
    groups = GroupRecord.objects.filter(
        directory=directory, display_name_key__startswith=key
    ).order_by("display_name_key", "pk")
    users = UserRecord.objects.filter(
        directory=directory, user_name_key__startswith=key
    ).order_by("user_name_key", "pk")
    return [
        *(
            Found(name, SyncChoice.Subject.GROUP, members)
            for name, members in groups.values_list("display_name", "member_count")[
                :FOUND
            ]
        ),
        *(
            Found(name, SyncChoice.Subject.USER)
            for name in users.values_list("user_name", flat=True)[:FOUND]
        ),
    ]

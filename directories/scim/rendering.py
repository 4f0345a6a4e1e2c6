"""Renders records as SCIM resources."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from django.db.models import F
from django.db.models.fields.json import KeyTextTransform

from directories import dialect
from directories.models import (
    DirectGroup,
    Directory,
    GroupRecord,
    Membership,
    Nesting,
    UserRecord,
)
from directories.queries import nesting
from directories.queries.providers import scim_base_url
from directories.scim.modes import is_strict, offer_of
from directories.scim.protocol.documents import Document, schemas_of
from directories.scim.protocol.schemas import ACCOUNT_SCHEMA, GROUP, GROUP_SCHEMA, USER
from directories.scim.versions import tag_of, told_account

# Members that are rendered at a time.
PART = 2_000
MEMBERSHIPS = Membership._meta.db_table
GROUPS = GroupRecord._meta.db_table


def _time(at: datetime) -> str:
    text = at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{text.removesuffix('+00:00')}Z"


def _meta(
    directory: Directory, record: UserRecord | GroupRecord, kind: str
) -> Document:
    meta = {
        "resourceType": kind,
        "created": _time(record.created_at),
        "lastModified": _time(record.updated_at),
        "location": f"{scim_base_url(directory)}/{kind}s/{record.scim_id}",
    }
    if offer_of(directory).etag:
        meta["version"] = tag_of(record)
    return meta


def render_users(
    directory: Directory, records: Sequence[UserRecord], *, with_groups: bool
) -> list[Document]:
    """Render users; with their groups by one query at most for all of them."""
    groups = _groups_of(directory, records) if with_groups else {}
    return [_user(directory, record, groups.get(record.pk)) for record in records]


def _user(
    directory: Directory, record: UserRecord, groups: list[Document] | None
) -> Document:
    document: Document = {
        "schemas": schemas_of(record.document, USER),
        "id": str(record.scim_id),
        **record.document,
        "meta": _meta(directory, record, "User"),
    }
    if groups is not None:
        document["groups"] = groups
    account = told_account(record)
    if account is not None:
        document["schemas"] = [*document["schemas"], ACCOUNT_SCHEMA]
        document[ACCOUNT_SCHEMA] = {"atlassianAccountId": account.public_id.hex}
    return document


def _groups_of(
    directory: Directory, records: Sequence[UserRecord]
) -> dict[int, list[Document]]:
    """Return the groups of users by user key, with those around them if they count.

    Only where a group has been in another one is there a second query.
    """
    base = f"{scim_base_url(directory)}/Groups/"
    direct = _direct_groups(records)
    found = {
        user: [
            _group_of(base, uuid.UUID(group.scim_id), group.display_name, "direct")
            for group in groups
        ]
        for user, groups in direct.items()
    }
    ways = [
        (user, group.pk)
        for user, groups in direct.items()
        for group in groups
        if group.was_nested
    ]
    if ways and nesting.counts(directory):
        _add_indirect(found, ways, base)
    return found


def _direct_groups(records: Sequence[UserRecord]) -> dict[int, list[DirectGroup]]:
    """Return the groups that users are in themselves, by user key."""
    found = {record.pk: record.direct_groups or [] for record in records}
    unread = [record.pk for record in records if record.direct_groups is None]
    if unread:
        for user, group, was_nested, scim_id, name in dialect.rows(
            "SELECT m.user_id, g.id, g.was_nested, g.scim_id, g.display_name"  # noqa: S608
            f" FROM {MEMBERSHIPS} m JOIN {GROUPS} g ON g.id = m.group_id"
            f" WHERE {dialect.one_of('m.user_id', 'bigint')} ORDER BY m.user_id, m.id",
            [dialect.ids_parameter(unread)],
        ):
            found[user].append(DirectGroup(group, was_nested, str(scim_id), name))
    return found


def _group_of(base: str, scim_id: uuid.UUID, name: str, kind: str) -> Document:
    value = str(scim_id)
    return {"value": value, "display": name, "type": kind, "$ref": base + value}


def _add_indirect(
    found: dict[int, list[Document]], ways: list[tuple[int, int]], base: str
) -> None:
    """Add the groups around those that users are in, each once (RFC 7643 4.1.2)."""
    around: dict[int, list[tuple[uuid.UUID, str]]] = {}
    for group, scim_id, name in nesting.around(list({group for _, group in ways})):
        around.setdefault(group, []).append((scim_id, name))
    known = {user: {each["value"] for each in found[user]} for user, _group in ways}
    for user, group in ways:
        for scim_id, name in around.get(group, []):
            if str(scim_id) not in known[user]:
                known[user].add(str(scim_id))
                found[user].append(_group_of(base, scim_id, name, "indirect"))


def render_group(
    directory: Directory, record: GroupRecord, members: list[Document] | None
) -> Document:
    """Render a group; `members` None leaves them out."""
    document: Document = {
        "schemas": schemas_of(record.document, GROUP) or [GROUP_SCHEMA],
        "id": str(record.scim_id),
        **record.document,
        "meta": _meta(directory, record, "Group"),
    }
    if members is not None:
        document["members"] = members
    return document


def members_of(
    directory: Directory, groups: Iterable[GroupRecord]
) -> dict[int, list[Document]]:
    """Return the rendered members of small groups by group key, people first.

    It takes one query, and one more where groups are in groups.
    """
    found: dict[int, list[Document]] = {}
    nesting_groups = []
    for group in groups:
        found[group.pk] = []
        if group.nested_count:
            nesting_groups.append(group.pk)
    rows = Membership.objects.filter(group__in=list(found)).order_by(
        "group_id", "user_id"
    )
    name_of = _name_of(directory)
    for key, scim_id, name in rows.values_list("group_id", "user__scim_id", name_of):
        found[key].append(_member(directory, scim_id, name))
    for key, member in _nested(directory, nesting_groups):
        found[key].append(member)
    return found


def members_in_parts(
    directory: Directory, group: GroupRecord
) -> Iterator[list[Document]]:
    """Render the members of a group of any size, some thousand at a time."""
    after = 0
    members = Membership.objects.filter(group=group).order_by("user_id")
    name_of = _name_of(directory)
    while rows := list(
        members.filter(user_id__gt=after).values_list(
            "user_id", "user__scim_id", name_of
        )[:PART]
    ):
        yield [_member(directory, scim_id, name) for _pk, scim_id, name in rows]
        after = rows[-1][0]
    if group.nested_count:
        yield [member for _key, member in _nested(directory, [group.pk])]


def _nested(
    directory: Directory, groups: Sequence[int]
) -> Iterator[tuple[int, Document]]:
    """Render the groups in these groups, each with the key of the group around it."""
    if not groups:
        return
    base = f"{scim_base_url(directory)}/Groups/"
    rows = Nesting.objects.filter(parent__in=groups).order_by("parent_id", "child_id")
    shown = rows.values_list("parent_id", "child__scim_id", "child__display_name")
    for parent, scim_id, name in shown:
        yield parent, _group_of(base, scim_id, name, "Group")


def _name_of(directory: Directory) -> F | KeyTextTransform:
    """Return where the name is that is shown for a member.

    RFC 7643 section 2.4 wants one for humans; the original shows the userName.
    """
    if is_strict(directory):
        return F("user__user_name")
    return KeyTextTransform("displayName", "user__document")


def _member(directory: Directory, scim_id: uuid.UUID, name: str | None) -> Document:
    value = str(scim_id)
    ref = f"{scim_base_url(directory)}/Users/{value}"
    if name is None:
        return {"value": value, "type": "User", "$ref": ref}
    return {"value": value, "display": name, "type": "User", "$ref": ref}

"""Says where the values of users and groups are: in columns, rows or documents."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from directories import dialect
from directories.dialect import Sql
from directories.folding import fold, index_key
from directories.models import (
    Account,
    Directory,
    GroupRecord,
    Membership,
    UserEmail,
    UserRecord,
)
from directories.queries import nesting
from directories.scim.lookup.comparing import Value, both
from directories.scim.protocol.errors import InvalidFilterError
from directories.scim.protocol.paths import Path
from directories.scim.protocol.schemas import (
    ACCOUNT_SCHEMA,
    GROUP,
    USER,
    Attribute,
    ResourceType,
)

USER_TABLE = UserRecord._meta.db_table
GROUP_TABLE = GroupRecord._meta.db_table
MEMBERSHIPS = Membership._meta.db_table
EMAILS = UserEmail._meta.db_table
ACCOUNTS = Account._meta.db_table
DIRECTORIES = Directory._meta.db_table

# The condition that a record of a directory holds exactly this text.
DirectoryKey = uuid.UUID | str
Index = Callable[[str, DirectoryKey], Sql]


class Values(Protocol):
    """A multi-valued attribute."""

    def value(self, sub: Attribute) -> Value:
        """Return a sub-attribute of one of the values."""

    def some(self, term: Sql, directory: DirectoryKey) -> Sql:
        """Return the condition that one value fulfils a term."""


@dataclass(frozen=True)
class Listed:
    """A list in the document of a record."""

    document: Sql
    path: tuple[str, ...]

    def value(self, sub: Attribute) -> Value:
        """Return a sub-attribute of one of the list's objects."""
        return in_document(Sql("e.value"), (sub.name,), sub)

    def some(self, term: Sql, directory: DirectoryKey) -> Sql:
        """Return the condition that one object of the list fulfils a term."""
        values = dialect.json_values(self.document, self.path)
        return Sql(
            f"EXISTS (SELECT 1 FROM {values.text} WHERE {term.text})",  # noqa: S608
            (*values.parameters, *term.parameters),
        )


@dataclass(frozen=True)
class Link:
    """A table that ties records, seen from `own`, and what is at the other end.

    `other` is the SQL of records with a name that is shown as `display`.
    """

    table: str
    own: str
    other: str
    records: Sql

    @property
    def ends(self) -> Sql:
        """Return the table `m` of ties, each joined to the record `o` it leads to."""
        text, parameters = self.records
        return Sql(
            f"{self.table} m JOIN ({text}) o ON o.id = m.{self.other}", parameters
        )


@dataclass(frozen=True)
class Linked:
    """Members of groups, or groups of users: records at the other end, as `o`.

    `nested` are looked at only in directories where groups are in groups.
    """

    pk: str
    direct: Link
    nested: Callable[[Sql], Sql]
    values: Mapping[str, Value]

    def value(self, sub: Attribute) -> Value:
        """Return a sub-attribute of the record at the other end."""
        found = self.values.get(sub.name)
        if found is None:
            raise not_offered(sub)
        return found

    def some(self, term: Sql, directory: DirectoryKey) -> Sql:
        """Return the condition that one record at the other end fulfils a term."""
        term = both(Sql("o.directory_id = %s", (directory,)), term)
        own, ends = self.direct.own, self.direct.ends
        text = f"SELECT m.{own} FROM {ends.text} WHERE {term.text}"  # noqa: S608
        parameters = (*ends.parameters, *term.parameters)
        if nesting.any_in(directory):
            more = self.nested(term)
            text = f"{text} UNION ALL {more.text}"
            parameters = (*parameters, *more.parameters)
        return Sql(f"{self.pk} IN ({text})", parameters)


def not_offered(attribute: Attribute) -> InvalidFilterError:
    """Return the error for an attribute that nothing is looked up by."""
    msg = f"Nothing can be looked up or sorted by {attribute.path}."
    return InvalidFilterError(msg)


def in_document(document: Sql, path: tuple[str, ...], attribute: Attribute) -> Value:
    """Return the value that a document holds at `path`."""
    text = dialect.json_text(document, path)
    if attribute.type == "boolean":
        # RFC 7643 section 2.4: primary is false where nothing is said.
        true = dialect.json_is_true(document, path)
        return Value(true, "boolean", nullable=True, there=text)
    return Value(
        text,
        "binary" if attribute.type == "binary" else "text",
        nullable=True,
        folded=not attribute.case_exact,
    )


@dataclass(frozen=True)
class Lookup:
    """Where the values of one resource type are, by lower-case attribute path.

    `columns` are outside of the document, `rows` are multi-valued and in another
    table, `indexed` knows a faster way to an exact text, `always` are columns that
    are never empty.
    """

    resource_type: ResourceType
    table: str
    columns: Mapping[str, Value]
    rows: Mapping[str, Linked]
    indexed: Mapping[str, Index] = field(default_factory=dict)
    always: frozenset[str] = frozenset()

    def values(self, path: Path) -> Values:
        """Return the values of a multi-valued attribute."""
        attribute = path.the_attribute
        linked = self.rows.get(attribute.name)
        if linked is not None:
            return linked
        if attribute.mutability != "readWrite" or not attribute.sub_attributes:
            raise not_offered(attribute)
        return Listed(self._document, self._place(path))

    def value(self, path: Path) -> Value:
        """Return the single value that a path names."""
        leaf = path.sub_attribute or path.the_attribute
        column = self.columns.get(leaf.path.lower())
        if column is not None:
            return column
        if leaf.mutability not in {"readWrite", "immutable"} or leaf.sub_attributes:
            raise not_offered(leaf)
        return in_document(self._document, self._place(path), leaf)

    def place(self, path: Path) -> tuple[Sql, tuple[str, ...]]:
        """Return the document and where in it a path leads."""
        return self._document, self._place(path)

    @property
    def _document(self) -> Sql:
        return Sql(f"{self.table}.document_key")

    def _place(self, path: Path) -> tuple[str, ...]:
        is_core = path.schema is self.resource_type.core
        place = () if is_core else (path.schema.urn,)
        sub = (path.sub_attribute.name,) if path.sub_attribute else ()
        return (*place, path.the_attribute.name, *sub)


def _common(table: str, resource_type: ResourceType) -> dict[str, Value]:
    return {
        "id": Value(Sql(f"{table}.scim_id"), "id"),
        "externalid": Value(Sql(f"{table}.external_id"), folded=False),
        "meta.resourcetype": Value(
            Sql("CAST(%s AS text)", (resource_type.name,)), folded=False
        ),
        "meta.created": Value(Sql(f"{table}.created_at"), "date"),
        "meta.lastmodified": Value(Sql(f"{table}.updated_at"), "date"),
    }


def _display_name(text: str, _directory: DirectoryKey) -> Sql:
    return Sql(f"{USER_TABLE}.display_name_key = %s", (index_key(text),))


def _email(text: str, directory: DirectoryKey) -> Sql:
    return Sql(
        f"{USER_TABLE}.id IN (SELECT record_id FROM {EMAILS}"  # noqa: S608
        " WHERE value_key = %s AND directory_id = %s)",
        (fold(text), directory),
    )


def _users_named(kind: str) -> Sql:
    name, parameters = dialect.json_text(Sql("document_key"), ["displayName"])
    return Sql(
        f"SELECT id, directory_id, scim_id, {name} AS display,"  # noqa: S608
        f" CAST('{kind}' AS text) AS type FROM {USER_TABLE}",
        parameters,
    )


def _groups_named(kind: str) -> Sql:
    return Sql(
        "SELECT id, directory_id, scim_id, display_name_key AS display,"  # noqa: S608
        f" CAST('{kind}' AS text) AS type FROM {GROUP_TABLE}"
    )


_ENDS = {"value": Value(Sql("o.scim_id"), "id"), "type": Value(Sql("o.type"))}
_MEMBERS = Link(MEMBERSHIPS, "group_id", "user_id", _users_named("user"))
_GROUPS_IN = Link(nesting.NESTING, "parent_id", "child_id", _groups_named("group"))
_GROUPS = Link(MEMBERSHIPS, "user_id", "group_id", _groups_named("direct"))
_AROUND = Link(nesting.NESTING, "child_id", "parent_id", _groups_named("indirect"))


def _groups_in(term: Sql) -> Sql:
    """Return the groups with a group in them that fulfils a term."""
    text, parameters = _GROUPS_IN.ends
    return Sql(
        f"SELECT m.{_GROUPS_IN.own} FROM {text} WHERE {term.text}",  # noqa: S608
        (*parameters, *term.parameters),
    )


def _around(term: Sql) -> Sql:
    """Return the users who are in a group that fulfils a term by way of another.

    Where only direct members count there are none.
    """
    text, parameters = _AROUND.ends
    return Sql(
        "SELECT way.user_id FROM (WITH RECURSIVE below(top, id) AS ("  # noqa: S608
        f"SELECT m.parent_id, m.child_id FROM {text} JOIN {DIRECTORIES} d"
        f" ON d.id = m.directory_id AND d.nested_groups = 'count' WHERE {term.text}"
        f" UNION SELECT below.top, n.child_id FROM below JOIN {nesting.NESTING} n"
        " ON n.parent_id = below.id"
        f") SELECT m.user_id FROM below JOIN {MEMBERSHIPS} m ON m.group_id = below.id"
        f" WHERE NOT EXISTS (SELECT 1 FROM {MEMBERSHIPS} straight WHERE"
        " straight.group_id = below.top AND straight.user_id = m.user_id)) way",
        (*parameters, *term.parameters),
    )


_LINKED_ACCOUNT = Sql(
    f"(SELECT a.public_id FROM {ACCOUNTS} a WHERE a.id = {USER_TABLE}.account_id"  # noqa: S608
    f" AND a.managed_by_id = {USER_TABLE}.organization_id)"
)
USERS = Lookup(
    resource_type=USER,
    table=USER_TABLE,
    columns={
        **_common(USER_TABLE, USER),
        "username": Value(Sql(f"{USER_TABLE}.user_name_key")),
        "active": Value(Sql(f"{USER_TABLE}.active"), "boolean"),
        f"{ACCOUNT_SCHEMA}:atlassianAccountId".lower(): Value(
            _LINKED_ACCOUNT, "id", nullable=True, hyphens=False
        ),
    },
    rows={
        "groups": Linked(
            pk=f"{USER_TABLE}.id",
            direct=_GROUPS,
            nested=_around,
            values={**_ENDS, "display": Value(Sql("o.display"))},
        )
    },
    indexed={"displayname": _display_name, "emails.value": _email},
    always=frozenset({"username"}),
)
GROUPS = Lookup(
    resource_type=GROUP,
    table=GROUP_TABLE,
    columns={
        **_common(GROUP_TABLE, GROUP),
        "displayname": Value(Sql(f"{GROUP_TABLE}.display_name_key")),
    },
    rows={
        "members": Linked(
            pk=f"{GROUP_TABLE}.id",
            direct=_MEMBERS,
            nested=_groups_in,
            values={**_ENDS, "display": Value(Sql("o.display"), nullable=True)},
        )
    },
    always=frozenset({"displayname"}),
)

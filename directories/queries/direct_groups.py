"""The groups that a person is in themself, read together with the person."""

from functools import cache

import orjson

from directories import dialect
from directories.models import DirectGroup, GroupRecord, Membership

# In the order of DirectGroup.
_COLUMNS = ("g.id", "g.was_nested", "g.scim_id", "g.display_name")
_SOURCE = (
    f"{Membership._meta.db_table} m"
    f" JOIN {GroupRecord._meta.db_table} g ON g.id = m.group_id"
    " WHERE m.user_id = t.id"
)


@cache
def column() -> str:
    """Return the column that holds the groups of the user record `t`."""
    return dialect.rows_as_json(_COLUMNS, _SOURCE, "m.id")


def read(text: str | None) -> list[DirectGroup]:
    """Return the groups that the column holds; PostgreSQL says NULL for none."""
    return [DirectGroup(*group) for group in orjson.loads(text or "[]")]

"""Steps of migrations that only one of the databases needs."""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunSQL
from django.db.migrations.state import ProjectState


class OnlyOn(RunSQL):
    """A migration step for one database vendor, nothing on the others."""

    def __init__(
        self, vendor: str, sql: Sequence[str], reverse_sql: Sequence[str]
    ) -> None:
        super().__init__([*sql], [*reverse_sql])
        self.vendor = vendor

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how to write this step into a migration file."""
        return self.__class__.__name__, [self.vendor, self.sql, self.reverse_sql], {}

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Run the step when the vendor is this database's."""
        if schema_editor.connection.vendor == self.vendor:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Undo the step when the vendor is this database's."""
        if schema_editor.connection.vendor == self.vendor:
            super().database_backwards(app_label, schema_editor, from_state, to_state)


def code_point_order(table: str, column: str, length: int) -> OnlyOn:
    """Return the migration step that makes an index of `column` go by code point.

    On SQLite it always does.
    """
    alter = f"ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar({length})"
    return OnlyOn("postgresql", [f'{alter} COLLATE "C"'], [alter])


def room_for_updates(table: str, percent: int) -> OnlyOn:
    """Return the migration step that leaves a share of each page of a table free.

    PostgreSQL then changes a row on its page, without touching any index.
    """
    alter = f"ALTER TABLE {table} SET (fillfactor = {100 - percent})"
    return OnlyOn("postgresql", [alter], [f"ALTER TABLE {table} RESET (fillfactor)"])


def without_pattern_index(table: str, column: str) -> OnlyOn:
    """Return the migration step that drops the index for patterns of a unique text.

    Django makes one wherever PostgreSQL has a unique text.
    """
    find = (
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()"  # noqa: S608
        f" AND tablename = '{table}'"
        f" AND indexdef LIKE '%({column} varchar_pattern_ops)'"
    )
    drop = (
        "DO $$ DECLARE name text; BEGIN"
        f" FOR name IN {find} LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;"
        " END $$"
    )
    return OnlyOn("postgresql", [drop], [])


def search_index(table: str, field: str = "search_text") -> list[OnlyOn]:
    """Return the migration steps that index `field` for `search`."""
    fts = f"{table}_fts"
    return [
        OnlyOn(
            "postgresql",
            [
                "CREATE EXTENSION IF NOT EXISTS pg_trgm",
                f"CREATE INDEX {table}_trgm ON {table}"
                f" USING gin ({field} gin_trgm_ops)",
            ],
            [f"DROP INDEX {table}_trgm"],
        ),
        OnlyOn(
            "sqlite",
            [
                f"CREATE VIRTUAL TABLE {fts} USING fts5({field}, content='{table}',"
                " content_rowid='id', tokenize='trigram')",
                *_made(table, field),
            ],
            [*_dropped(table), f"DROP TABLE {fts}"],
        ),
    ]


def search_let_go(table: str, field: str = "search_text") -> OnlyOn:
    """Return the migration step to take before others change `table`.

    SQLite makes a changed table anew, and forgets what keeps its index.
    """
    return OnlyOn("sqlite", _dropped(table), _made(table, field))


def search_taken_up(table: str, field: str = "search_text") -> OnlyOn:
    """Return the migration step to take after others have changed `table`."""
    return OnlyOn("sqlite", _made(table, field), _dropped(table))


def _made(table: str, field: str) -> list[str]:
    into = f"INSERT INTO {table}_fts"
    drop = (
        f"{into}({table}_fts, rowid, {field}) VALUES ('delete', old.id, old.{field});"
    )
    add = f"{into}(rowid, {field}) VALUES (new.id, new.{field});"
    return [
        f"CREATE TRIGGER {table}_ai AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_ad AFTER DELETE ON {table} BEGIN {drop} END",
        f"CREATE TRIGGER {table}_au AFTER UPDATE OF {field} ON {table}"
        f" BEGIN {drop} {add} END",
    ]


def _dropped(table: str) -> list[str]:
    return [f"DROP TRIGGER {table}_{when}" for when in ("ai", "ad", "au")]

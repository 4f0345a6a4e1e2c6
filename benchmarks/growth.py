"""Grows a directory in its tables as if many more people had been pushed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

# A person who is pushed to be laid again: the number is found nowhere else.
MODEL = 9_999_999
MARK = f"user{MODEL}"
FIRST = 2_000_000
RECORDS, ACCOUNTS = "directories_userrecord", "directories_account"
# So that no statement holds hundreds of megabytes at once.
BATCH = 20_000

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Model:
    """The person who is laid again."""

    record: int
    scim_id: str
    account: int
    public_id: str


@dataclass(frozen=True)
class Table:
    """A table with rows of the model; columns that name the record or account."""

    name: str
    records: Sequence[str]
    accounts: Sequence[str]


def grow(address: str, count: int) -> dict[int, str]:
    """Lay each row that pushing the model left once for each of `count` people.

    Returns the SCIM ids by number. Every table is looked through, so whatever a
    push leaves one day is laid as well. Numbers, ids and keys are the person's
    own; all else is as the model's push left it.
    """
    laid: dict[int, str] = {}
    with psycopg.connect(address, autocommit=True) as connection:
        model = _model(connection)
        tables = _keep_rows(connection, model)
        for start in range(0, count, BATCH):
            with connection.transaction():
                size = min(BATCH, count - start)
                laid |= _newcomers(connection, FIRST + start, size)
                for table in tables:
                    _lay(connection, model, table)
        connection.execute("VACUUM ANALYZE")
    return laid


def _model(connection: Connection) -> Model:
    found = connection.execute(
        "SELECT r.id, r.scim_id, a.id, a.public_id FROM directories_userrecord r"
        " JOIN directories_account a ON a.id = r.account_id"
        " WHERE strpos(r.user_name, %s) > 0",
        [MARK],
    ).fetchone()
    if found is None:
        raise LookupError("The model was not pushed.")
    record, scim_id, account, public_id = found
    return Model(record, str(scim_id), account, str(public_id))


def _keep_rows(connection: Connection, model: Model) -> list[Table]:
    """Keep the model's rows aside; return their tables, accounts and records first."""
    connection.execute("CREATE TEMPORARY TABLE model_rows (origin text, line jsonb)")
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " ORDER BY tablename = %s DESC, tablename = %s DESC, tablename",
        [ACCOUNTS, RECORDS],
    ).fetchall()
    tables = [_table(connection, name) for (name,) in names]
    return [table for table in tables if _keep(connection, model, table)]


def _table(connection: Connection, name: str) -> Table:
    records = _references(connection, name, RECORDS)
    accounts = _references(connection, name, ACCOUNTS)
    if name == RECORDS:
        records.append("id")
    if name == ACCOUNTS:
        accounts.append("id")
    return Table(name, records, accounts)


def _references(connection: Connection, table: str, target: str) -> list[str]:
    """Return the columns of a table that hold the key of another one.

    Those that refer to it by something else, as customers do, are of no account here.
    """
    found = connection.execute(
        "SELECT a.attname FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)"
        " WHERE c.contype = 'f' AND c.conrelid = %s::regclass"
        " AND c.confrelid = %s::regclass AND (SELECT k.attname FROM pg_attribute k"
        " WHERE k.attrelid = c.confrelid AND k.attnum = c.confkey[1]) = 'id'",
        [table, target],
    ).fetchall()
    return [column for (column,) in found]


def _keep(connection: Connection, model: Model, table: Table) -> int:
    """Keep the model's rows of a table and return how many there are."""
    keys = [(column, model.record) for column in table.records]
    keys += [(column, model.account) for column in table.accounts]
    conditions: list[sql.Composable] = [
        sql.SQL("m.{} = {}").format(sql.Identifier(column), key) for column, key in keys
    ]
    conditions.append(sql.SQL("strpos(m::text, {}) > 0").format(MARK))
    query = sql.SQL(
        "INSERT INTO model_rows SELECT {}, to_jsonb(m) FROM {} m WHERE {}"
    ).format(table.name, sql.Identifier(table.name), sql.SQL(" OR ").join(conditions))
    return connection.execute(query).rowcount


def _newcomers(connection: Connection, first: int, size: int) -> dict[int, str]:
    """Draw ids for some people and keep them for the statements that follow."""
    connection.execute("DROP TABLE IF EXISTS newcomers")
    connection.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE newcomers AS SELECT n,"
            " nextval(pg_get_serial_sequence({records}, 'id')) AS record,"
            " nextval(pg_get_serial_sequence({accounts}, 'id')) AS account,"
            " gen_random_uuid() AS scim_id, gen_random_uuid() AS public_id"
            " FROM generate_series({first}, {last}) n"
        ).format(records=RECORDS, accounts=ACCOUNTS, first=first, last=first + size - 1)
    )
    found = connection.execute("SELECT n, scim_id::text FROM newcomers").fetchall()
    return dict(found)


def _lay(connection: Connection, model: Model, table: Table) -> None:
    """Lay the model's rows of a table once for each newcomer."""
    keys = [(column, "n.record") for column in table.records]
    keys += [(column, "n.account") for column in table.accounts]
    if "id" not in {*table.records, *table.accounts}:
        keys.append(("id", _fresh_id(connection, table.name)))
    pairs = [sql.SQL("{}, ").format(column) + sql.SQL(new) for column, new in keys]
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} SELECT laid.* FROM model_rows m, newcomers n,"
            " jsonb_populate_record(NULL::{table}, replace(replace(replace("
            "m.line::text, {model}, n.n::text), {scim_id}, n.scim_id::text),"
            " {public_id}, n.public_id::text)::jsonb || jsonb_build_object({pairs})"
            ") laid WHERE m.origin = {name} ORDER BY n.n"
        ).format(
            table=sql.Identifier(table.name),
            name=table.name,
            model=str(MODEL),
            scim_id=model.scim_id,
            public_id=model.public_id,
            pairs=sql.SQL(", ").join(pairs),
        )
    )


def _fresh_id(connection: Connection, table: str) -> str:
    """Return the expression that draws a key of a table."""
    found = connection.execute(
        "SELECT pg_get_serial_sequence(%s, 'id')", [table]
    ).fetchone()
    sequence = found[0] if found else None
    return f"nextval('{sequence}')" if sequence else "gen_random_uuid()"

"""One forecast under way: what it is about, its temporary tables, what it found."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from directories import dialect
from directories.models import Directory
from provisioning.models import DryRun, DryRunLine
from provisioning.services.directory_scope.scope import Rule

# Rows that one step looks at.
BATCH = 5_000
NAME = 320
LINE = DryRunLine._meta.db_table
COLUMNS = ("dry_run_id", "effect", "name", "detail")
# What is not any more as the tables of the directory have it:
# people by record with the account that counts in groups afterwards (0: none, below
# 0: a new one), groups that will be synced, with the group that exists (0: none), and
# the records whose people belong into each.
PEOPLE, GROUPS, SOURCES = "forecast_people", "forecast_groups", "forecast_sources"
# Accounts that leave their groups on the way, those of other directories too, and
# whether they leave all there are.
LEAVERS = "forecast_leavers"
# Who comes into groups that open an app (joins: 1) or leaves them (0), and who is
# active afterwards where that changes.
MOVES, STATES = "forecast_moves", "forecast_states"
# Whom the rule carries, where that is not everybody.
CARRIED = "forecast_carried"
_TABLES = {
    CARRIED: "record_id bigint PRIMARY KEY",
    PEOPLE: "record_id bigint PRIMARY KEY, account_key bigint NOT NULL",
    LEAVERS: "account_key bigint NOT NULL, everything smallint NOT NULL",
    MOVES: "group_id bigint NOT NULL, account_key bigint NOT NULL,"
    " joins smallint NOT NULL",
    STATES: "account_key bigint NOT NULL, active smallint NOT NULL",
    GROUPS: "record_id bigint PRIMARY KEY, group_id bigint NOT NULL",
    SOURCES: "top_id bigint NOT NULL, id bigint NOT NULL, PRIMARY KEY (top_id, id)",
}


@dataclass
class Forecast:
    """What is looked at, and the numbers so far."""

    dry_run: DryRun
    directory: Directory
    rule: Rule
    report: Callable[[int], None]
    numbers: Counter[str] = field(default_factory=Counter)
    done: int = 0

    def add(self, lines: Sequence[tuple[str, str, str]]) -> None:
        """Keep lines of effect, name and detail, and count them."""
        if not lines:
            return
        key = dialect.uuid_parameter(self.dry_run.pk)
        rows = [
            (key, effect, name[:NAME], detail[:NAME]) for effect, name, detail in lines
        ]
        dialect.insert_rows(LINE, COLUMNS, rows)
        self.numbers.update(effect for effect, _name, _detail in lines)

    def add_members(self, groups: Sequence[tuple[str, int, int]]) -> None:
        """Keep how many people join and leave these groups, and count them."""
        lines = []
        for name, joined, left in groups:
            for effect, number in (("joined", joined), ("left", left)):
                if number:
                    lines.append((f"members_{effect}", name, str(number)))
                    self.numbers[effect] += int(number)
        self.add(lines)

    def advance(self, count: int) -> None:
        """Say that so many more were looked at."""
        self.done += count
        self.report(self.done)


def make_tables() -> None:
    """Make the temporary tables anew; they go with the connection."""
    drop_tables()
    for name, columns in _TABLES.items():
        dialect.rows(f"CREATE TEMPORARY TABLE {name} ({columns})", [])


def drop_tables() -> None:
    """Forget what was worked out."""
    for name in _TABLES:
        dialect.rows(f"DROP TABLE IF EXISTS {name}", [])


def analyse(table: str) -> None:
    """Let PostgreSQL know what a temporary table holds."""
    if dialect.is_postgresql():
        dialect.rows(f"ANALYZE {table}", [])

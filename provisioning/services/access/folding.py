"""Keeps the counts of who uses apps: each change adds rows, a task folds them."""

from collections.abc import Iterable

from django.db import transaction

from directories import dialect, rows
from provisioning.models import App, AppUse
from provisioning.services.access.rows import Use, Uses

USE = AppUse._meta.db_table
# So many rows of an app are not worth folding.
FEW = 20


def note(uses: Uses) -> None:
    """Add what a change has changed; negative where people lost what they had."""
    rows.insert(
        *(
            AppUse(app_id=use.app, role=use.role, state=use.state, people=people)
            for use, people in sorted(uses.items())
            if people
        )
    )


def counted(apps: Iterable[int]) -> Uses:
    """Return how many people have which role in apps, by state."""
    found = dialect.rows(
        f"SELECT app_id, role, state, sum(people) FROM {USE}"  # noqa: S608
        f" WHERE {dialect.one_of('app_id', 'bigint')} GROUP BY app_id, role, state",
        [dialect.ids_parameter(list(apps))],
    )
    return Uses({Use(*row[:3]): int(row[3]) for row in found})


def fold_all() -> int:
    """Make one row of each kind where there are many; return how many apps had."""
    found = dialect.rows(
        f"SELECT app_id FROM {USE} GROUP BY app_id HAVING count(*) > %s"  # noqa: S608
        " ORDER BY app_id",
        [FEW],
    )
    for (app,) in found:
        fold(app)
    return len(found)


@transaction.atomic
def fold(app: int) -> None:
    """Make one row of each kind of an app's; rows that come meanwhile stay."""
    # Two that fold at once would both add what they deleted: one at a time.
    held = App.with_removed.select_for_update(of=("self",), no_key=True).filter(pk=app)
    if not held.exists():
        return
    gone = dialect.rows(
        f"DELETE FROM {USE} WHERE app_id = %s RETURNING role, state, people",  # noqa: S608
        [app],
    )
    sums = Uses()
    for role, state, people in gone:
        sums[Use(app, role, state)] += people
    note(sums)

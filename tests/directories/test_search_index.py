"""The indexes that searches read, where the database needs help to keep them."""

import pytest

from directories import dialect

ENDS = ("ai", "ad", "au")


@pytest.mark.django_db
def test_triggers_keep_every_search_index_on_sqlite():
    """A migration that makes a table anew there takes its triggers along."""
    if dialect.is_postgresql():
        pytest.skip("PostgreSQL keeps its indexes by itself.")
    made = dialect.rows("SELECT type, name FROM sqlite_master", [])
    indexes = {name for kind, name in made if kind == "table" and name.endswith("_fts")}
    wanted = {f"{name.removesuffix('_fts')}_{end}" for name in indexes for end in ENDS}

    assert wanted
    assert wanted - {name for kind, name in made if kind == "trigger"} == set()

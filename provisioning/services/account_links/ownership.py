"""Says who may speak for a person: whose domain, and who has the account now."""

from dataclasses import dataclass

from directories import dialect, rows
from directories.folding import domain_of
from directories.models import Domain, UserRecord

_DOMAIN = rows.Columns(Domain, "t")
_RECORD = UserRecord._meta.db_table


@dataclass(frozen=True)
class Ownership:
    """Who has verified the domain of a record's address, and whose people it has.

    `here` says that the domain is linked to the directory of the record,
    `other_directory` that it is linked to another one. `same_key` is the userName of
    an older person of the directory with the externalId of one who is new.
    """

    ours: bool = False
    elsewhere: bool = False
    here: bool = False
    other_directory: bool = False
    same_key: str = ""


def ownership_of(record: UserRecord) -> Ownership:
    """Return who has the domain of a record's address, by one statement."""
    twin, asked = "NULL", list[object]()
    # A record gets its key with what comes of it.
    if not record.pk and record.external_id:
        # Looked for by the same statement: each newcomer would pay for another.
        twin = (
            f"(SELECT r.user_name FROM {_RECORD} r"  # noqa: S608
            " WHERE r.directory_id = %s AND r.external_id = %s"
            " ORDER BY r.id LIMIT 1)"
        )
        asked = [dialect.uuid_parameter(record.directory_id), record.external_id]
    # One organization at the most has verified a name.
    ((same_key, *found),) = dialect.rows(
        f"SELECT {twin}, {_DOMAIN.sql} FROM (SELECT 1) one"  # noqa: S608
        f" LEFT JOIN {_DOMAIN.table} t ON t.name = %s AND t.verified_at IS NOT NULL",
        [*asked, domain_of(record.email)],
    )
    if found[0] is None:
        return Ownership(same_key=same_key or "")
    domain = _DOMAIN.build(found)
    ours = domain.organization_id == record.organization_id
    return Ownership(
        ours=ours,
        elsewhere=not ours,
        here=ours and domain.directory_id == record.directory_id,
        other_directory=ours and domain.directory_id not in {None, record.directory_id},
        same_key=same_key or "",
    )

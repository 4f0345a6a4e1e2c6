"""Works out what would become of the people whom a comparison looks at."""

from collections.abc import Sequence
from typing import Any

from directories import dialect
from directories.folding import domain_of
from directories.models import (
    Account,
    Domain,
    LinkState,
    Member,
    UserRecord,
)
from directories.services import admins
from provisioning.reasons import Reason
from provisioning.services.account_links import linking
from provisioning.services.admin_rights import right_rows
from provisioning.services.directory_scope import scope
from provisioning.services.forecast.deciding import (
    NEW,
    NOBODY,
    Fate,
    Holder,
    Person,
    Place,
    decide,
)
from provisioning.services.forecast.run import (
    BATCH,
    CARRIED,
    LEAVERS,
    PEOPLE,
    STATES,
    Forecast,
    analyse,
)

USER = UserRecord._meta.db_table
ACCOUNT = Account._meta.db_table
COLUMNS = (
    "r.id, r.user_name, r.email, r.email_key, r.active, r.link_state, r.link_reason,"
    " r.account_id"
)
BY_STATE = {
    LinkState.HELD: "person_held",
    LinkState.PAUSED: "person_paused",
    LinkState.UNLINKED: "person_left_out",
    LinkState.LINKED: "person_linked",
}
Row = Sequence[Any]


def count(forecast: Forecast) -> int:
    """Find out whom the rule carries; count the people who are looked at."""
    _keep_carried(forecast)
    sql, parameters = _looked_at(forecast, "count(*)")
    return int(dialect.rows(sql, parameters)[0][0])


def work_out(forecast: Forecast) -> None:
    """Decide about all of them and keep what changes."""
    sql, parameters = _looked_at(forecast, f"{COLUMNS}, r.carried")
    sql = f"{sql} AND r.id > %s ORDER BY r.id LIMIT {BATCH:d}"
    after = 0
    while rows := dialect.rows(sql, [*parameters, after]):
        after = rows[-1][0]
        _keep(forecast, [(p, decide(p)) for p in _people(forecast, rows)])
        forecast.advance(len(rows))
    analyse(PEOPLE)
    analyse(LEAVERS)


def _looked_at(forecast: Forecast, columns: str) -> tuple[str, list[object]]:
    """Return the query for who is not linked, or is not what the rule says."""
    carried = "1 = 1"
    if not forecast.rule.everybody:
        carried = f"EXISTS (SELECT 1 FROM {CARRIED} c WHERE c.record_id = r.id)"  # noqa: S608
    out = f"r.link_reason = '{Reason.OUT_OF_SCOPE.value}'"
    stays = "(r.active OR r.account_id IS NULL) AND r.email_key <> ''"
    last = f"r.link_reason = '{Reason.LAST_ADMIN.value}'"
    waits = f"(r.link_state <> 'linked' OR {last}) AND NOT ({out})"
    leaves = f"NOT r.carried AND NOT ({out}) AND {stays}"
    if forecast.directory.guard_stopped_at is not None:
        waits, leaves = f"{waits} AND r.carried", "1 = 0"
    return (
        f"SELECT {columns} FROM (SELECT r.*, {carried} AS carried"  # noqa: S608
        f" FROM {USER} r WHERE r.directory_id = %s) r"
        f" WHERE ((r.carried AND {out}) OR ({waits}) OR ({leaves}))",
        [dialect.uuid_parameter(forecast.directory.pk)],
    )


def _keep_carried(forecast: Forecast) -> None:
    if forecast.rule.everybody:
        return
    carried = scope.carried_people(forecast.directory, forecast.rule)
    dialect.rows(
        f"INSERT INTO {CARRIED} (record_id) SELECT r.id FROM {USER} r"  # noqa: S608
        f" WHERE r.directory_id = %s AND {carried.sql}",
        [dialect.uuid_parameter(forecast.directory.pk), *carried.parameters],
    )
    analyse(CARRIED)


def _people(forecast: Forecast, rows: Sequence[Row]) -> list[Person]:
    """Return these rows with the accounts and domains that they are about."""
    holders = _holders(forecast, rows)
    by_address = {holder.email_key: holder for holder in holders.values()}
    places = _places(forecast, {domain_of(row[2]) for row in rows if row[2]})
    return [
        Person(
            record=row[0],
            directory=forecast.directory.pk,
            name=row[1],
            email=row[2],
            email_key=row[3],
            active=bool(row[4]),
            state=row[5],
            reason=row[6],
            carried=bool(row[8]),
            removes_external=forecast.directory.organization.removes_external,
            current=holders.get(row[7]),
            found=_other(by_address.get(row[3]), row[7]),
            place=places.get(domain_of(row[2]), Place()),
        )
        for row in rows
    ]


def _other(holder: Holder | None, current: int | None) -> Holder | None:
    return None if holder is None or holder.key == current else holder


def _holders(forecast: Forecast, rows: Sequence[Row]) -> dict[int, Holder]:
    """Return the accounts that these people have, or that have their addresses."""
    columns = ("pk", "email_key", "status", "managed_by", "deletion_at")
    keys = {row[3] for row in rows if row[3]}
    mine = [row[7] for row in rows if row[7] is not None]
    found = list(Account.objects.filter(email_key__in=keys).values_list(*columns))
    found += Account.objects.filter(pk__in=mine).values_list(*columns)
    ids = [row[0] for row in found]
    holding = _admins(forecast, ids)
    owners = {
        account: (record, directory)
        for account, record, directory in UserRecord.objects.filter(
            organization=forecast.directory.organization_id, account__in=ids
        ).values_list("account", "pk", "directory")
    }
    ours = forecast.directory.organization_id
    last = _last_admin(forecast)
    members = set(
        Member.objects.filter(organization=ours, account__in=ids).values_list(
            "account", flat=True
        )
    )
    return {
        key: Holder(
            key=key,
            email_key=email_key,
            active=status == Account.Status.ACTIVE,
            managed=managed_by == ours,
            to_be_deleted=deletion_at is not None,
            is_admin=key in holding,
            is_last_admin=key == last,
            is_member=key in members,
            owner_record=owners.get(key, (0, None))[0],
            owner_directory=owners.get(key, (0, None))[1],
        )
        for key, email_key, status, managed_by, deletion_at in found
    }


def _admins(forecast: Forecast, ids: list[int]) -> set[int]:
    """Return who of these holds an admin right for which they would be held."""
    found = right_rows.holders(ids)
    if not found:
        return found
    return found - linking.returning_admins(forecast.directory, found)


def _last_admin(forecast: Forecast) -> int | None:
    """Return the account of the only active organization admin, None if not one."""
    found = admins.active_admins([forecast.directory.organization_id])
    accounts = set(found.values_list("account_id", flat=True)[:2])
    return accounts.pop() if len(accounts) == 1 else None


def _places(forecast: Forecast, names: set[str]) -> dict[str, Place]:
    verified = Domain.objects.verified().filter(name__in=names)
    ours = forecast.directory.organization_id
    return {
        name: Place(
            ours=organization == ours,
            elsewhere=organization != ours,
            directory=directory if organization == ours else None,
        )
        for name, organization, directory in verified.values_list(
            "name", "organization", "directory"
        )
    }


def _keep(forecast: Forecast, decided: Sequence[tuple[Person, Fate]]) -> None:
    """Keep who counts in groups afterwards, and a line for whom something changes."""
    dialect.insert_rows(
        PEOPLE,
        ("record_id", "account_key"),
        [(person.record, _account_key(person, fate)) for person, fate in decided],
    )
    stopped = forecast.directory.guard_stopped_at is not None
    leavers = [
        (_leaver(person, fate, stopped=stopped), int(fate.effect == "person_removed"))
        for person, fate in decided
    ]
    dialect.insert_rows(
        LEAVERS,
        ("account_key", "everything"),
        [(key, everything) for key, everything in leavers if key],
    )
    states = [_state(person, fate) for person, fate in decided]
    dialect.insert_rows(
        STATES, ("account_key", "active"), [state for state in states if state]
    )
    forecast.add(
        [
            (effect, person.name, _detail(person, fate, effect))
            for person, fate in decided
            if (effect := _effect(person, fate))
        ]
    )


def _account_key(person: Person, fate: Fate) -> int:
    if fate.state != LinkState.LINKED:
        return 0
    return -person.record if fate.account == NEW else fate.account


def _leaver(person: Person, fate: Fate, *, stopped: bool) -> int:
    """Return the account that leaves its groups, perhaps to join others; else 0."""
    if fate.effect == "person_removed":
        return fate.account
    found, current = person.found, person.current
    if current is None:
        taken_over = found and found.owner_record and fate.account == found.key
        return fate.account if taken_over else NOBODY
    stays = fate.state == LinkState.LINKED and fate.account == current.key
    linked = person.state == LinkState.LINKED
    return current.key if linked and not stays and not stopped else NOBODY


def _state(person: Person, fate: Fate) -> tuple[int, int] | None:
    """Return the account that is active or not from then on, None where as before."""
    if fate.account == NEW:
        return -person.record, 1
    if fate.effect in {"person_deactivated", "person_removed"}:
        return fate.account, 0
    if fate.effect in {"person_reactivated", "person_moved"}:
        return fate.account, 1
    found = person.found
    if found is not None and fate.account == found.key and not found.is_member:
        return found.key, int(found.active)
    return None


def _effect(person: Person, fate: Fate) -> str:
    if fate.effect:
        return fate.effect
    if (fate.state, fate.reason) == (person.state, person.reason):
        return ""
    return BY_STATE[LinkState(fate.state)]


def _detail(person: Person, fate: Fate, effect: str) -> str:
    """Return the reason as its machine word, else the address."""
    if effect in {"person_held", "person_paused", "person_left_out"}:
        return fate.reason
    return "" if person.email == person.name else person.email

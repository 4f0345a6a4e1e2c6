"""The phases about groups, small and large."""

from urllib.parse import quote

from benchmarks.connection import Answer
from benchmarks.load import (
    BATCH,
    CREATED,
    GROUP,
    NO_BODY,
    RACERS,
    SINGLES,
    WHOLE_READS,
    Call,
    Json,
    Load,
    add,
    patch,
)
from benchmarks.measure import Phase

OK = 200
LARGE = 10_000


async def load_groups(load: Load) -> None:
    """Fill a large group, change single members and many, read it, race for it."""
    everybody = list(load.ids.values())
    # The last ones stay out of the large group, to be added to it.
    spare = everybody[-max(SINGLES, RACERS) - BATCH :]
    inside = everybody[: -len(spare)][:LARGE]
    if not inside:
        load.say("Too few users for the phases about groups.")
        return
    name = f"{load.tag} large group"
    group, posted = await _create(load, f"post group of {len(inside)}", name, inside)
    load.finish(posted)
    if not group:
        return
    await _singles(load, group, spare[:SINGLES])
    await _expect(load, group, len(inside))
    await _batches(load, group, spare[-BATCH:])
    await _expect(load, group, len(inside) + BATCH)
    await _reads(load, group, name)
    await _race(load, spare[:RACERS])


async def _create(
    load: Load, phase_name: str, name: str, members: list[str]
) -> tuple[str, Phase]:
    phase = Phase(phase_name)
    body: Json = {"schemas": [GROUP], "displayName": name}
    if members:
        body["members"] = [{"value": i} for i in members]
    answer = await load.one(
        phase, Call("POST", "/Groups", lambda a: a.status == CREATED, body)
    )
    return str(answer.json().get("id", "")), phase


async def _singles(load: Load, group: str, ids: list[str]) -> None:
    path = f"/Groups/{group}"
    adds = (Call("PATCH", path, _is_done, add([i])) for i in ids)
    await load.row("add one member", adds)
    removes = (
        Call(
            "PATCH",
            path,
            _is_done,
            patch({"op": "remove", "path": f'members[value eq "{i}"]'}),
        )
        for i in ids
    )
    await load.row("remove one member", removes)


async def _batches(load: Load, group: str, ids: list[str]) -> None:
    empty, _ = await _create(load, "", f"{load.tag} empty group", [])
    for name, target in (("an empty", empty), ("the large", group)):
        call = Call("PATCH", f"/Groups/{target}", _is_done, add(ids))
        await load.row(f"add {len(ids)} to {name}", iter([call]))
    await _expect(load, empty, len(ids))


async def _reads(load: Load, group: str, name: str) -> None:
    text = quote(f'displayName eq "{name}"')
    path = f"/Groups?filter={text}&excludedAttributes=members"

    def is_found(answer: Answer) -> bool:
        resources = answer.json().get("Resources", [])
        return [r["id"] for r in resources] == [group] and "members" not in resources[0]

    finds = (Call("GET", path, is_found) for _ in range(SINGLES))
    await load.row("find group, no members", finds)

    def is_whole(answer: Answer) -> bool:
        return answer.status == OK and bool(answer.json().get("members"))

    reads = (Call("GET", f"/Groups/{group}", is_whole) for _ in range(WHOLE_READS))
    await load.row("get whole group", reads)


async def _race(load: Load, ids: list[str]) -> None:
    group, _ = await _create(load, "", f"{load.tag} race", [])
    calls = (Call("PATCH", f"/Groups/{group}", _is_done, add([i])) for i in ids)
    phase = await load.many(f"{len(ids)} adds at once", calls)
    phase.facts["lost"] = len(ids) - await _members(load, group)
    if phase.facts["lost"]:
        phase.fault(f"{phase.facts['lost']} members lost")


async def _expect(load: Load, group: str, count: int) -> None:
    """See that the group has as many members as the last phase must leave."""
    found = await _members(load, group)
    if found != count:
        load.phases[-1].fault(f"{found} members instead of {count}")


async def _members(load: Load, group: str) -> int:
    unmeasured = Phase("")
    call = Call("GET", f"/Groups/{group}", lambda a: a.status == OK)
    answer = await load.one(unmeasured, call)
    return len(answer.json().get("members", []))


def _is_done(answer: Answer) -> bool:
    return answer.status in {OK, NO_BODY}

"""The phases about groups, small and large."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks import bodies
from benchmarks.connection import Answer
from benchmarks.load import Call, Load
from benchmarks.measure import Phase

LARGE = 10_000
BATCH = 1_000
EMPTY_GROUPS = 3
SINGLES = 40
RACERS = 96
WHOLE_READS = 10
# A directory of few people is shared out by these parts of them.
BATCH_PART = 10
RACERS_PART = 20


@dataclass(frozen=True)
class Parts:
    """Who is in the large group, who joins it one by one, who all at once."""

    inside: list[str]
    singles: list[str]
    racers: list[str]
    batch: list[str]


@dataclass
class Group:
    """A group that was made, and how many members it must have by now."""

    scim_id: str
    members: int

    @property
    def path(self) -> str:
        """Return its path."""
        return f"/Groups/{self.scim_id}"


def share_out(ids: list[str], most: int = LARGE) -> Parts:
    """Share people out to the phases; the last ones stay out of the large group."""
    batch = min(BATCH, len(ids) // BATCH_PART)
    racers = min(RACERS, len(ids) // RACERS_PART)
    outside = ids[len(ids) - batch - racers :]
    return Parts(
        inside=ids[: len(ids) - batch - racers][:most],
        singles=outside[: min(SINGLES, racers)],
        racers=outside[:racers],
        batch=outside[racers:],
    )


async def load_groups(load: Load) -> None:
    """Fill a large group, change single members and many, read it, race for it."""
    parts = share_out(list(load.ids.values()))
    if not parts.batch or not parts.racers:
        load.say("Too few users for the phases about groups.")
        return
    name = f"{load.tag} large group"
    group = await post_large(load, name, parts.inside)
    if group is None:
        return
    await change_singles(load, group, parts.singles)
    await add_many(load, group, parts.batch)
    await read_group(load, group, name)
    await race(load, parts.racers)


async def post_large(load: Load, name: str, ids: list[str]) -> Group | None:
    """Create a group with its members; add them afterwards where that was ignored."""
    phase = Phase("post large group")
    phase.facts["members"] = len(ids)
    group = await _create(load, phase, name, ids)
    load.finish(phase)
    if group is None:
        group = await _create(load, Phase(""), name, [])
    if group is None:
        return None
    found = await _members(load, group)
    if found != len(ids):
        phase.fault(f"{found} of {len(ids)} members kept")
        await _fill(load, group, ids)
    return group


async def _create(load: Load, phase: Phase, name: str, ids: list[str]) -> Group | None:
    call = Call("POST", "/Groups", _is_created, bodies.group(name, ids))
    answer = await load.one(phase, call)
    scim_id = answer.json().get("id")
    return Group(str(scim_id), len(ids)) if scim_id and not call.fault(answer) else None


def _is_created(answer: Answer) -> str:
    return "" if answer.json().get("id") else "no id"


async def put_large(load: Load, group: Group, name: str, ids: list[str]) -> None:
    """Replace all members of a group by others."""
    phase = Phase("put large group")
    phase.facts["members"] = len(ids)
    await load.one(phase, Call("PUT", group.path, body=bodies.group(name, ids)))
    load.finish(phase)
    group.members = len(ids)
    await _expect(load, phase, group)


async def _fill(load: Load, group: Group, ids: list[str]) -> None:
    """Add everybody in batches, so that the other phases find what they measure."""
    phase = Phase("fill large group")
    for start in range(0, len(ids), BATCH):
        body = bodies.add(ids[start : start + BATCH])
        await load.one(phase, Call("PATCH", group.path, body=body))
    load.finish(phase)
    await _expect(load, phase, group)


async def change_singles(load: Load, group: Group, ids: list[str]) -> None:
    """Add people to a group one by one, then take them out again."""
    adds = (Call("PATCH", group.path, body=bodies.add([i])) for i in ids)
    added = await load.row("add one member", adds)
    group.members += _right(added)
    await _expect(load, added, group)
    inside = ids[: _right(added)]
    removes = (Call("PATCH", group.path, body=bodies.remove(i)) for i in inside)
    removed = await load.row("remove one member", removes)
    group.members -= _right(removed)
    await _expect(load, removed, group)


def _right(phase: Phase) -> int:
    return len(phase.took) - len(phase.faults)


async def add_many(load: Load, group: Group, ids: list[str]) -> None:
    """Add many people in one request to empty groups and to a large one."""
    empty = [
        found
        for n in range(EMPTY_GROUPS)
        if (found := await _create(load, Phase(""), f"{group.scim_id} {n}", []))
    ]
    for name, targets in (
        ("add many to empty group", empty),
        ("add many to large group", [group]),
    ):
        phase = await load.row(name, _additions(targets, ids))
        phase.facts["members"] = len(ids)
        for target in targets[: len(phase.took)]:
            target.members += len(ids)
            await _expect(load, phase, target)


def _additions(groups: list[Group], ids: list[str]) -> Iterator[Call]:
    for group in groups:
        yield Call("PATCH", group.path, body=bodies.add(ids))


async def read_group(load: Load, group: Group, name: str) -> None:
    """Find a group without its members, then read it with all of them."""
    text = quote(f'displayName eq "{name}"')
    path = f"/Groups?filter={text}&excludedAttributes=members"

    def check_found(answer: Answer) -> str:
        resources = answer.json().get("Resources") or []
        if [resource.get("id") for resource in resources] != [group.scim_id]:
            return "another group found" if resources else "no group found"
        return "members sent all the same" if resources[0].get("members") else ""

    finds = (Call("GET", path, check_found) for _ in range(SINGLES))
    await load.row("find group", finds)
    expected = await _members(load, group)

    def check_whole(answer: Answer) -> str:
        found = len(answer.json().get("members") or [])
        return "" if expected and found == expected else f"{found} members"

    reads = (Call("GET", group.path, check_whole) for _ in range(WHOLE_READS))
    phase = await load.row("get whole group", reads)
    phase.facts["members"] = expected


async def race(load: Load, ids: list[str]) -> None:
    """Add people to one group on all connections at once; nobody may be lost."""
    group = await _create(load, Phase(""), f"{load.tag} race", [])
    if group is None:
        return
    calls = (Call("PATCH", group.path, body=bodies.add([i])) for i in ids)
    phase = await load.many("adds at once", calls, seconds=load.longest_s)
    phase.facts["lost"] = lost = len(phase.took) - await _members(load, group)
    if lost:
        phase.fault(f"{lost} of {len(phase.took)} members lost")


async def _expect(load: Load, phase: Phase, group: Group) -> None:
    """See that a group has as many members as a phase must leave."""
    found = await _members(load, group)
    if found != group.members:
        phase.fault(f"{found} members instead of {group.members}")
        group.members = found


async def _members(load: Load, group: Group) -> int:
    """Return how many members a group shows."""
    answer = await load.one(Phase(""), Call("GET", group.path))
    return len(answer.json().get("members") or [])

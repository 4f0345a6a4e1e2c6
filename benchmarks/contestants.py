"""Who is compared: Rollcall and its peers, each with a database and a size."""

from dataclasses import dataclass

from benchmarks.peers.django_scim2.peer import PEER as DJANGO_SCIM2
from benchmarks.peers.django_scim2_server.peer import PEER as DJANGO_SCIM2_SERVER
from benchmarks.peers.peer import Peer
from benchmarks.peers.scim2_server.peer import PEER as SCIM2_SERVER
from benchmarks.peers.scimmy.peer import PEER as SCIMMY

PEERS = [DJANGO_SCIM2, DJANGO_SCIM2_SERVER, SCIM2_SERVER, SCIMMY]


@dataclass(frozen=True)
class Contestant:
    """A server on a database with a number of web processes; no peer: Rollcall."""

    database: str
    processes: int
    peer: Peer | None = None

    @property
    def key(self) -> str:
        """Return a short name that is its own."""
        name = self.peer.name.lower() if self.peer else f"rollcall-{self.database}"
        return f"{name}-{self.processes}"

    @property
    def title(self) -> str:
        """Return a name for people."""
        name = self.peer.name if self.peer else "Rollcall"
        return f"{name}, {self.database}, {self.processes}"

    @property
    def is_durable(self) -> bool:
        """Tell whether what it answered for survives its end."""
        return self.database != "memory"


def _sizes(peer: Peer) -> list[Contestant]:
    if peer.is_durable:
        return [Contestant("PostgreSQL", n, peer) for n in (1, 2)]
    return [Contestant("memory", 1, peer)]


CONTESTANTS = [
    Contestant("SQLite", 1),
    Contestant("PostgreSQL", 1),
    Contestant("PostgreSQL", 2),
    *(each for peer in PEERS for each in _sizes(peer)),
]

"""How django-scim2-server is installed and started."""

from functools import partial

from benchmarks.peers import python
from benchmarks.peers.peer import Peer, Place

NAME = "django_scim2_server"


def _tables(place: Place) -> list[list[str]]:
    return [[*python.django(place, "migrate", "--verbosity", "0")]]


PEER = Peer(
    name="django-scim2-server",
    version="1.1.0",
    path="/scim/v2",
    is_durable=True,
    install=partial(python.install, NAME),
    prepare=_tables,
    command=partial(python.serve, application="benchmarks.peers.wsgi:application"),
    variables=partial(python.variables, NAME),
    cannot={"find group": "excludedAttributes is not implemented"},
)

"""How django-scim2 is installed and started."""

from functools import partial

from benchmarks.peers import python
from benchmarks.peers.peer import Peer, Place

NAME = "django_scim2"


def _tables(place: Place) -> list[list[str]]:
    return [[*python.django(place, "migrate", "--run-syncdb", "--verbosity", "0")]]


PEER = Peer(
    name="django-scim2",
    version="0.23.0",
    path="/scim/v2",
    is_durable=True,
    install=partial(python.install, NAME),
    prepare=_tables,
    command=partial(python.serve, application="benchmarks.peers.wsgi:application"),
    variables=partial(python.variables, NAME),
    cannot={
        "post large group": "members of a POST are ignored",
        "find group": "excludedAttributes is not implemented",
        "remove one member": "removal by a filter on members is not implemented",
    },
)

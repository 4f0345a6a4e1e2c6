"""How scim2-server is installed and started."""

from functools import partial

from benchmarks.peers import python
from benchmarks.peers.peer import Peer

NAME = "scim2_server"

PEER = Peer(
    name="scim2-server",
    version="0.8.3",
    path="/v2",
    is_durable=False,
    install=partial(python.install, NAME),
    command=partial(
        python.serve,
        application="benchmarks.peers.scim2_server.wsgi:application",
        # It reads bodies in a way that granian does not offer.
        server="gunicorn",
    ),
    variables=partial(python.variables, NAME),
)

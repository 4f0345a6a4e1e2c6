"""How SCIMMY is installed and started; the store is our own."""

import filecmp
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.peer import KEY, Peer, Place

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "index.mjs")
NPM = "npm ci --ignore-scripts --no-audit --no-fund --loglevel error"


def install(folder: Path) -> None:
    """Lay out exactly the pinned packages and our store, unless they are there."""
    stamp = folder / "installed.json"
    lock = HERE / "package-lock.json"
    is_there = stamp.exists() and filecmp.cmp(lock, stamp, shallow=False)
    if not is_there:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(HERE / name, folder / name)
    if not is_there:
        subprocess.run(  # noqa: S603 - our own command
            NPM.split(), cwd=folder, check=True, stdout=sys.stderr
        )
        shutil.copy(lock, stamp)


def command(_place: Place) -> Sequence[str]:
    """Return the command that serves it."""
    return ["node", "index.mjs"]


def variables(place: Place) -> Mapping[str, str]:
    """Return its variables, and nothing of ours."""
    return {
        "PATH": os.environ["PATH"],
        "NODE_ENV": "production",
        "PEER_KEY": KEY,
        "PEER_PORT": str(place.port),
    }


PEER = Peer(
    name="SCIMMY",
    version="1.3.5",
    path="/scim",
    is_durable=False,
    install=install,
    command=command,
    variables=variables,
)

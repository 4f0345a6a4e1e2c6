"""Plays random requests against a server that runs; exits with 1 on any failure."""

import argparse
import json
import sys
import time

from tests.fuzzing.campaign import play
from tests.fuzzing.conformity import Description
from tests.fuzzing.player import Player
from tests.fuzzing.sending import Server


def main() -> int:
    """Play, print what came as JSON, and return the exit code."""
    asked = _arguments()
    server = Server(asked.base_url, asked.token)
    player = Player(server.patiently, Description(server.description()))
    start = time.monotonic()
    play(player, requests=asked.requests, first=asked.seed)
    found = {
        "requests": player.requests,
        "looks": player.answers.total() - player.requests,
        "refused_writes": player.refused_writes,
        "seconds": round(time.monotonic() - start),
        "answers": {
            f"{method} {status}": times
            for (method, status), times in sorted(player.answers.items())
        },
        "failures": player.failures,
    }
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    return 1 if player.failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzzing", description=__doc__
    )
    parser.add_argument("--base-url", required=True, help="a directory's SCIM base URL")
    parser.add_argument("--token", required=True, help="its API key")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="of the first batch")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

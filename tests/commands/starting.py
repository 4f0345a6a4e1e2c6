"""Starts the demonstration as `make run` does, and tries what demo.json tells."""

import json
import uuid
from pathlib import Path

from django.core.management import call_command
from django.utils import timezone

from directories.management.commands.serve import set_previous_demo_aside
from directories.services import api_keys


def start(place: Path, *options):
    """Start as `serve --demo` does; return what demo.json then holds."""
    set_previous_demo_aside(place)
    call_command("demo", *options)
    return json.loads((place / "demo.json").read_text())


def opens(told):
    """Tell whether both directories' ids and keys go together."""
    for named in told["directories"].values():
        api_keys.open_directory(
            directory_id=uuid.UUID(named["id"]),
            text=named["scim_api_key"],
            now=timezone.now(),
        )
    return True

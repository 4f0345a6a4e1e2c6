"""Tells what machine the figures are from."""

import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path


def facts() -> dict[str, str]:
    """Return the machine's processor, memory and programs, and today's date."""
    memory_kib = int(_line("/proc/meminfo", "MemTotal").split()[0])
    return {
        "on": datetime.now(UTC).strftime("%Y-%m-%d"),
        "processor": _line("/proc/cpuinfo", "model name"),
        "cores": str(os.cpu_count()),
        "memory": f"{memory_kib / 2**20:.0f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "node": _node(),
    }


def _line(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, said = line.partition(":")
        if key.strip() == name:
            return said.strip()
    return "0"


def _node() -> str:
    if shutil.which("node") is None:
        return ""
    done = subprocess.run(
        ["node", "--version"],  # noqa: S607 - whichever Node the machine has
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()

"""Clocks of single processes that jump: a small library, told by a file."""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("clock.c")
HOUR_S = 3600


def build(folder: Path) -> Path | None:
    """Return the library that gives a process another time; None without compiler."""
    compiler, built = shutil.which("cc") or shutil.which("gcc"), folder / "clock.so"
    if compiler is None:
        return None
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(built), str(SOURCE)]
    subprocess.run([*command, "-ldl"], check=True)
    return built


def variables(library: Path | None, clock: Path) -> dict[str, str]:
    """Return what makes a process read its time from a file; {} without library."""
    if library is None:
        return {}
    set_clock(clock, 0)
    return {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(clock)}


def set_clock(clock: Path, seconds: int) -> None:
    """Let the processes of a clock be so many seconds ahead, or back."""
    if not clock.exists():
        clock.write_bytes(bytes(8))
    # In place: the processes have the file in their memory.
    with clock.open("r+b") as file:
        file.write(struct.pack("@l", seconds))

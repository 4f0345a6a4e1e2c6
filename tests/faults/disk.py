"""A small disk that can really be full."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

MIB = 1024 * 1024


class Disk:
    """A file system in memory or in a file, or a folder where neither may be had.

    `kind` says which: "tmpfs", "ext4" in a loop device, or "" for a plain folder,
    which cannot be filled.
    """

    def __init__(self, folder: Path, size_mb: int, *, real: bool = False) -> None:
        self.folder, self.kind = folder, ""
        folder.mkdir()
        if os.getuid() != 0 or not size_mb:
            return
        image = folder.with_suffix(".img")
        memory = ("mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "none", folder)
        if not real and _run(*memory):
            self.kind = "tmpfs"
        elif self._loop(image, size_mb):
            self.kind = "ext4"

    def _loop(self, image: Path, size_mb: int) -> bool:
        with image.open("wb") as file:
            file.truncate(size_mb * MIB)
        return _run("mkfs.ext4", "-q", "-m", "0", image) and _run(
            "mount", "-o", "loop", image, self.folder
        )

    def fill(self) -> int:
        """Take all that is free; return how many MiB that were."""
        taken = 0
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                taken += file.write(b"\0" * MIB)
        # What is less than a MiB, to the last byte.
        with ballast.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0" * 4096)
        return taken // MIB

    def free(self) -> None:
        """Give back what was taken."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def close(self) -> None:
        """Take the file system away."""
        if self.kind:
            _run("umount", "-l", self.folder)


def _run(*command: object) -> bool:
    with suppress(OSError):
        done = subprocess.run(
            [str(each) for each in command], check=False, capture_output=True
        )
        return done.returncode == 0
    return False

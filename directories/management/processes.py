"""Child processes that never outlive the command that started them."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

PR_SET_PDEATHSIG = 1
STOP_WITHIN_S = 8.0


def die_with_parent() -> None:
    """Ask the kernel to end this process when its parent dies, even by kill -9."""
    ctypes.CDLL("libc.so.6").prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """A few named children: started together, watched together, ended together."""

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str]
    ) -> None:
        """Start a child with these variables added to the present ones."""
        self._children[name] = subprocess.Popen(  # noqa: S603 - our own commands
            command,
            env={**os.environ, **env},
            # A session of its own: Ctrl-C in the terminal reaches only the
            # parent, which then ends the children in good order.
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - no threads run yet
        )

    def ended(self) -> str | None:
        """Return the name of a child that has ended, or None."""
        for name, child in self._children.items():
            if child.poll() is not None:
                return name
        return None

    def __enter__(self) -> Self:
        """Watch over what is started inside the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all children: politely first, for good after some seconds."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children.values():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

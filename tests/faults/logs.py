"""What the parts wrote: every failure there has its reason."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.faults.places import Place
from tests.faults.truth import Findings

OURS = ("web", "worker-1", "worker-2", "scheduler")


def compare_logs(findings: Findings, place: Place) -> "Counter[str]":
    """Count lines by what they say; a line of an error needs a reason."""
    said: Counter[str] = Counter()
    silent = []
    for line in lines(place):
        said[str(line.get("event", ""))[:60]] += 1
        is_error = line.get("level") in {"error", "critical"}
        if is_error and not line.get("event"):
            silent.append(line)
    findings.none("errors in the log without a reason", silent)
    findings.compared["lines of warnings and errors in the log"] = said.total()
    return said


def lines(place: Place) -> Iterator[dict[str, Any]]:
    """Yield the structured lines of all parts."""
    for name in OURS:
        path = place.folder / f"{name}.log"
        if not path.exists():
            continue
        for text in path.read_text(errors="replace").splitlines():
            if text.startswith("{"):
                try:
                    line = json.loads(text)
                except ValueError:
                    # Cut off by the kill.
                    continue
                yield line

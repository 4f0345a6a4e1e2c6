"""Renews the page about the comparison, and its picture, from figures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.chart import chart
from benchmarks.contestants import Contestant
from benchmarks.report import as_markdown, table

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "benchmarks.md"
PICTURE = DOCS / "images" / "benchmark.svg"


def renew(figures: dict[str, Any], chosen: Sequence[Contestant]) -> None:
    """Replace the figures on the page, and draw the picture anew."""
    replace("figures", figures_section(figures, chosen))
    PICTURE.write_text(chart(figures["results"]))


def replace(name: str, section: str) -> None:
    """Replace what stands on the page between the marks of a name."""
    begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, _, rest = PAGE.read_text().partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}{section}{end}{after}")


def figures_section(figures: dict[str, Any], chosen: Sequence[Contestant]) -> str:
    """Return the machine, the size of the run and the table, as Markdown."""
    size = figures["size"]
    how_much = (
        f"{size['users']:,} users; reads and single changes for {size['seconds']:g} s "
        f"each, every other phase for {size['longest_s']:g} s at most; "
        f"{_large(figures)}Python peers on {figures['server']}."
    )
    where = machine_line(figures["machine"])
    return f"\n{where} {how_much}\n\n{as_markdown(table(chosen, figures['results']))}\n"


def machine_line(about: dict[str, str]) -> str:
    """Return when and on what machine figures were taken."""
    return (
        f"{about['on']}: {about['processor']}, {about['cores']} cores, "
        f"{about['memory']}, Python {about['python']}, Node {about['node']}."
    )


def _large(figures: dict[str, Any]) -> str:
    """Return how large the large group was, and how many joined it at once."""
    for found in figures["results"].values():
        phases = found.get("phases", {})
        large = phases.get("post large group", {}).get("members")
        many = phases.get("add many to large group", {}).get("members")
        if large and many:
            return f"the large group has {large:,} members, many are {many:,}; "
    return ""

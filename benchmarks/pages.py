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
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->\n"


def renew(figures: dict[str, Any], chosen: Sequence[Contestant]) -> None:
    """Replace the figures on the page, and draw the picture anew."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    section = figures_section(figures, chosen)
    PAGE.write_text(f"{before}{BEGIN}{section}{END}{after}")
    PICTURE.write_text(chart(figures["results"]))


def figures_section(figures: dict[str, Any], chosen: Sequence[Contestant]) -> str:
    """Return the machine, the size of the run and the table, as Markdown."""
    about, size = figures["machine"], figures["size"]
    where = (
        f"{about['on']}: {about['processor']}, {about['cores']} cores, "
        f"{about['memory']}, Python {about['python']}, Node {about['node']}."
    )
    how_much = (
        f"{size['users']:,} users; reads and single changes for {size['seconds']:g} s "
        f"each, every other phase for {size['longest_s']:g} s at most; "
        f"{_large(figures)}Python peers on {figures['server']}."
    )
    return f"\n{where} {how_much}\n\n{as_markdown(table(chosen, figures['results']))}\n"


def _large(figures: dict[str, Any]) -> str:
    """Return how large the large group was, and how many joined it at once."""
    for found in figures["results"].values():
        phases = found.get("phases", {})
        large = phases.get("post large group", {}).get("members")
        many = phases.get("add many to large group", {}).get("members")
        if large and many:
            return f"the large group has {large:,} members, many are {many:,}; "
    return ""

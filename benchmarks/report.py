"""Tables of a comparison: plain text and Markdown, with what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.contestants import Contestant
from benchmarks.rows import ROWS, Results, Row, Value, best, ours, ratio, value

LARGE = 100
FEW = 10
NONE = "-"
HEADINGS = ("Rollcall : best durable peer", "Rollcall : best peer")


@dataclass(frozen=True)
class Table:
    """A heading, lines of cells, and notes below."""

    head: Sequence[str]
    lines: Sequence[Sequence[str]]
    notes: Sequence[str]


def table(contestants: Sequence[Contestant], results: Results) -> Table:
    """Return the comparison of those contestants that were asked for."""
    shown = [each for each in contestants if each.key in results]
    lines = []
    notes: dict[str, str] = {}
    for row in ROWS:
        cells = [_cell(row, each, results, notes) for each in shown]
        lines.append([row.number, _title(row), *cells, *ratio_cells(row, results)])
    head = ["row", "work", *(each.title for each in shown), *HEADINGS]
    return Table(head, lines, [*notes.values(), *_failures(shown, results)])


def peer_keys(results: Results, *, durable_only: bool) -> list[str]:
    """Return the keys of the peers, all or the durable ones."""
    return [
        key
        for key, figures in results.items()
        if figures.get("is_peer") and (figures.get("is_durable") or not durable_only)
    ]


def ratios(row: Row, results: Results) -> tuple[float | None, float | None]:
    """Return Rollcall's ratio to the best durable peer and to the best of all."""
    mine = ours(row, results)
    durable = best(row, results, peer_keys(results, durable_only=True))
    any_of_all = best(row, results, peer_keys(results, durable_only=False))
    return ratio(row, mine, durable), ratio(row, mine, any_of_all)


def ratio_cells(row: Row, results: Results) -> list[str]:
    """Return both ratios as text, NONE where no peer is right or none is due."""
    return [f"{two_figures(each)} x" if each else NONE for each in ratios(row, results)]


def _title(row: Row) -> str:
    return f"{row.title}, {row.unit}" if row.unit else row.title


def _cell(
    row: Row, contestant: Contestant, results: Results, notes: dict[str, str]
) -> str:
    figures = results[contestant.key]
    if "error" in figures:
        return "failed"
    found = value(row, figures)
    if found is None:
        return NONE
    mark = _mark(row, contestant, found, notes)
    return f"wrong{mark}" if found.wrong else f"{number(found.amount)}{mark}"


def _mark(row: Row, contestant: Contestant, found: Value, notes: dict[str, str]) -> str:
    """Return the mark of a note, the same one for the same text."""
    said = found.wrong or found.note
    if not said:
        return ""
    name = contestant.peer.name if contestant.peer else "Rollcall"
    known = contestant.peer.cannot.get(row.phase) if contestant.peer else None
    measured = f" (measured: {number(found.amount)} {row.unit})" if found.wrong else ""
    reason = known if known and found.wrong else f"{said}{measured}"
    text = f"{name}: {row.title}: {reason}"
    mark = notes.setdefault(text, f"[{len(notes) + 1}] {text}")
    return f" {mark.partition(' ')[0]}"


def _failures(shown: Sequence[Contestant], results: Results) -> list[str]:
    return [
        f"{each.title} failed: {results[each.key]['error']}"
        for each in shown
        if "error" in results[each.key]
    ]


def number(amount: float) -> str:
    """Return an amount as people read it: three figures, thousands set apart."""
    if amount >= LARGE or amount == int(amount):
        return f"{amount:,.0f}"
    return f"{amount:.3g}"


def two_figures(times: float) -> str:
    """Return a ratio as people read it."""
    return f"{times:,.0f}" if times >= FEW else f"{times:.2g}"


def as_text(made: Table) -> str:
    """Return a table in plain text, one contestant after the other."""
    rows = [made.head, *made.lines]
    widths = [max(len(row[i]) for row in rows) for i in range(len(made.head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in _broken(made, widths)
    ]
    return "\n".join([*(line.rstrip() for line in lines), "", *made.notes, ""])


def _broken(made: Table, widths: list[int]) -> list[Sequence[str]]:
    """Return head and lines, the heads broken at commas so that columns stay narrow."""
    parts = [cell.replace(" : ", ":, ").split(", ") for cell in made.head]
    depth = max(map(len, parts))
    heads = [[p[i] if i < len(p) else "" for p in parts] for i in range(depth)]
    for i in range(len(widths)):
        cells = [*(head[i] for head in heads), *(line[i] for line in made.lines)]
        widths[i] = max(map(len, cells))
    return [*heads, *made.lines]


def as_markdown(made: Table) -> str:
    """Return a table in Markdown, with its notes as a list."""
    heads = [cell.replace(", ", "<br>") for cell in made.head]
    align = ["---", "---", *["---:"] * (len(heads) - 2)]
    lines = [heads, align, *made.lines]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    notes = "\n".join(f"- {note}" for note in made.notes)
    return f"{body}\n\n{notes}\n" if notes else f"{body}\n"

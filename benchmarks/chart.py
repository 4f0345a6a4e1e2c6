"""Draws the comparison: how many times ahead Rollcall is, row by row, as SVG."""

import math
from html import escape

from benchmarks.report import ratios, two_figures
from benchmarks.rows import ROWS, Results, Row

WIDTH = 760
LEFT = 300
RIGHT = 60
TOP = 64
STEP = 34
BOTTOM = 40
LEAST, MOST = 0.1, 1_000.0
TIMES = "&#215;"
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.small { font-size: 12px; fill: #57606a }
.grid { stroke: #d0d7de } .even { stroke: #57606a; stroke-width: 1.5 }
.durable { fill: #1868db } .all { fill: #ae4787 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .small { fill: #9da7b1 }
  .grid { stroke: #3d444d } .even { stroke: #9da7b1 }
  .durable { fill: #669df1 } .all { fill: #e774bb }
}
"""


def chart(results: Results) -> str:
    """Return the drawing; rows without any ratio are left out."""
    drawn = [row for row in ROWS if any(ratios(row, results))]
    height = TOP + STEP * len(drawn) + BOTTOM
    parts = [*_legend(), *_scale(height)]
    for index, row in enumerate(drawn):
        parts += _bars(row, results, TOP + STEP * index)
    label = "How many times better Rollcall is than the best peer, row by row"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">\n'
        f"<title>{label}</title>\n<style>{STYLE}</style>\n"
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def place(times: float) -> float:
    """Return where a ratio lies on the scale, which is logarithmic."""
    bounded = min(max(times, LEAST), MOST)
    share = math.log(bounded / LEAST) / math.log(MOST / LEAST)
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _legend() -> list[str]:
    return [
        '<rect class="durable" x="16" y="14" width="12" height="12" rx="2"/>',
        '<text x="34" y="25">against the best peer that writes to a disk</text>',
        '<rect class="all" x="330" y="14" width="12" height="12" rx="2"/>',
        '<text x="348" y="25">against the best of all, in memory too</text>',
    ]


def _scale(height: int) -> list[str]:
    parts = []
    for power in range(round(math.log10(LEAST)), round(math.log10(MOST)) + 1):
        x, kind = place(10.0**power), "grid" if power else "even"
        foot = height - BOTTOM
        parts += [
            f'<line class="{kind}" x1="{x}" x2="{x}" y1="{TOP - 12}" y2="{foot}"/>',
            f'<text class="small" x="{x}" y="{TOP - 18}" text-anchor="middle">'
            f"{10.0**power:g}{TIMES}</text>",
        ]
    note = f"right of 1{TIMES}: Rollcall is ahead; no bar: no peer gave right answers"
    return [*parts, f'<text class="small" x="16" y="{height - 14}">{note}</text>']


def _bars(row: Row, results: Results, y: int) -> list[str]:
    title = escape(f"{row.number}. {row.title}")
    parts = [f'<text x="16" y="{y + 19}">{title}</text>']
    kinds = zip(("durable", "all"), ratios(row, results), strict=True)
    for index, (kind, times) in enumerate(kinds):
        if not times:
            continue
        start, stop = sorted((place(1.0), place(times)))
        top = y + 2 + 14 * index
        parts += [
            f'<rect class="{kind}" x="{start}" y="{top}"'
            f' width="{max(stop - start, 2):.1f}" height="10" rx="2"/>',
            f'<text class="small" x="{stop + 5}" y="{top + 10}">'
            f"{two_figures(times)}{TIMES}</text>",
        ]
    return parts

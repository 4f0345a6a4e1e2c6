"""Charts of our own numbers: SVG by pygal, coloured by our style sheets.

Each has a table of the same numbers for those who cannot see it. pygal's own styles,
scripts and overlays are left out: the content security policy allows none of them.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pygal
from django.template.defaultfilters import floatformat
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from pygal.style import Style

# It looks for maps in other packages by an import hook, of a kind that Python has given
# up; there are none here.
sys.meta_path[:] = [
    each for each in sys.meta_path if type(each).__module__.partition(".")[0] != "pygal"
]
Tone = Literal["brand", "neutral", "success", "warning", "danger", "discovery"]
Shape = Literal["columns", "bars", "ring"]
WIDTH = 360
HEIGHT = 200
BAR = 30
LABEL = 28
STYLE = Style(label_font_size=11, major_label_font_size=11)  # type: ignore[no-untyped-call]
DRAWN = frozenset({"g", "rect", "path", "circle", "text"})
SHAPES: dict[Shape, Callable[..., Any]] = {
    "columns": pygal.StackedBar,
    "bars": pygal.HorizontalStackedBar,
    "ring": pygal.Pie,
}


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each label of the chart, and their colour."""

    name: str
    tone: Tone
    values: Sequence[int]

    @property
    def total(self) -> int:
        """Return what the values sum up to."""
        return sum(self.values)


@dataclass(frozen=True)
class Chart:
    """Numbers by label and series: columns side by side, bars below each other, a ring.

    `title` and `summary` say what it shows, `head` what the labels are. A ring has
    one label.
    """

    shape: Shape
    title: str
    summary: str
    head: str
    labels: Sequence[str]
    series: Sequence[Series]

    def __bool__(self) -> bool:
        return any(each.total for each in self.series)

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """Return the table: each label with its numbers."""
        return [
            (label, [each.values[at] for each in self.series])
            for at, label in enumerate(self.labels)
        ]

    @cached_property
    def svg(self) -> SafeString:
        """Return the drawing; names of things stand in it as text, escaped."""
        root = self._drawn().render_tree()
        _strip(root)
        self._colour(root)
        root.attrib.pop("id", None)
        root.set("role", "img")
        root.set("aria-label", self.summary)
        return mark_safe(ET.tostring(root, encoding="unicode"))  # noqa: S308 - serialized, so escaped

    def _drawn(self) -> Any:
        bars = self.shape == "bars"
        chart = SHAPES[self.shape](
            css=(),
            js=(),
            disable_xml_declaration=True,
            explicit_size=False,
            height=BAR * len(self.labels) + 30 if bars else HEIGHT,
            inner_radius=0.62,
            margin=4,
            # The last number below bars is centred on their end.
            margin_right=16 if bars else 4,
            max_scale=6,
            min_scale=2,
            order_min=0,
            no_prefix=True,
            show_legend=False,
            spacing=6,
            style=STYLE,
            truncate_label=-1,
            value_formatter=_number,
            width=HEIGHT if self.shape == "ring" else WIDTH,
        )
        # Bars are drawn from the lowest one up.
        order = -1 if bars else 1
        if self.shape != "ring":
            chart.x_labels = [_short(label) for label in self.labels][::order]
            chart.x_labels_major_count = 0 if bars else 7
            # pygal calls the axis with the labels x, and y where bars lie.
            chart.show_minor_x_labels = bars
        for each in self.series:
            chart.add(each.name, list(each.values)[::order])
        return chart

    def _colour(self, root: "ET.Element") -> None:
        """Give each series the class of its tone, and each part its number as a tip."""
        order = -1 if self.shape == "bars" else 1
        for at, each in enumerate(self.series):
            for drawn in root.iter("g"):
                if f"serie-{at}" not in drawn.get("class", "").split():
                    continue
                drawn.set("class", f"series tone-{each.tone}")
                shapes = [e for e in drawn.iter() if "reactive" in e.get("class", "")]
                told = zip(
                    shapes,
                    list(self.labels)[::order],
                    list(each.values)[::order],
                    strict=False,
                )
                for shape, label, value in told:
                    shape.attrib.pop("class")
                    tip = ET.SubElement(shape, "title")
                    tip.text = f"{label}: {each.name} {number_format(value)}"


def _strip(element: "ET.Element") -> None:
    """Take out what needs scripts or styles of its own."""
    for child in list(element):
        # A comment has a function where others have their name.
        drawn = str(child.tag) in DRAWN
        if not drawn or child.get("class", "").endswith("overlay"):
            element.remove(child)
        else:
            _strip(child)


def _short(label: str) -> str:
    """Cut a label to what fits beside a bar; tip and table have it whole."""
    return label if len(label) <= LABEL else f"{label[: LABEL - 1].rstrip()}…"


def _number(value: float) -> str:
    """Write 12,000 as 12k, so that an axis stays narrow."""
    for bound, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= bound:
            return f"{floatformat(value / bound, -1)}{letter}"
    return str(floatformat(value, -1))

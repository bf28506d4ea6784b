"""Bar charts as SVG, to stand inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

_LABEL, _WIDE, _HIGH, _GAP = 320, 420, 18, 8


@dataclass(frozen=True)
class Bar:
    """A bar: its label, its parts as (name, number, colour), and what stands behind it."""

    label: str
    parts: tuple[tuple[str, int, str], ...]
    note: str

    @property
    def number(self) -> int:
        """All parts together."""
        return sum(number for _, number, _ in self.parts)


def bars(title: str, rows: Sequence[Bar], same_length: bool = False) -> str:
    """A chart; nothing where there are no rows.

    Args:
        title: what it shows, for those who cannot see it too.
        rows: its bars, from the top.
        same_length: whether each bar shows shares of itself; otherwise all are to the same scale.
    """
    if not rows:
        return ""
    most = max(row.number for row in rows) or 1
    height = len(rows) * (_HIGH + _GAP) + _GAP
    drawn = []
    for place, row in enumerate(rows):
        y = _GAP + place * (_HIGH + _GAP)
        whole = (row.number if same_length else most) or 1
        told = ", ".join(f"{number} {name}" for name, number, _ in row.parts if number)
        label = Markup("<text x='{}' y='{}' text-anchor='end'>{}</text>").format(_LABEL - 8, y + _HIGH - 5, row.label)
        x = float(_LABEL)
        pieces = [Markup("<g><title>{}: {}</title>").format(row.label, told), label]
        for name, number, colour in row.parts:
            width = _WIDE * number / whole
            if number:
                rectangle = "<rect x='{:.1f}' y='{}' width='{:.1f}' height='{}' fill='{}' class='{}'/>"
                pieces.append(Markup(rectangle).format(x, y, width, _HIGH, colour, name))
            x += width
        pieces.append(Markup("<text x='{:.1f}' y='{}'>{}</text></g>").format(x + 8, y + _HIGH - 5, row.note))
        drawn.append(Markup("").join(pieces))
    frame = "<svg role='img' aria-label='{}' viewBox='0 0 {} {}' width='{}' font-size='13' font-family='sans-serif'>{}</svg>"
    return Markup(frame).format(escape(title), _LABEL + _WIDE + 90, height, _LABEL + _WIDE + 90, Markup("").join(drawn))

"""Figure 3: root verbs of the suggestions, and around them their direct objects."""

import math

from matplotlib.axes import Axes
from matplotlib.patches import Wedge

from runners.pages.palette import INK, PAPER, SERIES
from runners.report.directions import Directions
from runners.report.figures.canvas import Figure, blank, finish, named, style

_HOLE, _MIDDLE, _RIM = 0.28, 0.62, 1.0
_LEAST = 0.05
"""Length of the middle of an arc, in radii, below which it is not labelled; see its tooltip and
the table instead."""
_LETTERS = 14


def draw_directions(directions: Directions, name: str, title: str) -> Figure:
    """Draw the most frequent verb-object pairs as a sunburst."""
    found = directions.top()
    total = sum(count for _, objects in found for _, count in objects)
    tips: dict[str, str] = {}
    with style():
        canvas = blank(5.2)
        axes = canvas.add_subplot(aspect="equal")
        axes.set_axis_off()
        axes.set_xlim(-1.02, 1.02)
        axes.set_ylim(-1.02, 1.02)
        start = 0.0
        for number, (verb, objects) in enumerate(found):
            colour = SERIES[number % len(SERIES)].light
            share = sum(count for _, count in objects) / total
            verb_tip = f"{verb}: {directions.verbs[verb]:,} suggestions"
            _wedge(axes, (start, share), (_HOLE, _MIDDLE), colour, 1.0, verb, verb_tip, tips)
            for word, count in objects:
                part = count / total
                tip = f"{verb} {word}: {count:,}"
                _wedge(axes, (start, part), (_MIDDLE, _RIM), colour, 0.3, word, tip, tips)
                start += part
        if not found:
            axes.text(0, 0, "no verb with an object", ha="center", va="center")
        return finish(name, title, canvas, tips)


def _wedge(
    axes: Axes,
    arc: tuple[float, float],
    radii: tuple[float, float],
    colour: str,
    alpha: float,
    word: str,
    tip: str,
    tips: dict[str, str],
) -> None:
    """Draw a wedge over an arc (start and share of the circle, clockwise from the top)."""
    (start, share), (inner, outer) = arc, radii
    radius = (inner + outer) / 2
    has_room = 2 * math.pi * radius * share >= _LEAST
    from_, to = 90 - 360 * (start + share), 90 - 360 * start
    wedge = Wedge((0, 0), outer, from_, to, width=outer - inner, facecolor=colour, alpha=alpha)
    axes.add_patch(wedge)
    named(wedge, tips, tip)
    border = Wedge((0, 0), outer, from_, to, width=outer - inner, fill=False)
    border.set(edgecolor=PAPER.light, linewidth=1.2 if has_room else 0.4)
    axes.add_patch(border)
    if not has_room:
        return
    angle = (from_ + to) / 2
    x, y = radius * math.cos(math.radians(angle)), radius * math.sin(math.radians(angle))
    turn = angle if math.cos(math.radians(angle)) >= 0 else angle + 180
    shown = word if len(word) <= _LETTERS else word[: _LETTERS - 1] + "…"
    ink = PAPER.light if alpha == 1.0 else INK.light
    axes.text(x, y, shown, ha="center", va="center", rotation=turn, color=ink, fontsize=8.5)

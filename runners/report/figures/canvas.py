"""Canvas: the style of all figures, and how they are written to files and into the page."""

import re
import warnings
from collections.abc import Generator, Mapping, Sequence, Sized
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple, cast
from xml.etree import ElementTree

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import MaxNLocator

from runners.pages.palette import INK, MUTED, PAPER, RULE, VARIABLES

WIDTH = 5.2
"""Width in inches; on a phone a figure keeps about this size, so that its 10-point text stays
readable."""
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_DPI = 192
_STYLE: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.parse_math": False,  # a run's name may contain dollar signs
    "text.color": INK.light,
    "axes.labelcolor": MUTED.light,
    "axes.labelsize": 9.5,
    "axes.edgecolor": RULE.light,
    "axes.linewidth": 1.0,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.facecolor": "none",
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "grid.color": RULE.light,
    "grid.linewidth": 0.8,
    "xtick.color": RULE.light,
    "ytick.color": RULE.light,
    "xtick.labelcolor": MUTED.light,
    "ytick.labelcolor": MUTED.light,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "coevol",
}
# Matches the colours of the palette: `#` and six digits.
_COLOUR = re.compile("|".join(colour.light for colour in VARIABLES.values()), re.IGNORECASE)
_NAMES = {colour.light: f"var(--{name})" for name, colour in VARIABLES.items()}
_REFERENCE = re.compile(r"url\(#([^)]+)\)")


class Figure(NamedTuple):
    """A drawn figure."""

    name: str
    """The name of its files."""
    title: str
    svg: bytes
    """A standalone file on a light background."""
    png: bytes
    inline: str
    """SVG for the page, in the page's colours, its ids prefixed with the figure's name."""


@contextmanager
def style() -> Generator[None]:
    """Draw in the report's style, without warnings about characters that the PNG's font lacks."""
    with mpl.rc_context(cast("Any", _STYLE)), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield


def blank(height: float, width: float = WIDTH) -> Canvas:
    """An empty figure of this size in inches."""
    return Canvas(figsize=(width, height), layout="constrained")


def finish(name: str, title: str, canvas: Canvas, tips: Mapping[str, str]) -> Figure:
    """Render a figure; `tips` are tooltips, by the group ids of artists."""
    plain = _write(canvas, "svg", transparent=True)
    canvas.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    paper = {"facecolor": PAPER.light}
    svg, png = _write(canvas, "svg", **paper), _write(canvas, "png", dpi=_DPI, **paper)
    return Figure(name, title, svg, png, _inline(plain, name, title, tips))


def _write(canvas: Canvas, format: str, **options: Any) -> bytes:
    file = BytesIO()
    metadata = {"Date": None, "Creator": None} if format == "svg" else {"Software": None}
    canvas.savefig(file, format=format, metadata=metadata, **options)
    return file.getvalue()


def _inline(svg: bytes, name: str, title: str, tips: Mapping[str, str]) -> str:
    """Adapt SVG to the page: no size or prolog, unique ids, the page's colours and font."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = ElementTree.fromstring(svg)  # noqa: S314 # matplotlib has just written it
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    del root.attrib["width"], root.attrib["height"]
    root.attrib |= {"role": "img", "aria-label": title}
    for element in root.iter():
        tip = tips.get(element.get("id", ""))
        if tip is not None:
            child = ElementTree.Element(f"{{{_SVG}}}title")
            child.text = tip
            element.insert(0, child)
        _prefix(element, name)
    text = ElementTree.tostring(root, encoding="unicode")
    return _COLOUR.sub(lambda match: _NAMES[match[0].lower()], text)


def _prefix(element: ElementTree.Element, name: str) -> None:
    for key, value in element.attrib.items():
        if key == "id":
            element.set(key, f"{name}-{value}")
        elif key == f"{{{_XLINK}}}href" and value.startswith("#"):
            element.set(key, f"#{name}-{value[1:]}")
        elif "url(#" in value:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))


def numbered(name: str, number: int, subjects: Sized) -> str:
    """The name of one of several figures, one per subject, numbered from 1."""
    return f"{name}-{number}" if len(subjects) > 1 else name


def named(artist: Artist, tips: dict[str, str], tip: str) -> None:
    """Give an artist a tooltip."""
    gid = f"tip{len(tips)}"
    artist.set_gid(gid)
    tips[gid] = tip


def percent_axis(axes: Axes, label: str, *, top: float | None = None) -> None:
    """Make the vertical axis show shares, from 0."""
    axes.set_ylim(0, top)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(in_percent)
    axes.set_ylabel(label)
    axes.grid(axis="y")


def in_percent(value: float, _: object = None) -> str:
    """A share as an axis label."""
    return f"{value:.0%}"


def legend(axes: Axes, columns: int = 4, handles: Sequence[Artist] | None = None) -> None:
    """Place the legend above the plot, on the left; `handles` are those of what has labels."""
    axes.legend(
        handles=axes.get_legend_handles_labels()[0] if handles is None else handles,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=columns,
        handlelength=1.0,
        handleheight=1.0,
        columnspacing=1.4,
        borderaxespad=0.2,
    )

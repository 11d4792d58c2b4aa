"""The graph's picture in README.md.

python -m tests.support.picture             # print it
python -m tests.support.picture README.md   # put it into the file's mermaid block

It is LangGraph's drawing, with its edges in the order of the nodes: mermaid lays out by that order,
so the positive debater is on the left. It has no styles, because LangGraph's are light boxes, which
GitHub's dark theme labels in an unreadable light grey.
"""

import re
import sys
from pathlib import Path
from typing import Any

from langchain_core.runnables.graph import Graph

from graph.coevol import graph

_FENCE = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def mermaid(drawn: Any = graph) -> str:
    """The drawing of a graph, as the text of a mermaid fence."""
    drawing: Graph = drawn.get_graph()
    order = list(drawing.nodes)
    drawing.edges.sort(key=lambda edge: (order.index(edge.source), order.index(edge.target)))
    return drawing.draw_mermaid(with_styles=False)


def drawings(markdown: str) -> list[str]:
    """The texts of a document's mermaid fences."""
    return _FENCE.findall(markdown)


def redrawn(markdown: str) -> str:
    """The document with the drawing in its first mermaid fence. Raises ValueError without one."""
    fence = f"```mermaid\n{mermaid()}```"
    changed, count = _FENCE.subn(lambda _: fence, markdown, count=1)
    if not count:
        raise ValueError("there is no ```mermaid fence to put the picture into")
    return changed


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(redrawn(Path(name).read_text(encoding="utf-8")), encoding="utf-8")
    if not sys.argv[1:]:
        sys.stdout.write(mermaid())

"""What the graph looks like: in README.md, and where somebody changed its wiring."""

from pathlib import Path

import pytest

from graph import ablations, comparison
from graph.coevol import build
from graph.frameworks import FRAMEWORKS, Framework
from tests.support.picture import drawings, mermaid, redrawn
from tests.support.snapshots import kept

SNAPSHOTS = Path(__file__).parent / "snapshots"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_wiring_is_as_it_was(framework: Framework) -> None:
    drawn = mermaid(ablations.build(framework))
    assert drawn == kept(SNAPSHOTS / f"{framework}.mmd", drawn)


@pytest.mark.parametrize("name", ["README.md", "docs/studio.md"])
def test_documents_show_the_graph(name: str) -> None:
    hint = f"python -m tests.support.picture {name} puts it there"
    assert drawings((ROOT / name).read_text(encoding="utf-8"))[:1] == [mermaid()], hint


def test_a_picture_is_put_into_its_fence_only() -> None:
    text = "# A\n\n```mermaid\nold\n```\n\n```sh\nmake\n```\n"
    assert redrawn(text) == f"# A\n\n```mermaid\n{mermaid()}```\n\n```sh\nmake\n```\n"
    assert drawings(redrawn(text)) == [mermaid()]
    with pytest.raises(ValueError, match="no ```mermaid fence"):
        redrawn("# A\n")


def test_judges_in_turn() -> None:
    edges = {(edge.source, edge.target) for edge in build(judges_in_turn=True).get_graph().edges}
    assert {
        ("guard", "judge_original_first"),
        ("judge_original_first", "judge_edited_first"),
        ("judge_edited_first", "verdict"),
    } <= edges
    assert ("guard", "judge_edited_first") not in edges
    assert ("judge_original_first", "verdict") not in edges


def test_a_comparison_is_judges_alone() -> None:
    drawn = mermaid(comparison.graph)
    assert drawn == kept(SNAPSHOTS / "comparison.mmd", drawn)

"""Rooms have an order: imports go down, and none go in a circle."""

import re
from graphlib import CycleError
from pathlib import Path

import pytest

from tests.support.rooms import BEGIN, END, ROOT, floors, imports, redrawn, rooms, section

ORDER = [
    "prompts/*.py",
    "nodes/guards",
    "nodes/judging",
    "nodes/models",
    "nodes/*.py",
    "graph/*.py",
    "runners/*.py",
    "runners/pages",
    "runners/storage",
    "runners/data",
    "runners/calls",
    "runners/batches",
    "runners/folder",
    "runners/tracing",
    "runners/check",
    "runners/people",
    "runners/export",
    "runners/run",
    "runners/options",
    "runners/watching",
    "runners/estimate",
    "runners/look",
    "runners/comparison",
    "runners/calibration",
    "runners/report",
    "runners/review",
    "runners/ablate",
    "runners/langsmith",
    "runners/api",
    "runners/cli",
]
"""The rooms from lower to higher. A new one is put just above the highest that it needs."""
MOST_FLOORS = 12


def test_every_room_has_its_place_in_the_order() -> None:
    assert sorted(rooms()) == sorted(ORDER)


def test_no_room_imports_from_a_higher_one() -> None:
    upwards = {
        (each.file, each.module)
        for each in imports()
        if ORDER.index(each.target) > ORDER.index(each.room)
    }
    assert not upwards


def test_rooms_go_in_no_circle_and_are_few_floors_high() -> None:
    assert len(floors(rooms())) <= MOST_FLOORS


def test_the_page_shows_the_rooms_as_they_are() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    hint = "python -m tests.support.rooms docs/architecture.md puts them there"
    assert redrawn(page, rooms()) == page, hint


def test_the_page_says_what_each_room_is_for() -> None:
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    described = re.findall(
        r"^\| `([\w/]+)/` \| .+ \| ((?:`\w+\.py`(?:, )?)+) \|$", page, re.MULTILINE
    )
    assert [room for room, _ in described] == [each.removesuffix("/*.py") for each in ORDER]
    for room, files in described:
        for name in re.findall(r"\w+\.py", files):
            assert (ROOT / room / name).is_file(), f"{room}/{name}"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    files = {
        "prompts/__init__.py": "",
        "prompts/words.py": "import json\n",
        "nodes/state.py": "from prompts import words\n",
        "nodes/models/names.py": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from nodes.state import State\n"
            "def late():\n    import prompts.words\n"
        ),
        "nodes/models/local/one.py": "from ..names import late\nfrom ...state import State\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_which_imports_count(house: Path) -> None:
    assert [(each.file, each.module, each.target) for each in imports(house)] == [
        ("nodes/models/local/one.py", "nodes.state.State", "nodes/*.py"),
        ("nodes/models/names.py", "prompts.words", "prompts/*.py"),
        ("nodes/state.py", "prompts.words", "prompts/*.py"),
    ]
    assert floors(rooms(house)) == [["prompts/*.py"], ["nodes/*.py"], ["nodes/models"]]


def test_a_circle_is_named(house: Path) -> None:
    (house / "nodes/state.py").write_text("import nodes.models.names\n", encoding="utf-8")
    with pytest.raises(CycleError, match="nodes/models"):
        floors(rooms(house))


def test_the_drawing_leaves_out_what_a_longer_way_implies(house: Path) -> None:
    drawn = section(rooms(house))
    assert "room_nodes_models --> room_nodes\n" in drawn
    assert "room_nodes --> room_prompts\n" in drawn
    assert "room_nodes_models --> room_prompts" not in drawn
    assert "| 3 | `nodes/models` | `nodes/*.py`, `prompts/*.py` |" in drawn
    assert redrawn(f"a\n{BEGIN}\nold\n{END}\nb\n", rooms(house)) == f"a\n{BEGIN}\n{drawn}{END}\nb\n"
    with pytest.raises(ValueError, match="needs the marks"):
        redrawn("no marks", rooms(house))

"""Twins: worse in the way that their kind says, the same ones each time."""

from pathlib import Path
from random import Random

import pytest

from nodes.conversation import ConversationContext
from runners.calibration.contradiction import contradicted
from runners.calibration.spoiling import PADDED, SPOILINGS, spoilt
from runners.calibration.twins import take_originals, twins_of
from runners.data.dataset import Dataset, Selection
from runners.errors import UsageError
from tests.runners.datasets import Fields, write_json

TEXT = "The bridge is 120 m long. It was opened in 1932 by the king. Many people use it each day."
CONTEXT = ConversationContext(model="rehearsal")


@pytest.mark.parametrize(
    ("text", "opposite"),
    [
        ("Salt is soluble.", "Salt is not soluble."),
        ("You can eat it.", "You cannot eat it."),
        ("You cannot eat it.", "You can eat it."),
        ("It does not rain there.", "It does rain there."),
        ("Don't open it.", "Do open it."),
        ("They won't come.", "They will come."),
        ("Always stir it.", "Never stir it."),
        ("Wash it before use.", "Wash it after use."),
        ("Is it soluble?", None),
        ("```python\nis_open = True\n```", None),
        ("Red, blue, green", None),
        ("Der Himmel wird rot.", None),
    ],
)
def test_a_sentence_and_its_opposite(text: str, opposite: str | None) -> None:
    assert contradicted(text, Random(0)) == opposite


def test_one_sentence_of_several_is_contradicted() -> None:
    twin = contradicted(TEXT, Random(0))
    assert twin is not None
    assert sum(a != b for a, b in zip(TEXT.split(". "), twin.split(". "), strict=True)) == 1


def test_each_kind_is_worse_in_its_own_way() -> None:
    twins = {kind: spoilt(TEXT, kind, "Another answer.", 0) for kind in SPOILINGS}
    assert all(twins.values())
    assert sorted(str(twins["shuffled"]).split()) == sorted(TEXT.split())
    assert TEXT.startswith(str(twins["cut"]))
    assert len(str(twins["cut"])) <= len(TEXT) / 3
    assert twins["swapped"] == "Another answer."
    numbers = str(twins["numbers"]).split()
    assert [a for a, b in zip(TEXT.split(), numbers, strict=True) if a != b] == ["120", "1932"]


def test_what_can_not_be_made_worse_has_no_such_twin() -> None:
    assert spoilt("Blue", "cut", "", 0) is None
    assert spoilt("Blue", "swapped", "", 0) is None
    assert spoilt("1. Stir it. 2. Eat it.", "numbers", "", 0) is None
    assert spoilt("ああああ", "shuffled", "", 0) is None
    assert spoilt("天空是蓝色的。", "shuffled", "", 0) is not None


def data_of(folder: Path, rows: list[Fields]) -> Dataset:
    return Dataset(write_json(folder / "data.json", rows), Selection())


def test_the_same_twins_each_time_and_others_by_another_seed(tmp_path: Path) -> None:
    rows: list[Fields] = [
        {"instruction": f"Tell {n}.", "output": f"{TEXT} Number {n}."} for n in range(9)
    ]
    originals = take_originals(data_of(tmp_path, rows), CONTEXT, 3)
    assert [each.position for each in originals] == [0, 3, 6]
    pairs = twins_of(originals, SPOILINGS, 0)
    assert pairs == twins_of(originals, SPOILINGS, 0) != twins_of(originals, SPOILINGS, 1)
    assert [each.category for each in pairs] == [*SPOILINGS, PADDED] * 3
    swapped = [each.b for each in pairs if each.category == "swapped"]
    assert swapped == [rows[n]["output"] for n in (3, 6, 0)]


def test_a_seed_draws_a_row_of_each_stretch(tmp_path: Path) -> None:
    rows: list[Fields] = [{"instruction": f"Tell {n}.", "output": TEXT} for n in range(40)]
    dataset = data_of(tmp_path, rows)

    def places(seed: int) -> list[int]:
        return [each.position for each in take_originals(dataset, CONTEXT, 4, seed)]

    assert places(0) == [0, 10, 20, 30]
    drawn = [places(seed) for seed in (1, 2, 3)]
    assert drawn == [places(seed) for seed in (1, 2, 3)]
    assert len({tuple(each) for each in drawn}) == 3
    assert all([place // 10 for place in each] == [0, 1, 2, 3] for each in drawn)
    assert len(take_originals(dataset, CONTEXT, 99, 1)) == 40


def test_of_a_conversation_its_first_answer_with_what_was_asked(tmp_path: Path) -> None:
    talk = [
        {"role": "user", "content": "Where is it?"},
        {"role": "assistant", "content": TEXT},
        {"role": "user", "content": "And then?"},
        {"role": "assistant", "content": "No more."},
    ]
    (found,) = take_originals(data_of(tmp_path, [{"messages": talk}]), CONTEXT, 40)
    assert (found.position, found.turn, found.response) == (0, 1, TEXT)
    assert "USER: Where is it? ASSISTANT:" in found.instruction


def test_rows_without_a_response_are_nothing_to_try(tmp_path: Path) -> None:
    dataset = data_of(tmp_path, [{"instruction": "Write.", "output": " "}])
    with pytest.raises(UsageError, match="no row has a response"):
        take_originals(dataset, CONTEXT, 40)

"""Repair: an edit that the guards refuse is asked for again, its flaws named, and counted apart."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from graph.coevol import graph
from nodes.context import Context
from prompts.pack import PromptPackError, load_pack
from prompts.repair import DEFAULT
from tests.runners.commands import at, coevol
from tests.runners.datasets import Fields, plain, read_jsonl
from tests.support import answers
from tests.support.edits import edit
from tests.support.rows import write_jsonl
from tests.support.server import serve
from tests.support.words import Prompt

ROWS: list[Fields] = plain(6)
LEAK = "Reviewer 1 asked for it."
AGAIN = "can't be used as it is:"


@pytest.fixture(name="asked")
def leaky_at_first(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prompts of the editor, which leaves its leak out only when it is told of it."""
    prompts: list[str] = []

    def leaky(prompt: Prompt) -> str:
        prompts.append(prompt.text)
        return edit(prompt).strip() or "Red." if AGAIN in prompt.text else f"Red.\n\n{LEAK}"

    monkeypatch.setattr(answers, "edit", leaky)
    return prompts


def run(folder: Path, *options: object) -> tuple[Any, str]:
    """The summary of a run over the rows, and what the command said."""
    data = write_jsonl(folder / "data.jsonl", ROWS)
    with serve() as server:
        ran = coevol("evolve", data, "--out", folder / "run", "--rounds", 1, *at(server), *options)
    assert ran.code == 0, ran.err
    return json.loads((folder / "run" / "summary.json").read_text("utf-8")), ran.out + ran.err


@pytest.mark.parametrize("framework", ["coevol", "debate", "edit"])
def test_the_editor_is_asked_once_more(tmp_path: Path, asked: list[str], framework: str) -> None:
    summary, said = run(tmp_path, "--repair", 1, "--framework", framework)
    guards = summary["guards"]
    assert (guards["repair_calls"], guards["repaired_edits"]) == (len(ROWS), len(ROWS))
    assert guards["refused_edits"] == 0
    assert f"repair: the editor was asked again {len(ROWS)} times (role_names {len(ROWS)})" in said
    again = [prompt for prompt in asked if AGAIN in prompt]
    assert len(again) == len(ROWS)
    assert all("- debaters, judge or chat roles: 'Reviewer 1' Write" in each for each in again)
    assert all(LEAK in each for each in again)
    (editor,) = [each for each in summary["calls_by_role"] if each["role"] == "editor"]
    assert editor["answered"] == summary["endings"][-1 if framework != "coevol" else -2]["finished"]
    assert editor["answered"] == 2 * len(ROWS)
    for record in read_jsonl(tmp_path / "run" / "evolutions.jsonl"):
        (played,) = record["rounds"]
        (former,) = played["repaired"]
        assert former["edit"]["response"] == f"Red.\n\n{LEAK}"
        assert former["guarded"]["refused"][0]["guard"] == "role_names"
        assert "guarded" not in played or not played["guarded"]["refused"]
        assert record["usage"]["calls"] == (9 if framework == "coevol" else played_calls(framework))


def played_calls(framework: str) -> int:
    return {"debate": 7, "edit": 2}[framework]


def test_nobody_is_asked_again_by_default(tmp_path: Path, asked: list[str]) -> None:
    summary, said = run(tmp_path)
    assert (summary["guards"]["repair_calls"], summary["guards"]["refused_edits"]) == (0, len(ROWS))
    assert not [prompt for prompt in asked if AGAIN in prompt]
    assert "repair" not in said
    assert "repaired" not in (tmp_path / "run" / "evolutions.jsonl").read_text("utf-8")


def test_an_edit_that_stays_flawed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaky(prompt: Prompt) -> str:
        return f"Red {len(prompt.words)}.\n\n{LEAK}"

    monkeypatch.setattr(answers, "edit", leaky)
    summary, _ = run(tmp_path, "--repair", 2)
    guards = summary["guards"]
    assert (guards["repair_calls"], guards["repaired_edits"]) == (2 * len(ROWS), 0)
    assert guards["refused"] == {"role_names": len(ROWS)}
    assert guards["judge_calls_saved"] == 2 * len(ROWS)


def test_a_pack_has_words_of_its_own(tmp_path: Path, asked: list[str]) -> None:
    words = f"It {AGAIN}\n{{flaws}}\nAlors, encore une fois."
    own = {"base": "coevol", "name": "mine", "repair": {"editor": words}}
    pack = tmp_path / "mine.yaml"
    pack.write_text(yaml.safe_dump(own), "utf-8")
    summary, _ = run(tmp_path, "--repair", 1, "--prompt-pack", pack)
    assert summary["guards"]["repaired_edits"] == len(ROWS)
    assert any("Alors, encore une fois." in each for each in asked)


def test_packs_without_keep_their_hash(tmp_path: Path) -> None:
    built_in = load_pack()
    assert built_in.repair is None
    assert built_in.repair_task == DEFAULT
    assert built_in.hash == "10bf0c1e3503e815ad17419cde423a1fab33873e9dc47fd1a9a28f8dbad8fb68"
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(yaml.safe_dump({"base": "coevol", "name": "w", "repair": {"editor": "No."}}))
    with pytest.raises(PromptPackError, match=r"repair.editor: missing placeholder \{flaws\}"):
        load_pack(str(wrong))


async def test_the_rehearsal_model_knows_no_better() -> None:
    sample: Any = {"instruction": "Name colours.", "response": "red ,green"}
    context = Context(guards="numbers_lost,too_long,identical,format", repair=1)
    assert (await graph.ainvoke(sample, context=context))["rounds"]

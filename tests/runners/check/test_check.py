"""coevol check: the table of flaws, of finished and unfinished runs."""

import json
from pathlib import Path
from typing import Any

import pytest

from nodes.guards.flaws import FLAWS
from tests.runners.commands import assert_one_line, at, coevol, ended, started
from tests.runners.datasets import Fields, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

PACK = Path(__file__).parents[3] / "prompts" / "coevol.yaml"
CODE = "def double(x):\n    y = 2 * x\n    return y"


def programs(count: int) -> list[Fields]:
    """Rows whose response is code; the loopback model's edits run its lines together."""
    return [{"instruction": f"Double {n}.", "input": "", "output": CODE} for n in range(count)]


ROWS = [*programs(6), *plain(6)]


@pytest.fixture(scope="module", name="run")
def evolve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checked")
    data = write_jsonl(folder / "data.jsonl", ROWS)
    with serve() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "not-a-key")
        assert coevol("evolve", data, "--out", folder / "run", *at(server)).code == 0
    return folder / "run"


def checked(run: Path, *options: object) -> Any:
    result = coevol("check", run, "--json", *options)
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def rows_with(found: Any, flaw: str) -> int:
    return next(each["rows"] for each in found["flaws"] if each["flaw"] == flaw)


def after(run: Path) -> list[str]:
    return [fields["output"] for fields in read_jsonl(run / "evolved.jsonl")]


def test_the_table_counts_the_rows_that_changed(run: Path) -> None:
    changed = [new for row, new in zip(ROWS, after(run), strict=True) if new != row["output"]]
    lost = [new for new in changed if "double(x)" in new and "`" not in new]
    assert 0 < len(lost) < len(changed) < len(ROWS)
    found = checked(run)
    assert [each["flaw"] for each in found["flaws"]] == list(FLAWS)
    assert (found["changed"], found["flawed"]) == (len(changed), len(lost))
    assert rows_with(found, "code_lost") == len(lost)
    (seen,) = (each for each in found["flaws"] if each["rows"])
    assert seen["share"] == len(lost) / len(changed)
    assert len(seen["examples"]) == min(len(lost), 3)


def test_the_examples_are_rows_of_the_run(run: Path) -> None:
    (seen,) = (each for each in checked(run)["flaws"] if each["rows"])
    for id_ in seen["examples"]:
        assert "def double(x)" in coevol("show", run, "--id", id_).out


def test_people_get_a_table(run: Path) -> None:
    result = coevol("check", run)
    assert result.code == 0
    assert "still to do" not in result.out
    lines = {line.split()[0]: line for line in result.out.splitlines()}
    assert set(FLAWS) <= set(lines)
    assert all(FLAWS[flaw] in lines[flaw] for flaw in FLAWS)
    assert checked(run)["flaws"][list(FLAWS).index("code_lost")]["examples"][0] in result.out


def test_the_limit_on_length_is_a_choice(run: Path) -> None:
    assert rows_with(checked(run), "too_long") == 0
    found = checked(run, "--longest", 0.5)
    assert rows_with(found, "too_long") == found["changed"]


def test_the_rows_themselves(run: Path) -> None:
    count = rows_with(checked(run), "code_lost")
    lines = coevol("check", run, "--show", "code_lost", "--json").out.splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == count
    for row in rows:
        (changed,) = row["changed"]
        assert changed["flaws"] == ["code_lost"]
        assert changed["original"] == ROWS[row["position"]]["output"]
        assert changed["response"] == after(run)[row["position"]]
    shown = coevol("check", run, "--show", "code_lost").out
    assert [shown.count(row["id"]) for row in rows] == [1] * count
    assert shown.count("after: code_lost") == count
    assert coevol("check", run, "--show", "refusal", "--json") == (0, "", "")
    none = coevol("check", run, "--show", "refusal")
    assert none == (0, f"{run}: no changed row has the flaw refusal\n", "")


def test_no_text_steers_the_terminal(tmp_path: Path) -> None:
    red: Fields = {"instruction": "Say it in red.", "input": "", "output": "\x1b[31mred\x07"}
    data, run = write_jsonl(tmp_path / "data.jsonl", [red]), tmp_path / "run"
    with serve() as server:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    for shown in (
        coevol("show", run),
        coevol("check", run, "--longest", 0.1, "--show", "too_long"),
    ):
        assert "\ufffd[31mred\ufffd" in shown.out
        assert not {"\x1b", "\x07"} & set(shown.out)


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    with serve() as server:
        stopped = coevol("evolve", data, "--out", run, "--max-tokens-total", 20_000, *at(server))
    assert stopped.code == 4
    found = checked(run)
    left = found["rows"]["left"]
    assert left > 0
    assert found["changed"] <= len(ROWS) - left
    assert f"unfinished, {left} of {len(ROWS)} rows still to do" in coevol("check", run).out


def test_a_run_of_which_nothing_came(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    with serve() as server:
        coevol("evolve", data, "--out", run, "--max-tokens-total", 1, *at(server))
    found = checked(run)
    assert (found["changed"], found["flawed"]) == (0, 0)
    assert {each["share"] for each in found["flaws"]} == {None}
    assert coevol("check", run).code == 0


def test_prompts_that_are_gone(tmp_path: Path) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text(PACK.read_text("utf-8"), "utf-8")
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(2)), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, "--prompt-pack", pack).code == 0
    pack.unlink()
    with started("check", run) as process:  # this one still remembers them
        result = ended(process)
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, "own.yaml", "not found")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nowhere"], ["nowhere: no run in this folder", "coevol evolve"]),
        (["nowhere", "--show", "nonsense"], ["--show nonsense: unknown", "refusal, language"]),
    ],
)
def test_wrong_arguments(options: list[str], words: list[str]) -> None:
    result = coevol("check", *options)
    assert (result.code, result.out) == (2, "")
    assert_one_line(result.err, *words)

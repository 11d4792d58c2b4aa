"""Guards of the user's own, as docs/guards.md has them: refused, counted, failed, and resumed."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from graph.coevol import graph
from nodes.context import Context
from nodes.guards.own import OwnGuardError, own_guard
from runners import evolve
from runners.errors import UsageError
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, plain, read_jsonl, write_json
from tests.support import answers
from tests.support.blocks import blocks
from tests.support.edits import edit
from tests.support.server import serve
from tests.support.words import Prompt

PAGE = blocks("docs/guards.md", "python")[0].code
MORE = """
def broken(instruction, input, original, edited):
    return {}[instruction]

def vague(instruction, input, original, edited):
    return True

def calm(instruction, input, original, edited):
    return None

NUMBER = 5
"""
ROWS: list[Fields] = plain(4)


@pytest.fixture(autouse=True, name="folder")
def beside_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with the page's module in it, and an editor that adds a link."""
    (tmp_path / "my_guards.py").write_text(PAGE + MORE, "utf-8")
    write_json(tmp_path / "data.json", ROWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])

    def linked(prompt: Prompt) -> str:
        return f"{edit(prompt)}\n\nSee https://example.org/a."

    monkeypatch.setattr(answers, "edit", linked)
    yield tmp_path
    sys.modules.pop("my_guards", None)


def run(*options: object) -> Any:
    with serve() as server:
        return coevol("evolve", "data.json", "--out", "run", "--rounds", 1, *at(server), *options)


def summary() -> Any:
    return json.loads(Path("run/summary.json").read_text("utf-8"))


def test_the_pages_guards_by_the_pages_command() -> None:
    shown = blocks("docs/guards.md", "sh")
    (line,) = [each.code for each in shown if "my_guards" in each.code]
    with serve() as server:
        ran = coevol(*line.split()[1:], *at(server))
    assert ran.code == 0, ran.err
    rows = read_jsonl(Path("runs/guarded/evolved.jsonl"))
    assert [row["output"] for row in rows] == [row["output"] for row in ROWS]
    told = json.loads(Path("runs/guarded/summary.json").read_text("utf-8"))["guards"]
    assert told["refused"]["my_guards:no_links"] == told["refused_edits"] == len(ROWS)
    assert set(told["own_seconds"]) == {"my_guards:no_links", "my_guards:short"}
    assert "guard my_guards:no_links took " in ran.out + ran.err
    record = read_jsonl(Path("runs/guarded/evolutions.jsonl"))[0]["rounds"][0]
    (refused,) = record["guarded"]["refused"]
    assert refused["reason"] == "new addresses: https://example.org/a."
    assert record["outcome"] == "edit_refused"
    assert record["judgements"] == {}
    assert "guard my_guards:short took " in coevol("check", "runs/guarded").out


def test_it_is_the_only_one_without_others() -> None:
    assert run("--guards", "none", "--guard", "my_guards:no_links").code == 0
    assert summary()["guards"]["cleaned"] == {}
    assert summary()["guards"]["refused"] == {"my_guards:no_links": len(ROWS)}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("broken", "guard my_guards:broken: KeyError: "),
        ("vague", "guard my_guards:vague: returned True; return a reason, a list of them, or None"),
    ],
)
def test_a_guard_that_fails_fails_its_row(name: str, told: str) -> None:
    assert run("--guard", f"my_guards:{name}").code == 3
    failures = read_jsonl(Path("run/failures.jsonl"))
    assert len(failures) == len(ROWS)
    assert all(told in json.dumps(each, ensure_ascii=False) for each in failures)
    rows = read_jsonl(Path("run/evolved.jsonl"))
    assert [row["output"] for row in rows] == [row["output"] for row in ROWS]


def test_a_guard_that_fails_every_row_stops_the_run() -> None:
    write_json(Path("data.json"), plain(40))
    ran = run("--guard", "my_guards:broken")
    assert ran.code == 4
    assert "rows failed alike" in ran.err
    assert "guard my_guards:broken: KeyError: " in ran.err
    assert "; mend the guard and start again" in ran.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("my_guard:no_links", "can't be imported: ModuleNotFoundError: No module named 'my_guard'"),
        ("my_guards:no_link", "can't be imported: AttributeError: module 'my_guards' has no"),
        ("my_guards", "write MODULE:FUNCTION, such as checks:no_links"),
        ("my_guards:NUMBER", "is no function but int"),
    ],
)
def test_a_name_that_is_none(name: str, told: str) -> None:
    ran = run("--guard", name)
    assert ran.code == 2
    assert_one_line(ran.err, f"--guard {name}: {told}")
    assert not Path("run").exists()


def test_a_run_has_its_guards_for_good() -> None:
    assert run("--guard", "my_guards:calm").code == 0
    other = run()
    assert other.code == 2
    assert "guard = ['my_guards:calm'] (now [])" in other.err


def test_it_is_resumed_with_its_guards() -> None:
    with serve() as server:
        options = (*at(server), "--rounds", 1, "--guard", "my_guards:no_links")
        assert coevol("evolve", "data.json", "--out", "run", "--limit", 1, *options).code == 0
        assert coevol("evolve", "data.json", "--out", "run", *options, "--max-tokens-total", 1).code
        assert coevol("resume", "run").code == 0
    assert summary()["guards"]["refused"] == {"my_guards:no_links": len(ROWS)}
    Path("my_guards.py").unlink()
    sys.modules.pop("my_guards")
    gone = coevol("resume", "run")
    assert gone.code == 2
    assert_one_line(gone.err, "run: its guard my_guards:no_links: can't be imported")


def test_functions_from_python(monkeypatch: pytest.MonkeyPatch) -> None:
    def wordy(instruction: str, input: str, original: str, edited: str) -> list[str]:
        return ["too wordy"] if len(edited) > len(original) else []

    with serve() as server:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        at_: Any = {"model": "openai:test-model", "base_url": server.base_url}
        evolved = evolve(ROWS, out="run", guard=[wordy, "my_guards:short"], rounds=1, **at_)
        assert [row["output"] for row in evolved] == [row["output"] for row in ROWS]
        name = f"{__name__}:test_functions_from_python.<locals>.wordy"
        assert summary()["guards"]["refused"] == {name: len(ROWS)}
        with pytest.raises(UsageError, match=r"guard: .*<lambda>: has no name of its own"):
            evolve(ROWS, out="other", guard=[lambda *_: None], **at_)
        with pytest.raises(UsageError, match=r"guard: functools:<object>: has no name of its own"):
            evolve(ROWS, out="other", guard=[partial(wordy, "")], **at_)


async def test_in_a_graph_of_ones_own() -> None:
    sample: Any = {"instruction": "Name colours.", "response": "red ,green"}
    seen: list[str] = []

    async def never(instruction: str, input: str, original: str, edited: str) -> str:
        seen.append(original)
        return "no"

    context = Context().with_own_guards([own_guard(never)])
    assert (await graph.ainvoke(sample, context=context))["stop_reason"] == "edit_refused"
    assert graph.invoke(sample, context=context)["stop_reason"] == "edit_refused"
    assert seen == ["red ,green", "red ,green"]


def test_a_context_has_no_field_for_them() -> None:
    """A served graph's clients can't name code for it to run."""
    assert not {"guard", "own_guards"} & Context.model_fields.keys()
    with pytest.raises(OwnGuardError, match="MODULE:FUNCTION"):
        own_guard("os.system")

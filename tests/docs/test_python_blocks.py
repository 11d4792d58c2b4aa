"""Every Python block that the documentation shows does what it says, and is typed."""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from nodes.judging.ruling import parse_ruling
from prompts.pack import load_pack
from tests.runners.datasets import plain, write_json
from tests.support.blocks import Block, blocks
from tests.support.dev_server import dev_server
from tests.support.server import Server, ServerOptions, serve

ROOT = Path(__file__).parents[2]
MODEL = "Qwen/Qwen3-8B"
"""The model that the pages use, here the loopback server."""
SERVED = "http://127.0.0.1:2024"
README, PYTHON, EXTENDING = (
    blocks(page, "python") for page in ("README.md", "docs/python.md", "docs/extending.md")
)
[REMOTE] = [each for each in PYTHON if SERVED in each.code]
PATIENCE = 120


@pytest.fixture
def server() -> Generator[Server]:
    with serve(ServerOptions(models=(MODEL,))) as running:
        yield running


def run(folder: Path, *blocks: Block, server: Server | None = None, warnings: str = "error") -> str:
    """Run blocks as a reader would, each by itself, beside a dataset; return what they print."""
    write_json(folder / "data.json", plain(8))
    for block in blocks:
        (folder / f"{block.name}.py").write_text(block.script, "utf-8")
    names = [f"{block.name}.py" for block in blocks]
    one_after_another = (
        f"import runpy\nfor name in {names}: runpy.run_path(name, run_name='__main__')"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANGSMITH_TRACING": "false",
        **({"VLLM_BASE_URL": server.base_url} if server else {}),
    }
    ended = subprocess.run(
        [sys.executable, "-W", warnings, "-c", one_after_another],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_blocks_run_and_leave_nothing_behind(tmp_path: Path, server: Server) -> None:
    said = run(tmp_path, *README, *(each for each in PYTHON if each != REMOTE), server=server)
    assert {"7", "8"} <= {
        line.partition(" ")[0] for line in said.splitlines()
    }  # the ids of its rows
    assert "advisor has spoken" in said
    assert "8 of 8 rows" in said
    assert "goes on when called again: token limit of 5000 reached" in said
    assert list(tmp_path.glob("coevol-*")) == []  # temporary run folders


def test_the_block_that_calls_a_served_graph(tmp_path: Path) -> None:
    (tmp_path / "served").mkdir()
    with dev_server(tmp_path / "served") as url:
        block = REMOTE._replace(code=REMOTE.code.replace(SERVED, url))
        # LangGraph's client leaves its connection to the interpreter's end.
        said = run(tmp_path, block, warnings="ignore::ResourceWarning")
    first, *steps = said.splitlines()
    assert first == "Red,amber , green. not_improved"
    assert {"new_round", "advisor", "verdict"} <= set(steps)


def test_the_domains_pack_reaches_the_model(tmp_path: Path, server: Server) -> None:
    pack, _ = blocks("docs/extending.md", "yaml")
    (tmp_path / "clinic.yaml").write_text(pack.code, "utf-8")
    run(tmp_path, EXTENDING[0], server=server)
    personas = {said[0] for said in asked(server)}
    assert "You are a senior nurse who has seen what happens when patients misread advice." in (
        personas
    )
    assert any(persona.startswith("You are an optimistic person") for persona in personas)
    assert not any(persona.startswith("You are a critical person") for persona in personas)


def test_the_pack_in_another_language_reads_what_the_page_says_it_reads(tmp_path: Path) -> None:
    _, pack = blocks("docs/extending.md", "yaml")
    (tmp_path / "zh.yaml").write_text(pack.code, "utf-8")
    loaded = load_pack(str(tmp_path / "zh.yaml"))
    verdicts, question = loaded.verdicts, loaded.judge_question.choice
    assert all(name in question for name in ("助手1", "助手2", "相同"))
    for said in ("\u2039助手1\u203a", "**助手1**。", "\\boxed{助手1}", '{"winner": "助手1"}'):
        assert parse_ruling(said, verdicts=verdicts).verdict == "first"


def test_the_third_debater_is_heard(tmp_path: Path, server: Server) -> None:
    spoken = run(tmp_path, EXTENDING[1], server=server).strip()
    assert spoken
    lawyers = [said for said in asked(server) if said[0] == "You are a lawyer."]
    advisors = [said[-1] for said in asked(server) if said[0].startswith("You are an experienced")]
    assert len(lawyers) == len(advisors) > 0
    assert "Put butter on it." in lawyers[0][-1]
    assert f"### Reviewer 3:\n{spoken}\n\nExtract and summarize" in advisors[0]


def test_the_judge_is_not_asked_about_long_edits(tmp_path: Path, server: Server) -> None:
    run(tmp_path, EXTENDING[2], server=server)
    records = (tmp_path / "runs/brief/evolutions.jsonl").read_text("utf-8").splitlines()
    rounds = [each for record in records for each in json.loads(record)["rounds"]]
    long = [each for each in rounds if is_long(each)]
    assert 0 < len(long) < len(rounds)
    assert {(len(each["judgements"]), each["outcome"]) for each in long} == {(0, "not_improved")}
    assert sum(not each["judgements"] for each in rounds if each["outcome"] == "improved") == 0
    judges = [said for said in asked(server) if said[0].startswith("You are a helpful and precise")]
    assert len(judges) == sum(len(each["judgements"]) for each in rounds)


def is_long(round: Any) -> bool:
    return len(round["edit"]["response"]) > max(3 * len(round["response"]), 300)


def asked(server: Server) -> list[list[str]]:
    """The messages of every call, in text."""
    return [[str(each["content"]) for each in call.body["messages"]] for call in server.requests]


def test_every_block_is_typed(tmp_path: Path) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file)["tool"]["pyright"]
    own = {"include": ["."], "extraPaths": [str(ROOT)], "venvPath": str(ROOT)}
    assert settings["typeCheckingMode"] == "strict"
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings | own))
    for block in README + PYTHON + EXTENDING:
        (tmp_path / f"{block.name}.py").write_text(block.script, "utf-8")
    checked = subprocess.run(
        [Path(sys.executable).with_name("pyright"), "-p", tmp_path],
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert checked.stdout.splitlines()[-1] == "0 errors, 0 warnings, 0 informations", checked.stdout

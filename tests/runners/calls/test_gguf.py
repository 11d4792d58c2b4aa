"""A real language model, SmolLM2 with 135M parameters, in llama.cpp inside the process."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from graph.ablations import edit
from nodes.models.gguf import GgufModel, slots
from nodes.models.models import make_model
from nodes.models.names import endpoint_of
from nodes.models.openai_compatible import make_chat_openai
from nodes.models.problems import ModelError
from nodes.models.settings import ModelSettings
from runners import evolve
from runners.calls.http_chat import HttpChatModel
from runners.calls.http_session import open_session
from runners.folder.ledger import Counts
from tests.graph.samples import COLOURS
from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import plain, read_jsonl
from tests.support.llama_server import LlamaServer
from tests.support.rows import write_jsonl
from tests.support.weights import weights

FILE = weights()
MODEL = f"gguf:{FILE}"
SMALL: dict[str, Any] = {"max_tokens": 5, "params": {"n_ctx": 768}}
"""Answers of a few tokens: two cores make some ten of them a second at the worst."""
MESSAGES = [SystemMessage("You are terse."), HumanMessage("Name the capital of France.")]


def told(message: AIMessage) -> tuple[object, ...]:
    usage = message.usage_metadata
    assert usage is not None
    reason = message.response_metadata["finish_reason"]
    return message.content, reason, usage["input_tokens"], usage["output_tokens"]


async def over_http(model: str, url: str, client: str, **settings: Any) -> AIMessage:
    """What llama.cpp's server answers through one of the two clients."""
    asked = ModelSettings(model=model, base_url=url, **settings)
    endpoint = endpoint_of(asked)
    assert endpoint is not None
    made: BaseChatModel
    if client == "openai":
        chat = make_chat_openai(asked, endpoint, retries=0)
        made, close = chat, chat.root_async_client.close
    else:
        session = open_session(1, url)
        made, close = HttpChatModel(asked, endpoint, session), session.close
    try:
        return await made.ainvoke(MESSAGES)
    finally:
        await close()


async def test_the_same_answers_as_from_llama_cpps_server(
    llama_server: LlamaServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At temperature 0, cut off at the limit, with the same count of tokens; and in silence."""
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    here = make_model(ModelSettings(model=MODEL, **SMALL))
    first = told(await here.ainvoke(MESSAGES))
    assert first[1:] == ("length", 25, 5)
    assert told(here.invoke(MESSAGES)) == first
    http = {"max_tokens": 5, "params": {"cache_prompt": False}}
    for model, client in (("llamacpp:any", "aiohttp"), ("openai:any", "openai")):
        assert told(await over_http(model, llama_server.base_url, client, **http)) == first, model
    assert capfd.readouterr() == ("", "")


def test_an_answer_that_ends_by_itself_or_at_a_text() -> None:
    model = GgufModel(ModelSettings(model=MODEL, max_tokens=30, params=SMALL["params"]), 1)
    ended = model.invoke([HumanMessage("Say hello.")], stop=["!"])
    assert told(ended)[:2] == ("Hello", "stop")


def evolved(
    out: Path,
    rows: list[dict[str, Any]],
    *,
    on_row: Callable[[Any], None] | None = None,
    concurrency: int = 2,
) -> Counts:
    """Evolve rows by one call each, for no more than a dollar: it costs nothing."""
    return evolve(
        rows, out, model=MODEL, framework="edit", rounds=1, max_tokens=8, params={"n_ctx": 768},
        on_row=on_row, concurrency=concurrency, budget=1,
    ).counts  # fmt: skip


def test_a_row_that_does_not_fit_fails_by_name(tmp_path: Path) -> None:
    long = {**plain(1)[0], "instruction": "All the words there are. " * 300}
    counts = evolved(tmp_path / "run", [*plain(1), long])
    assert (counts.finished, counts.failed) == (1, 1)
    [failure] = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert "exceeds the available context size (768 tokens)" in str(failure)
    assert "--param n_ctx=TOKENS" in str(failure)


def test_a_run_goes_on_with_more_room_for_a_row_that_did_not_fit(tmp_path: Path) -> None:
    long = {**plain(1)[0], "instruction": "All the words there are. " * 140}
    data, run = write_jsonl(tmp_path / "data.jsonl", [*plain(1), long]), tmp_path / "run"
    few = ("--framework", "edit", "--rounds", 1, "--max-tokens", 8, "--concurrency", 1)
    start = ("evolve", data, "--out", run, "--model", MODEL, *few)
    assert coevol(*start, "--param", "n_ctx=512").code == 3
    again = coevol(*start, "--param", "n_ctx=1536", "--retry-failed")
    assert again.code == 0, again.err
    summary = orjson.loads((run / "summary.json").read_bytes())
    assert (summary["rows"]["finished"], summary["calls"]["answered"]) == (2, 2)


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A usual context of 332 tokens with answers of 8, so that long rows are read in seconds."""
    monkeypatch.setattr("nodes.models.gguf._files", {})
    monkeypatch.setattr("nodes.models.gguf_context._WORDS", 292)


@pytest.mark.usefixtures("little_room")
def test_the_context_follows_the_longest_row(tmp_path: Path) -> None:
    long = {**plain(1)[0], "instruction": "All the words there are. " * 90}
    data, run = write_jsonl(tmp_path / "data.jsonl", [*plain(1), long]), tmp_path / "run"
    few = ("--framework", "edit", "--rounds", 1, "--max-tokens", 8, "--concurrency", 1)
    start = ("evolve", data, "--out", run, "--model", MODEL, *few)
    begun = coevol(*start, "--param", "n_ctx=332")
    assert (begun.code, "a call has room" in begun.err) == (3, False)
    longer = coevol(*start, "--retry-failed")
    assert longer.code == 0, longer.err
    assert f"{FILE.name}: a call has room for 3,072 tokens (the longest row may" in longer.err
    summary = orjson.loads((run / "summary.json").read_bytes())
    assert (summary["rows"]["finished"], summary["calls"]["answered"]) == (2, 2)


@pytest.mark.usefixtures("little_room")
def test_a_comparison_has_room_for_the_longest_pair(tmp_path: Path) -> None:
    sides = [
        write_jsonl(tmp_path / name, [{**plain(1)[0], "output": f"{name} was said. " * 40}])
        for name in ("a.jsonl", "b.jsonl")
    ]
    few = ("--judge-model", MODEL, "--max-tokens", 8, "--concurrency", 1)
    result = coevol("compare", *sides, *few, "--out", tmp_path / "compared")
    assert f"{FILE.name}: a call has room for" in result.err
    report = orjson.loads((tmp_path / "compared" / "compare.json").read_bytes())
    assert (report["pairs"], report["failed"]) == (1, 0)


def test_a_killed_run_goes_on_and_pays_nothing_twice(tmp_path: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from tests.runners.calls.test_gguf import evolved\n"
        "from tests.runners.datasets import plain\n"
        "evolved(Path(sys.argv[1]), plain(3), on_row=lambda row: os._exit(9), concurrency=1)\n"
    )
    out = tmp_path / "run"
    killed = subprocess.run([sys.executable, "-c", script, out], check=False, capture_output=True)
    assert (killed.returncode, killed.stdout, killed.stderr) == (9, b"", b"")
    assert evolved(out, plain(3)).finished == 3
    calls = orjson.loads((out / "summary.json").read_bytes())["calls"]
    assert (calls["answered"], calls["cost_usd"]) == (3, 0)


BAD = {
    "none": (None, "No such file"),
    "another": (b"PK\3\4 and so on", "not a GGUF file"),
    "damaged": (b"GGUF" + b"\3\0\0\0" * 20, "llama.cpp can't load it: the file is damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_none_is_told_in_one_line(tmp_path: Path, case: str) -> None:
    content, words = BAD[case]
    file = tmp_path / "model.gguf"
    if content is not None:
        file.write_bytes(content)
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", "--quiet", "--model", f"gguf:{file}")
    assert result.code == 2
    assert_one_line(result.err, f"gguf:{file}", words)
    assert case == "damaged" or not (tmp_path / "run").exists()


def test_without_llama_cpp_the_install_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nodes.models.gguf._files", {})
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelError, match=r"not installed; pip install 'coevol\[local\]'"):
        make_model(ModelSettings(model=MODEL))


async def test_the_graph_alone_uses_it_too() -> None:
    """As Studio does."""
    context: Any = {"model": MODEL, "max_rounds": 1, "max_tokens": 2, "params": {"n_ctx": 768}}
    output = await edit.ainvoke(COLOURS, context=context)
    assert len(output["rounds"]) == 1


def test_calls_at_once_are_bounded_by_cores() -> None:
    assert slots(1) == 1
    assert 1 <= slots(64) <= 4

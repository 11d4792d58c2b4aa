"""What endpoints and routers are told of the beginnings that a row's prompts share."""

from collections.abc import Iterable, Iterator
from os.path import commonprefix
from pathlib import Path
from typing import Any

import pytest

from nodes.models.providers import ENDPOINTS
from tests.runners.calls.evolving import Evolve
from tests.runners.commands import KEY, assert_one_line, at, coevol
from tests.runners.datasets import plain
from tests.support.recording import Request
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve
from tests.support.words import text_in

SHARED = ["--prompt-pack", "shared-prefix", "--rounds", 1]
OPTIONS = {"type": "text", "prompt_cache_breakpoint": {"mode": "explicit"}}


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(ServerOptions(models=("test-model", "gpt-5.4", "gpt-5.6-luna"))) as server:
        yield server


@pytest.fixture
def own_api(monkeypatch: pytest.MonkeyPatch, server: Server) -> list[str]:
    """Options that lead to what is taken for OpenAI's own API, and a model of before 5.6."""
    monkeypatch.setitem(
        ENDPOINTS,  # pyright: ignore[reportArgumentType]
        "openai",
        ENDPOINTS["openai"]._replace(base_url=server.base_url, url_variable=None),
    )
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return ["--model", "openai:gpt-5.4"]


def prompt_of(request: Request) -> str:
    """The text of a call's first message."""
    return text_in(request.messages[0]["content"])


def by_row(requests: Iterable[Request], rows: list[dict[str, Any]]) -> list[list[Request]]:
    """The calls of each row."""
    texts = [(each, " ".join(text_in(m["content"]) for m in each.messages)) for each in requests]
    return [[each for each, text in texts if row["instruction"] in text] for row in rows]


def keys_by_row(groups: list[list[Request]]) -> list[set[Any]]:
    return [{each.body.get("prompt_cache_key") for each in group} for group in groups]


def test_anthropic_is_told_where_beginnings_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    [row] = rows = plain(1)
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    where = ["--model", "anthropic:test-model", "--base-url", f"http://127.0.0.1:{server.port}"]
    result = coevol("evolve", data, "--out", tmp_path / "run", *where, *SHARED)
    assert result.code == 0, result.err
    calls = server.requests
    kept = [each.body["kept"] for each in calls]
    assert len(kept) == 8
    request, sample = max(kept, key=len)
    assert request.endswith(row["instruction"])
    assert sample.endswith(f"### Response:\n{row['output']}")
    assert [each for each in kept if each != [request, sample]] == [[request], [request]]
    assert all(prompt_of(each).startswith(each.body["kept"][-1]) for each in calls)


def test_anthropic_is_told_nothing_with_the_papers_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    where = ["--model", "anthropic:test-model", "--base-url", f"http://127.0.0.1:{server.port}"]
    assert coevol("evolve", data, "--out", tmp_path / "run", *where).code == 0
    assert not [each for each in server.requests if "kept" in each.body]


def test_openai_is_told_from_gpt_5_6_on(
    tmp_path: Path, evolve: Evolve, server: Server, own_api: list[str]
) -> None:
    result = evolve(tmp_path, server, plain(1), *own_api[:1], "openai:gpt-5.6-luna", *SHARED)
    assert result.code == 0, result.err
    assert len(server.requests) == 8
    for call in server.requests:
        content: Any = call.messages[0]["content"]
        *marked, last = content
        assert [{**each, "text": ""} for each in marked] == [{**OPTIONS, "text": ""}] * len(marked)
        assert 1 <= len(marked) <= 2
        assert last.keys() == {"type", "text"}
        assert call.body["prompt_cache_options"] == {"mode": "explicit"}


def test_openais_calls_have_a_key_for_each_row(
    tmp_path: Path, evolve: Evolve, server: Server, own_api: list[str]
) -> None:
    rows = plain(2)
    assert evolve(tmp_path, server, rows, *own_api, *SHARED).code == 0
    one, two = keys_by_row(by_row(server.requests, rows))
    assert (len(one), len(two), len(one | two)) == (1, 1, 2)
    assert {len(key) for key in one | two} == {32}
    assert {type(each.messages[0]["content"]) for each in server.requests} == {str}
    assert not [each for each in server.requests if "prompt_cache_options" in each.body]


def test_the_papers_pack_is_sent_as_ever(
    tmp_path: Path, evolve: Evolve, server: Server, own_api: list[str]
) -> None:
    assert evolve(tmp_path, server, plain(1), *own_api[:1], "openai:gpt-5.6-luna").code == 0
    for call in server.requests:
        assert {type(each["content"]) for each in call.messages} == {str}
        assert not [name for name in call.body if name.startswith("prompt_cache")]


def test_others_are_sent_nothing_that_they_may_not_know(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    assert evolve(tmp_path, server, plain(1), *at(server), *SHARED).code == 0
    for call in server.requests:
        assert {type(each["content"]) for each in call.messages} == {str}
        assert not [name for name in call.body if name.startswith("prompt_cache")]


@pytest.mark.parametrize("pack", ["coevol", "shared-prefix"])
def test_a_router_is_told_the_row(
    tmp_path: Path, evolve: Evolve, server: Server, pack: str
) -> None:
    rows = plain(2)
    options = ["--affinity-header", "X-Session-Id", "--prompt-pack", pack]
    assert evolve(tmp_path, server, rows, *options).code == 0
    told = [
        {each.headers.get("x-session-id") for each in group}
        for group in by_row(server.requests, rows)
    ]
    assert [len(each) for each in told] == [1, 1]
    assert len(told[0] | told[1]) == 2
    assert None not in told[0] | told[1]


def test_what_is_no_header_is_refused(tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, *at(server), "--affinity-header", "two words")
    assert result.code == 2
    assert_one_line(result.err, "write the name of a header")
    assert server.requests == []


def test_all_prompts_of_a_row_begin_alike_on_the_wire(
    tmp_path: Path, evolve: Evolve, server: Server
) -> None:
    [row] = rows = plain(1)
    assert evolve(tmp_path, server, rows, *SHARED).code == 0
    prompts = [prompt_of(each) for each in server.requests]
    shared = commonprefix(prompts)  # noqa: RUF071 # not of paths
    assert row["instruction"] in shared
    assert {each.messages[0]["role"] for each in server.requests} == {"user"}


LONG = [{**plain(1)[0], "input": "Why is that so? " * 300}]
"""A row whose request has more than 1,024 tokens."""


def openings(server: Server) -> list[Request]:
    """The first calls of both debaters, in the order in which they came."""
    ending = "if it is used for supervised fine-tuning."
    last = [each for each in server.requests if prompt_of(each).endswith(ending)]
    return [each for each in last if len(each.messages) == 1]


@pytest.mark.parametrize(
    ("options", "rows", "at_once"),
    [
        ([], LONG, False),
        ([], plain(1), True),
        (["--warm-prefix", "on"], plain(1), False),
        (["--warm-prefix", "off"], LONG, True),
    ],
)
def test_a_second_call_waits_where_the_first_fills_the_cache(
    tmp_path: Path,
    server: Server,
    own_api: list[str],
    options: list[str],
    rows: list[dict[str, Any]],
    at_once: bool,
) -> None:
    server.change(latency=0.5)
    data = write_jsonl(tmp_path / "data.jsonl", rows)
    result = coevol("evolve", data, "--out", tmp_path / "run", *own_api, *SHARED, *options)
    assert result.code == 0, result.err
    one, two = openings(server)
    assert one.overlaps(two) == at_once
    later = [each for each in server.requests if each.messages[1:]]
    assert len(later) == 2
    assert later[0].overlaps(later[1])  # by then the cache has it


def test_other_endpoints_wait_for_nothing(tmp_path: Path, server: Server) -> None:
    server.change(latency=0.5)
    data = write_jsonl(tmp_path / "data.jsonl", LONG)
    result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), *SHARED)
    assert result.code == 0, result.err
    one, two = openings(server)
    assert one.overlaps(two)


def test_the_papers_pack_waits_for_nothing(
    tmp_path: Path, server: Server, own_api: list[str]
) -> None:
    server.change(latency=0.5)
    data = write_jsonl(tmp_path / "data.jsonl", LONG)
    options = ["--rounds", 1, "--warm-prefix", "on"]
    assert coevol("evolve", data, "--out", tmp_path / "run", *own_api, *options).code == 0
    ending = "fine-tuning."
    one, two = [each for each in server.requests if each.messages[-1]["content"].endswith(ending)]
    assert one.overlaps(two)

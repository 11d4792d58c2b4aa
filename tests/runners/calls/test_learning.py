"""Endpoints that refuse an entry of a call: found out before any row is sent, and kept to."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from runners.calls.greeting import GREETING
from runners.calls.refused_entries import refusal_in
from tests.runners.commands import Result, assert_one_line, at, coevol, repeated
from tests.runners.datasets import alpacas, plain, read_jsonl, write_json
from tests.support.chat import GREETING as SERVERS_GREETING
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve
from tests.support.thoughts import Form
from tests.support.weights import weights

SENT = ("temperature", "top_p", "max_completion_tokens", "stop", "seed")


def evolve(folder: Path, server: Server, *options: str) -> Result:
    data = write_json(folder / "data.json", alpacas(4))
    return coevol("evolve", data, "--out", folder / "run", *at(server), *options)


def entries(server: Server) -> set[str]:
    """What the calls of rows carried beside model and messages."""
    return {name for each in server.requests for name in each.body} - {"model", "messages"}


def bytes_of(folder: Path) -> tuple[bytes, ...]:
    return tuple((folder / "run" / name).read_bytes() for name in ("evolved.jsonl",))


def test_an_address_that_no_model_has_is_told(tmp_path: Path, server: Server) -> None:
    data = write_json(tmp_path / "data.json", alpacas(1))
    start = ("evolve", data, "--base-url", server.base_url, "--model", "rehearsal")
    alone = coevol(*start, "--out", tmp_path / "alone")
    assert alone.code == 0, alone.err
    told = "--base-url: not used; rehearsal has no endpoint, --model vllm:NAME calls one"
    assert told in alone.err.splitlines()
    mixed = coevol(*start, "--out", tmp_path / "mixed", "--judge-model", "openai:test-model")
    assert (mixed.code, "not used" in mixed.err) == (0, False)


def test_the_greeting_is_the_one_that_the_server_knows() -> None:
    assert GREETING.encode() == SERVERS_GREETING


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
@pytest.mark.parametrize(
    ("options", "kept", "told"),
    [
        ({"refused": ("temperature", "top_p")}, {"max_completion_tokens"}, "temperature, top_p"),
        (
            {"forbidden": ("max_completion_tokens",)},
            {"temperature", "top_p", "max_tokens"},
            "calls carry max_completion_tokens as max_tokens",
        ),
        (
            {"refused": ("max_tokens", "max_completion_tokens")},
            {"temperature", "top_p"},
            "without max_completion_tokens",
        ),
    ],
    ids=["sampling", "the limit's name", "no limit"],
)
def test_what_is_refused_is_left_out_or_renamed_once(
    tmp_path: Path, client: str, options: dict[str, Any], kept: set[str], told: str
) -> None:
    (tmp_path / "plain").mkdir()
    with serve() as plain:
        assert evolve(tmp_path / "plain", plain).code == 0
    with serve(ServerOptions(**options)) as server:
        result = evolve(tmp_path, server, "--client", client)
        greeted = len(server.greetings)
        assert (result.code, server.refused) == (0, 0)
        assert entries(server) - {"stream"} == kept
        assert told in result.err
        assert bytes_of(tmp_path) == bytes_of(tmp_path / "plain")
        evolve(tmp_path, server, "--client", client)
        assert len(server.greetings) == greeted
    [learned] = yaml.safe_load((tmp_path / "run/run.yaml").read_text())["learned"].values()
    assert set(learned) <= set(SENT)


def test_a_models_name_is_told_letter_by_letter(tmp_path: Path) -> None:
    """`:o:` is a picture to the library that prints."""
    with serve(ServerOptions(refused=("temperature",), models=("o",))) as server:
        result = evolve(tmp_path, server, "--model", "openai:o")
    assert "openai:o: calls go without temperature" in result.err


def judged(server: Server) -> list[Mapping[str, Any]]:
    """What the judge was asked."""
    return [each.body for each in server.requests if each.task == "judge"]


FEW = 16
"""Tokens in which a judge names the better response."""


@pytest.mark.parametrize("opening", ["", "\n\n"], ids=["at once", "after empty lines"])
@pytest.mark.parametrize("limit", ["max_completion_tokens", "max_tokens"])
def test_economy_asks_for_few_tokens_where_no_text_to_stop_at_is_taken(
    tmp_path: Path, limit: str, opening: str
) -> None:
    """The decisions are the same, and no judgement is written to its end that has its verdict."""
    (tmp_path / "plain").mkdir()
    with serve() as plain:
        assert evolve(tmp_path / "plain", plain, "--economy").code == 0
    forbidden = ("max_completion_tokens",) if limit == "max_tokens" else ()
    with serve(ServerOptions(refused=("stop",), forbidden=forbidden, opening=opening)) as server:
        result = evolve(tmp_path, server, "--economy")
        assert (result.code, server.refused) == (0, 0)
        assert "stop" not in entries(server)
        short = {str(each["messages"]) for each in judged(server) if each[limit] == FEW}
        assert short == {str(each["messages"]) for each in judged(server)}
        assert len(short) > len(judged(server)) / 2  # the others state no verdict at once
    assert "calls go without stop" in result.err
    assert f"judgements are asked for in {FEW} tokens" in result.err
    assert "cut off" not in result.err
    assert bytes_of(tmp_path) == bytes_of(tmp_path / "plain")
    said = [
        judgement
        for record in read_jsonl(tmp_path / "run" / "evolutions.jsonl")
        for each in record["rounds"]
        for judgement in each["judgements"].values()
    ]
    assert all(judgement["finish_reason"] == "stop" for judgement in said)
    assert [judgement for judgement in said if judgement["output_tokens"] == FEW]


@pytest.mark.parametrize("form", ["reasoning_content", "think", "only_closing"])
def test_economy_asks_who_thinks_for_the_whole_answer(tmp_path: Path, form: Form) -> None:
    """Thinking would take all of a few tokens."""
    with serve(ServerOptions(refused=("stop",), thinking=form)) as server:
        result = evolve(tmp_path, server, "--economy")
        assert result.code == 0, result.err
        assert {each["max_completion_tokens"] for each in judged(server)} == {1000}
    assert "judgements are asked for as a whole, for want of a text to stop at" in result.err


def test_economy_asks_for_the_whole_answer_where_no_limit_is_taken_either(tmp_path: Path) -> None:
    with serve(ServerOptions(refused=("stop", "max_completion_tokens", "max_tokens"))) as server:
        assert evolve(tmp_path, server, "--economy").code == 0
        asked = [str(each["messages"]) for each in judged(server)]
        assert len(asked) == len(set(asked)) > 0


def test_economy_asks_no_judge_twice_that_begins_with_an_empty_line(tmp_path: Path) -> None:
    for name, opening in {"plain": "", "blank": "\n\n"}.items():
        (tmp_path / name).mkdir()
        with serve(ServerOptions(opening=opening)) as server:
            result = evolve(tmp_path / name, server, "--economy")
            assert result.code == 0, result.err
            asked = judged(server)
        if opening:
            assert len({str(each["messages"]) for each in asked}) == len(asked) > 0
            assert not any("stop" in each for each in asked)
        assert ("begins its answers with an empty line" in result.err) == bool(opening)
    assert bytes_of(tmp_path / "plain") == bytes_of(tmp_path / "blank")


@pytest.mark.parametrize("command", ["compare", "calibrate"])
def test_nor_do_those_that_only_judge(tmp_path: Path, command: str) -> None:
    """Also when they go on: what was found at first is kept."""
    one = write_jsonl(tmp_path / "one.jsonl", plain(6))
    two = write_jsonl(tmp_path / "two.jsonl", [{**row, "output": "Longer."} for row in plain(6)])
    with serve(ServerOptions(opening="\n\n")) as server:
        judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url, "--economy")
        few = ("--mode", "choice", "--concurrency", 1) if command == "calibrate" else ()
        data = (one,) if command == "calibrate" else (one, two)
        start = (command, *data, *judge, *few, "--out", tmp_path / "out")
        limited = coevol(*start, "--max-tokens-total", 1_500)
        assert limited.code == 4, limited.err
        assert "begins its answers with an empty line" in limited.err
        before = server.answered
        server.change(opening="")
        assert coevol(*start).code in (0, 1)
        assert server.answered > before > 0
        asked = judged(server)
        assert not any("stop" in each for each in asked)
        assert len({str(each["messages"]) for each in asked}) == len(asked)


def test_a_comparison_that_has_begun_goes_on_asking_as_before(tmp_path: Path) -> None:
    one = write_jsonl(tmp_path / "one.jsonl", plain(6))
    two = write_jsonl(tmp_path / "two.jsonl", [{**row, "output": "Longer."} for row in plain(6)])
    with serve() as server:
        judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url, "--economy")
        start = ("compare", one, two, *judge, "--out", tmp_path / "out", "--concurrency", 1)
        assert coevol(*start, "--max-tokens-total", 1_500).code == 4
        server.change(opening="\n\n")
        assert coevol(*start).code == 0
        assert repeated(server) == 0
        first_lines = {str(each["messages"]) for each in judged(server) if "stop" in each}
        assert {str(each["messages"]) for each in judged(server)} == first_lines


def test_nor_does_a_model_in_the_process(tmp_path: Path) -> None:
    """SmolLM2, held to an empty first line by a grammar."""
    row = {"instruction": "Be polite.", "input": "", "output": "send me  the report"}
    data = write_jsonl(tmp_path / "data.jsonl", [row])
    said = 'judge.grammar=root ::= "\\n<assistant 2>"'
    models = ("--model", "rehearsal", "--judge-model", f"gguf:{weights()}")
    own = ("--set", "judge.n_ctx=768", "--set", said, "--concurrency", 1, "--rounds", 1)
    run = tmp_path / "run"
    result = coevol("evolve", data, "--out", run, *models, *own, "--economy")
    assert result.code == 0, result.err
    assert "begins its answers with an empty line" in result.err
    calls = json.loads((run / "summary.json").read_text())["calls_by_role"]
    assert [each["answered"] for each in calls if each["role"] == "judge"] == [2]


def test_a_run_that_has_begun_goes_on_asking_its_judge_as_before(tmp_path: Path) -> None:
    """Else it would pay a second time for what its judge has said."""
    with serve() as server:
        limited = ("--economy", "--concurrency", "1", "--max-tokens-total", "9000")
        assert evolve(tmp_path, server, *limited).code == 4
        assert judged(server)
        server.change(opening="\n\n")
        assert evolve(tmp_path, server, "--economy").code == 0
        assert repeated(server) == 0
        first_lines = [str(each["messages"]) for each in judged(server) if "stop" in each]
        whole = [str(each["messages"]) for each in judged(server) if "stop" not in each]
        assert set(whole) < set(first_lines)
        assert len(server.greetings) == 1


def test_nothing_before_the_end_of_a_line_is_kept_too(tmp_path: Path) -> None:
    """A run that goes on pays for no empty first line a second time."""
    with serve() as server:
        limited = ("--economy", "--concurrency", "1", "--max-tokens-total", "4000")
        assert evolve(tmp_path, server, *limited).code == 4
        server.change(opening="\n\n")
        assert evolve(tmp_path, server, *limited[:3], "--max-tokens-total", "20000").code == 4
        assert evolve(tmp_path, server, "--economy").code == 0
        asked = [str(each) for each in judged(server)]
        assert len(set(asked)) == len(asked)


def test_an_endpoint_that_takes_all_is_greeted_once_and_never_again(tmp_path: Path) -> None:
    with serve() as server:
        limited = ("--concurrency", "1", "--max-tokens-total", "9000")
        assert evolve(tmp_path, server, *limited).code == 4
        assert len(server.greetings) == 1
        assert evolve(tmp_path, server).code == 0
        assert len(server.greetings) == 1
    assert list(yaml.safe_load((tmp_path / "run/run.yaml").read_text())["learned"].values()) == [{}]


def test_an_endpoint_that_was_busy_is_greeted_again(tmp_path: Path) -> None:
    with serve(ServerOptions(refused=("temperature",), busy_greetings=1)) as server:
        assert evolve(tmp_path, server).code == 3
        assert "learned" not in yaml.safe_load((tmp_path / "run/run.yaml").read_text())
        assert evolve(tmp_path, server, "--retry-failed").code == 0
        assert "temperature" not in {name for each in server.requests[-20:] for name in each.body}


def test_each_roles_own_settings_are_greeted(tmp_path: Path) -> None:
    with serve() as server:
        assert evolve(tmp_path, server, "--set", "judge.temperature=0.5").code == 0
        assert sorted(each["temperature"] for each in server.greetings) == [0.0, 0.5]


def test_a_resumed_run_goes_by_what_was_learned(tmp_path: Path) -> None:
    with serve(ServerOptions(refused=("temperature",))) as server:
        limited = ("--concurrency", "1", "--max-tokens-total", "9000")
        assert evolve(tmp_path, server, *limited).code == 4
        assert coevol("resume", tmp_path / "run").code == 0
        assert server.refused == 0
        assert "temperature" not in entries(server)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--strict-params",), ("does not take temperature", "--temperature none leaves it out")),
        (("--param", "seed=3"), ("does not take seed", "leave it out")),
        (("--param", "temperature=1"), ("does not take temperature", "leave it out")),
    ],
)
def test_what_nobody_may_leave_out_ends_the_run_before_it_costs(
    tmp_path: Path, said: Sequence[str], told: Sequence[str]
) -> None:
    with serve(ServerOptions(refused=("temperature", "seed"))) as server:
        result = evolve(tmp_path, server, "--quiet", *said)
        assert (result.code, len(server.requests)) == (2, 0)
    assert_one_line(result.err, "Unsupported parameter", *told)


@pytest.mark.parametrize(
    ("body", "entry"),
    [
        ({"error": {"message": "Unsupported value: 'temperature' does not support 0.0 with this "
                    "model.", "param": "temperature", "code": "unsupported_value"}}, "temperature"),
        ({"error": {"message": "Unsupported parameter: 'max_completion_tokens'. Use 'max_tokens' "
                    "instead."}}, "max_completion_tokens"),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "top_p"], "msg": "Extra inputs "
                      "are not permitted"}]}, "top_p"),
        ({"error": "Unrecognized request argument supplied: seed"}, "seed"),
        ({"object": "error", "message": "[{'type': 'extra_forbidden', 'loc': ('body', 'seed')}]"},
         "seed"),
        ({"error": {"code": 400, "type": "invalid_request_error", "message": "Field 'seed': "
                    "[json.exception.type_error.302] type must be number, but is string"}}, "seed"),
        ({"error": {"message": "invalid temperature: only 1 is allowed for this model", "type":
                    "invalid_request_error"}}, "temperature"),
        ({"error": {"message": "invalid top_p: only 0.95 is allowed for this model"}}, "top_p"),
        ({"error": "Input validation error: `temperature` must be strictly positive"},
         "temperature"),
        ({"error": "Input validation error: `top_p` must be > 0.0 and < 1.0"}, "top_p"),
        ({"status": 422, "message": "Invalid params: temperature must be in range (0, +inf)"},
         "temperature"),
        ({"code": "Client specified an invalid argument", "error": "Argument not supported on this "
          "model: stop"}, "stop"),
        ({"code": "Client specified an invalid argument", "error": "Argument not supported on this "
          "model: maxCompletionTokens"}, "max_completion_tokens"),
        ({"error": {"message": "property 'seed' is unsupported, did you mean 'stop'?"}}, "seed"),
        ([{"error": {"code": 400, "message": 'Invalid JSON payload received. Unknown name "seed": '
                     "Cannot find field.", "status": "INVALID_ARGUMENT"}}], "seed"),
        ({"error": {"message": "Invalid 'max_tokens': integer below minimum value. Expected "
                    "a value >= 16.", "param": "max_tokens"}}, None),
        ({"error": {"message": "max_completion_tokens is too large: 9. This model supports at "
                    "most 5."}}, None),
        ({"error": {"message": "This model's maximum context length is 10 tokens."}}, None),
        ({"error": {"message": "Unsupported parameter: 'top_k'."}}, None),
        ({"error": {"message": "System role not supported."}}, None),
    ],
)  # fmt: skip
def test_which_entry_an_error_names(body: Any, entry: str | None) -> None:
    found = refusal_in(body, SENT)
    assert (found and found.entry) == entry


def test_a_page_names_none() -> None:
    assert refusal_in("<html>temperature is unsupported</html>", SENT) is None

"""What an estimate is told of judges, caches, thinking and tiers; and what a run teaches it."""

import re
from pathlib import Path

import pytest

from prompts.pack import load_pack
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import plain
from tests.support.rows import write_jsonl
from tests.support.server import ServerOptions, serve
from tests.support.thoughts import THOUGHT

MODEL = ("--model", "openai:gpt-5.6", "--rounds", 2)
PANEL = tuple(word for name in ("a", "b", "c") for word in ("--judge-model", f"openai:{name}"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "data.jsonl", plain(10))


def cells(data: Path, *options: object) -> list[list[str]]:
    """Calls, tokens in, tokens out and cost: of the least, then of the most."""
    result = coevol("estimate", data, *MODEL, *options)
    assert result.code == 0, result.err
    lines = [
        line.split("│") for line in result.out.splitlines() if re.search(r"\d rounds?\)", line)
    ]
    return [[cell.strip() for cell in line[3:7]] for line in lines]


@pytest.mark.parametrize(
    ("options", "least", "most"),
    [
        ((), 80, 160),
        (("--economy",), 70, 160),  # the first judgement decides a round that is lost
        (PANEL, 120, 240),
        ((*PANEL, "--economy"), 90, 200),  # three of six, where it is lost, and four where won
    ],
)
def test_judges_are_counted(data: Path, options: tuple[str, ...], least: int, most: int) -> None:
    assert [int(each[0]) for each in cells(data, *options)] == [least, most]


def test_a_name_alone_takes_few_tokens(data: Path) -> None:
    def out(*options: str) -> int:
        return int(cells(data, *options)[0][2].replace(",", ""))

    explained, named = out(), out("--judge-mode", "probability")
    assert explained - named == 20 * (130 - 6)
    assert out("--judge-mode", "reasoned") == explained


def dollars(data: Path, *options: object) -> float:
    return float(cells(data, *options)[1][3].removeprefix("$"))


def test_caches_thinking_and_tiers_have_their_price(data: Path) -> None:
    price = ("--price", "input=1000,output=0,cached=100")
    assert dollars(data, *price, "--cached-share", 0.5) == pytest.approx(
        0.55 * dollars(data, *price), abs=0.02
    )
    said = coevol("estimate", data, *MODEL, *price, "--cached-share", 0.5).out
    saved = dollars(data, *price) - dollars(data, *price, "--cached-share", 0.5)
    assert float(said.rpartition("): $")[2].split()[0]) == pytest.approx(saved, abs=0.02)
    assert " saved by cache\n" in said
    thought = ("--price", "input=0,output=0,reasoning=1000", "--reasoning-tokens", 100)
    assert dollars(data, *thought) == pytest.approx(160 * 100 * 1000 / 1e6)
    many = ("--reasoning-tokens", 100_000)
    assert dollars(data, *many, "--tier", "flex") == pytest.approx(dollars(data, *many) / 2, 0.01)


def test_a_run_of_the_same_model_teaches_it(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with serve(ServerOptions(cache="vllm", thinking="reasoning_content")) as server:
        assert coevol("evolve", data, "--out", run, "--rounds", 1, *at(server)).code == 0
        said = coevol("estimate", data, *at(server), "--like", run).out
        own = coevol("estimate", data, *at(server), "--like", run, "--cached-share", 0.25).out
    told = " ".join(said.split())
    thought = len(THOUGHT.split())
    assert (
        f"Known: 50% of prompts' tokens come from a cache; models think {thought} tokens a call"
        in told
    )
    assert "(50% cached)" in told
    assert "Known: 25% of prompts' tokens" in " ".join(own.split())


def test_a_run_of_another_model_teaches_nothing(data: Path, tmp_path: Path) -> None:
    assert coevol("evolve", data, "--out", tmp_path / "run", "--limit", 1).code == 0
    result = coevol("estimate", data, *MODEL, "--like", tmp_path / "run")
    assert result.code == 2
    assert_one_line(result.err, "--like", "openai:gpt-5.6 answered none of its calls")


def test_a_run_with_another_pack_teaches_nothing_of_the_cache(data: Path, tmp_path: Path) -> None:
    run, pack = tmp_path / "run", ("--prompt-pack", "shared-prefix")
    with serve(ServerOptions(cache="vllm", thinking="reasoning_content")) as server:
        assert coevol("evolve", data, "--out", run, "--rounds", 1, *at(server)).code == 0
        told = coevol("estimate", data, *at(server), "--like", run, *pack).out
    assert "% cached" not in told
    assert f"Known: models think {len(THOUGHT.split())} tokens a call" in " ".join(told.split())


def test_prompts_are_as_long_as_the_packs_words(data: Path, tmp_path: Path) -> None:
    def read(*pack: object) -> int:
        return int(cells(data, *pack)[0][1].replace(",", ""))

    longer = tmp_path / "longer.yaml"
    role = "You judge. " + 400 * "And "
    longer.write_text(f"base: coevol\nname: longer\nroles:\n  judge: '{role}'\n")
    usual = load_pack().roles.judge
    # Ten rows of one round, two judgements each; four characters are a token.
    more = 20 * (len(role) - len(usual)) / 4
    assert read("--prompt-pack", longer) - read() == pytest.approx(more, abs=10)
    assert read() < read("--prompt-pack", "shared-prefix") < 1.05 * read()


def test_prompts_that_begin_alike_promise_no_cache(data: Path) -> None:
    def said(*options: object) -> str:
        return " ".join(coevol("estimate", data, *MODEL, *options).out.split())

    told, pack = "No part of the prompts is assumed to come from a cache", "shared-prefix"
    assert told in said("--prompt-pack", pack)
    assert told not in said()
    assert told not in said("--prompt-pack", pack, "--cached-share", 0.5)


def test_a_pack_that_is_nowhere_is_one_line(data: Path) -> None:
    result = coevol("estimate", data, *MODEL, "--prompt-pack", "nowhere.yaml")
    assert result.code == 2
    assert_one_line(result.err, "prompt pack nowhere.yaml: not found")

"""Service tiers: asked for by the provider's own names, waited for, and left for the next one."""

import asyncio
import json
import re
from collections import Counter
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from nodes.models.names import endpoint_name
from nodes.models.settings import ModelSettings
from runners.calls.call_options import Retries
from runners.calls.caller import Caller
from runners.calls.price import Price, Terms
from runners.calls.prices import price_of
from runners.calls.sender import Sender
from runners.calls.spending import Budget, Spending
from runners.calls.spent import Spent
from runners.calls.spent_table import SCHEMA
from runners.calls.tiers import Tiers
from runners.errors import Stopped
from runners.storage.database import Database
from tests.runners.calls.callers import SETTINGS, call, tried
from tests.runners.commands import Result, assert_one_line, at, coevol, repeated, wait_until
from tests.runners.datasets import plain, read_jsonl
from tests.support.clock import Clock
from tests.support.rows import write_jsonl
from tests.support.scripted import Line, Scripted, refusal
from tests.support.server import Server, ServerOptions, serve

ROWS = plain(4)


def evolve(folder: Path, server: Server, *options: object, model: str = "openai:x") -> Result:
    data = write_jsonl(folder / "data.jsonl", ROWS)
    to = at(server, model.replace(":x", ":test-model"))
    return coevol("evolve", data, "--out", folder / "run", *to, *options)


def tiers(server: Server) -> Counter[Any]:
    """The tiers that answered calls had asked for."""
    return Counter(each.body.get("service_tier") for each in server.requests if each.status == 200)


def has_capacity_after(server: Server, refusals: int) -> None:
    wait_until(lambda: server.refused >= refusals)
    server.change(short_tiers=())


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GROQ", "GEMINI", "OPENROUTER"):
        monkeypatch.setenv(f"{name}_API_KEY", "sk-test")


@pytest.mark.parametrize(
    ("model", "tier", "name"),
    [
        ("openai:x", "flex", "flex"),
        ("openai:x", "standard", "default"),
        ("openai:x", "priority", "priority"),
        ("openrouter:x", "flex", "flex"),
        ("groq:x", "standard", "on_demand"),
        ("groq:x", "priority", "performance"),
        ("gemini:x", "standard", "standard"),
    ],
)
def test_calls_ask_for_it_by_the_providers_own_name(
    tmp_path: Path, model: str, tier: str, name: str
) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", tier, "--limit", 1, model=model)
        assert result.code == 0, result.err
        assert set(tiers(server)) == {name}
        assert server.greetings[-1]["service_tier"] == name
    assert f"{model.replace(':x', ':test-model')}: service tier {name}" in result.err


def test_without_the_option_no_tier_is_asked_for(tmp_path: Path) -> None:
    with serve() as server:
        assert evolve(tmp_path, server).code == 0
        assert set(tiers(server)) == {None}
        assert not any("service_tier" in each for each in server.greetings)


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_a_run_may_go_on_in_another_tier_and_gives_the_same(tmp_path: Path, client: str) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    with serve() as server:
        whole = ["evolve", data, "--out", tmp_path / "whole", *at(server)]
        assert coevol(*whole).code == 0
        start = ["evolve", data, "--out", tmp_path / "run", *at(server), "--client", client]
        assert coevol(*start, "--tier", "flex", "--limit", 2).code == 0
        assert coevol(*start, "--tier", "priority").code == 0
        found = tiers(server)
        assert set(found) == {None, "flex", "priority"}
        assert found[None] == found["flex"] + found["priority"]
    for name in ("evolved.jsonl", "evolutions.jsonl"):
        ours, other = (tmp_path / run / name for run in ("run", "whole"))
        assert ours.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("model", ["vllm:x", "rehearsal"])
def test_a_provider_without_tiers_is_told_before_anything_is_made(
    tmp_path: Path, model: str
) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", "flex,standard", model=model)
        assert result.code == 2
        assert_one_line(
            result.err.splitlines(keepends=True)[-1],
            "--tier flex,standard",
            "openai",
            "leave it out",
        )
        assert server.requests == server.greetings == []
    assert not (tmp_path / "run").exists()


def test_of_several_models_those_have_the_tier_that_can(tmp_path: Path) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", "flex", "--judge-model", "vllm:test-model")
        assert result.code == 0, result.err
        assert set(tiers(server)) == {None, "flex"}
    assert "vllm:test-model: service tier none, as its provider has none" in result.err


@pytest.mark.parametrize("given", ["cheap", "flex,flex", ""])
def test_a_tier_that_is_none(tmp_path: Path, given: str) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", given)
    assert result.code == 2
    assert_one_line(result.err, "--tier", "flex, standard, priority")


def test_batches_have_no_tiers(tmp_path: Path) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", "flex", "--engine", "batch")
    assert result.code == 2
    assert_one_line(result.err, "--tier", "batches", "leave it out")


def test_an_endpoint_that_refuses_the_tier_ends_the_run_before_a_row(tmp_path: Path) -> None:
    with serve(ServerOptions(refused=("service_tier",))) as server:
        result = evolve(tmp_path, server, "--tier", "flex")
        assert result.code == 2
        assert server.requests == []
    assert "does not take service tier flex" in result.err
    assert "leave out --tier flex" in result.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("status", "model"), [(429, "openai:x"), (498, "groq:x")])
def test_a_tier_that_is_short_is_waited_for(tmp_path: Path, status: int, model: str) -> None:
    options = ServerOptions(short_tiers=("flex",), short_status=status)
    with serve(options) as server:
        again = Thread(target=has_capacity_after, args=(server, 3))
        again.start()
        result = evolve(tmp_path, server, "--tier", "flex", model=model)
        again.join()
        assert result.code == 0, result.err
        assert set(tiers(server)) == {"flex"}
        assert repeated(server) == 0
    assert read_jsonl(tmp_path / "run" / "failures.jsonl") == []


def test_calls_go_on_to_the_next_tier_while_one_is_short(tmp_path: Path) -> None:
    with serve(ServerOptions(short_tiers=("flex",))) as server:
        result = evolve(tmp_path, server, "--tier", "flex,standard", "--tier-patience", 0.001)
        assert result.code == 0, result.err
        assert set(tiers(server)) == {"default"}
        assert repeated(server) == 0
        refused = [each.body["service_tier"] for each in server.requests if each.status == 429]
        assert set(refused) == {"flex"}
        assert len(refused) >= server.distinct


def test_calls_stay_in_a_tier_that_answers(tmp_path: Path) -> None:
    with serve() as server:
        result = evolve(tmp_path, server, "--tier", "flex,standard", "--tier-patience", 0)
        assert result.code == 0, result.err
        assert set(tiers(server)) == {"flex"}


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_prices_follow_the_tier_that_the_answer_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """Asked for flex, answered by flex, by the usual tier, or without a word of it."""

    def listed(*_: object) -> Price:
        return Price(2e-6, 8e-6, tiers={"flex": Price(1e-6, 4e-6)})

    monkeypatch.setattr("runners.calls.prices.price_of", listed)
    data, costs = write_jsonl(tmp_path / "data.jsonl", ROWS), dict[str, float]()
    for name, served in {"usual": "default", "flex": None, "later": "flex"}.items():
        with serve(ServerOptions(served_tier=served)) as server:
            asked = () if name == "later" else ("--tier", "flex")
            start = ["evolve", data, "--out", tmp_path / name, *at(server), "--client", client]
            result = coevol(*start, *asked)
            assert result.code == 0, result.err
        summary = json.loads((tmp_path / name / "summary.json").read_text())
        costs[name] = summary["calls"]["cost_usd"]
        told = [(each["tier"], each["answered"]) for each in summary.get("calls_by_tier", ())]
        assert told == ([] if name == "usual" else [("flex", summary["calls"]["answered"])])
        words = f"service tiers: {summary['calls']['answered']} by flex (${costs[name]:.4f})"
        assert (words in result.err) == (name != "usual")
    assert costs["flex"] == costs["later"] == pytest.approx(costs["usual"] / 2)


def test_both_tiers_of_a_run_are_told(tmp_path: Path) -> None:
    with serve(ServerOptions(short_tiers=("flex",))) as server:
        again = Thread(target=has_capacity_after, args=(server, 40))
        again.start()
        result = evolve(tmp_path, server, "--tier", "flex,standard", "--tier-patience", 0.001)
        again.join()
        assert result.code == 0, result.err
        found = tiers(server)
    told = json.loads((tmp_path / "run" / "summary.json").read_text())["calls_by_tier"]
    assert {each["tier"]: each["answered"] for each in told} == {
        "standard": found["default"],
        "flex": found["flex"],
    }
    assert f"service tiers: {found['default']} by standard, {found['flex']} by flex" in result.err


def test_a_budget_counts_on_the_dearer_tier(tmp_path: Path) -> None:
    price = Price(1e-6, 4e-6, tiers={"priority": Price(1e-3, 4e-3), "flex": Price(0, 0)})
    with closing(Database(tmp_path / "run.db", SCHEMA)) as database:
        for tier in ("priority", "flex", ""):
            spending = Spending(database, {"m": price}, Budget(cost=0.5))
            most = Spent(1, 0, 500, 100)
            if tier == "priority":
                with pytest.raises(Stopped, match=r"budget of \$0\.50 reached"):
                    spending.reserve("m", most, tier)
            else:
                spending.reserve("m", most, tier)
                spending.release("m", most, tier)


def test_an_estimate_is_of_the_tiers_price(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(200))
    start = ("estimate", data, "--model", "openai:gpt-5-mini")
    usual, flex = (
        [float(each) for each in re.findall(r"\$(\d+\.\d+)", coevol(*start, *more).out)]
        for more in ((), ("--tier", "flex"))
    )
    assert len(usual) == len(flex) == 2
    assert flex == [pytest.approx(each / 2, abs=0.01) for each in usual]
    refused = coevol("estimate", data, "--model", "vllm:m", "--tier", "flex")
    assert refused.code == 2
    assert_one_line(refused.err, "--tier flex", "vllm:m")


@pytest.mark.parametrize(
    ("model", "share"), [("gemini:gemini-2.5-flash", 0.5), ("groq:openai/gpt-oss-120b", 1.0)]
)
def test_flex_costs_what_the_providers_page_says(model: str, share: float) -> None:
    price = price_of(ModelSettings(model=model))
    assert price is not None
    assert price.at(Terms("flex")).input == pytest.approx(share * price.input)


def asked_in_tiers(folder: Path, *lines: Line) -> list[tuple[str | None, float]]:
    """The tiers that a call is sent to until it is answered, with 10 minutes for flex, and when."""
    model = Scripted(*lines)

    async def main() -> list[tuple[str | None, float]]:
        async with tried(folder, model) as it:
            models, tiers = {endpoint_name(SETTINGS): model}, Tiers(("flex", "default"), 600)
            sender = Sender(
                models, SETTINGS, admission=it.admission, retries=Retries(), tiers=tiers
            )
            answer = await Caller(sender, admission=it.admission).call(call("Hello?"))
            assert answer.text == "Yes."
            begun = model.asked[0].moment
            return [(each.tier, each.moment - begun) for each in model.asked]

    return Clock().run(main())


def test_a_call_is_tried_in_a_tier_for_as_long_as_there_is_patience(tmp_path: Path) -> None:
    lines = [*[refusal(429, "resource_unavailable")] * 40, "Yes."]
    asked = asked_in_tiers(tmp_path, *lines)
    first = next(moment for tier, moment in asked if tier == "default")
    assert first == pytest.approx(600)
    assert [tier for tier, _ in asked] == [
        "flex" if moment < first else "default" for _, moment in asked
    ]


def test_a_call_of_flex_may_take_a_quarter_of_an_hour(tmp_path: Path) -> None:
    assert asked_in_tiers(tmp_path, asyncio.Event(), "Yes.") == [
        ("flex", 0),
        ("default", pytest.approx(900)),
    ]

"""The graph against Algorithm 1 written plainly: same responses, rounds, verdicts, stops."""

import asyncio
from functools import cache
from typing import Any, Literal, cast

import pytest

from graph.coevol import graph
from tests.support.answers import complete
from tests.support.reference import Message, ReferenceResult, evolve
from tests.support.rows import Row, rows
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

Role = Literal["native", "merge"]
ROWS = rows(60)
SHORT = 80
"""A token limit that cuts some edits, and none of the verdict lines."""


async def evolve_in_graph(row: Row, server: Server, **settings: Any) -> dict[str, Any]:
    context = {"model": "openai:test-model", "base_url": server.base_url, **settings}
    # Plain dicts, as callers give them; the graph checks them itself.
    return await graph.ainvoke(cast("Any", row), context=cast("Any", context))


@cache
def expected(
    max_rounds: int,
    system_role: Role = "native",
    judge_mode: Literal["choice", "score"] = "choice",
    max_tokens: int = 1000,
) -> list[ReferenceResult]:
    def ask(messages: list[Message]) -> tuple[str, str]:
        said = complete(messages, max_tokens)
        return said.text, said.finish_reason

    return [evolve(row, ask, max_rounds, system_role, judge_mode) for row in ROWS]


def seen(result: dict[str, Any]) -> dict[str, Any]:
    """What of a result the oracle speaks of."""
    return {
        "id": result["id"],
        "response": result["response"],
        "stop_reason": result["stop_reason"],
        "rounds": [(played["outcome"], *_verdicts(played)) for played in result["rounds"]],
    }


def _verdicts(played: dict[str, Any]) -> tuple[str | None, str | None]:
    judgements = played["judgements"]
    first, second = (
        judgements.get(order, {}).get("verdict")
        for order in ("judge_original_first", "judge_edited_first")
    )
    return first, second


def spoken(result: ReferenceResult) -> dict[str, Any]:
    """The same of the oracle's result."""
    return {
        "id": result.id,
        "response": result.response,
        "stop_reason": result.stop_reason,
        "rounds": [
            (played.outcome, played.original_first, played.edited_first) for played in result.rounds
        ],
    }


def check(results: list[dict[str, Any]], oracle: list[ReferenceResult]) -> None:
    for result, right in zip(results, oracle, strict=True):
        assert seen(result) == spoken(right), result["id"]


@pytest.mark.parametrize("system_role", ["native", "merge"])
@pytest.mark.parametrize(("max_rounds", "step"), [(1, 3), (3, 3), (6, 1)])
async def test_all_at_once(server: Server, max_rounds: int, step: int, system_role: Role) -> None:
    """Six rounds of a row begin with the first one and the first three: these need few rows."""
    settings = {"max_rounds": max_rounds, "system_role": system_role}
    some = ROWS[::step]
    results = await asyncio.gather(*(evolve_in_graph(row, server, **settings) for row in some))
    check(results, expected(max_rounds, system_role)[::step])


@pytest.mark.parametrize("system_role", ["native", "merge"])
async def test_one_at_a_time(server: Server, system_role: Role) -> None:
    settings = {"max_rounds": 3, "system_role": system_role}
    results = [await evolve_in_graph(row, server, **settings) for row in ROWS[::3]]
    check(results, expected(3, system_role)[::3])


async def test_grades_instead_of_names(server: Server) -> None:
    settings = {"max_rounds": 3, "judge_mode": "score"}
    results = await asyncio.gather(*(evolve_in_graph(row, server, **settings) for row in ROWS))
    check(results, expected(3, judge_mode="score"))


async def test_edits_cut_off(server: Server) -> None:
    settings = {"max_rounds": 3, "max_tokens": SHORT}
    results = await asyncio.gather(*(evolve_in_graph(row, server, **settings) for row in ROWS))
    check(results, expected(3, max_tokens=SHORT))


async def test_the_rows_try_everything() -> None:
    oracle = expected(6) + expected(3, max_tokens=SHORT)
    rounds = [played for result in oracle for played in result.rounds]
    verdicts = {played.original_first for played in rounds} | {
        played.edited_first for played in rounds
    }
    accepted = {sum(played.advanced for played in result.rounds) for result in expected(6)}
    assert {result.stop_reason for result in oracle} == {
        "max_rounds",
        "not_improved",
        "edit_empty",
        "edit_truncated",
    }
    assert verdicts == {"original", "edited", "tie", "unparsable", None}
    assert {0, 1, 2, 3, 4} <= accepted

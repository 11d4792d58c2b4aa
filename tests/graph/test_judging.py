"""What a judge's way of answering does to a whole evolution, and what the record tells of it."""

from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from graph.coevol import graph
from tests.graph.samples import COLOURS
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

ORDERS = ("judge_original_first", "judge_edited_first")


async def judged(server: Server, judgement: str, **settings: Any) -> list[tuple[str, str | None]]:
    """The verdict of both orders and why it could not be read; the response stays as it was."""
    server.change(judgement=judgement)
    context = {"model": "openai:test-model", "base_url": server.base_url, **settings}
    output = await graph.ainvoke(COLOURS, context=cast("Any", context))
    assert (output["response"], output["stop_reason"]) == (COLOURS["response"], "not_improved")
    [played] = output["rounds"]
    judgements = [played["judgements"][order] for order in ORDERS]
    assert all(each["text"] == judgement for each in judgements)
    return [(each["verdict"], each.get("unparsable")) for each in judgements]


@pytest.mark.parametrize(
    ("judgement", "original_first", "edited_first"),
    [
        ("<assistant 1>", "original", "edited"),
        ("Assistant 1's response is too short and vague.\n<assistant 2>", "edited", "original"),
        ("I would choose Assistant 2 over Assistant 1.", "edited", "original"),
        ("<equal>", "tie", "tie"),
    ],
)
async def test_a_judge_that_looks_at_places_alone_never_wins(
    server: Server, judgement: str, original_first: str, edited_first: str
) -> None:
    verdicts = await judged(server, judgement)
    assert verdicts == [(original_first, None), (edited_first, None)]


@pytest.mark.parametrize(
    ("judgement", "reason"),
    [
        ("Assistant 1's response is too short and vague.", "no verdict"),
        ("<assistant 1/2>", "no verdict"),
        ("<assistant 1>\nIt is brief.\nFinal verdict: Assistant 2", "contradicts itself"),
    ],
)
async def test_the_record_tells_why_a_verdict_could_not_be_read(
    server: Server, judgement: str, reason: str
) -> None:
    assert await judged(server, judgement) == [("unparsable", reason)] * 2


async def test_economy_takes_no_heading_for_a_verdict(server: Server) -> None:
    review = "**Assistant 1:**\nIt is brief.\n**Assistant 2:**\nIt is complete."
    assert await judged(server, review, economy=True) == [("unparsable", "no verdict")] * 2


async def test_grades_that_can_not_be_read(server: Server) -> None:
    verdicts = await judged(server, "Both are fine.", judge_mode="score")
    assert verdicts == [("unparsable", "no verdict")] * 2


async def test_a_pack_says_what_its_verdicts_look_like(server: Server, tmp_path: Path) -> None:
    pack = tmp_path / "zh.yaml"
    verdicts = {"first": ["助手1"], "second": ["助手2"], "tie": ["相同"]}
    fields = {"base": "coevol", "name": "zh", "verdicts": verdicts}
    pack.write_text(yaml.safe_dump(fields, allow_unicode=True), "utf-8")
    read = await judged(server, "\u2039助手2\u203a", prompt_pack=str(pack))
    assert read == [("edited", None), ("original", None)]
    assert await judged(server, "\u2039助手2\u203a") == [("unparsable", "no verdict")] * 2

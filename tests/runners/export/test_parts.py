"""Exports of runs that evolved a part of the rows, the thinking too, or talks within one text."""

from pathlib import Path

import pytest

from tests.runners.commands import at
from tests.runners.datasets import Fields
from tests.runners.export.exports import SHORT, answer_of, evolved_rows, rows_of, run_of
from tests.support.replies import Reply
from tests.support.server import ServerOptions, serve
from tests.support.thoughts import message_of

ROWS: list[Fields] = [
    {"instruction": f"Name colours, {number}.", "output": SHORT, "kind": kind}
    for number, kind in enumerate(["qa", "chat"] * 3)
]


@pytest.mark.parametrize(
    ("options", "chosen"), [(("--where", 'kind == "qa"'), 3), (("--sample", 2), 2)]
)
def test_rows_that_were_not_chosen_are_exported_as_they_are(
    tmp_path: Path, options: tuple[object, ...], chosen: int
) -> None:
    run = run_of(tmp_path, ROWS, *options)
    out = rows_of(run, "alpaca")
    changed = [row for row, before in zip(out, ROWS, strict=True) if row != before]
    assert len(changed) == chosen
    assert [{**row, "output": SHORT} for row in out] == ROWS
    assert [row["messages"][-1]["content"] for row in rows_of(run, "messages")] == [
        row["output"] for row in evolved_rows(run)
    ]


@pytest.mark.parametrize("to", ["llama-factory", "trl", "axolotl"])
def test_trainers_read_the_editors_thinking_where_it_took_the_place_of_the_rows(
    tmp_path: Path, to: str
) -> None:
    said = message_of("think", "Say it better.", "Red, blue and green.")
    edit = Reply(200, {"choices": [{"message": said, "finish_reason": "stop"}]}, task="editor")
    rows: list[Fields] = [
        {"instruction": "Name colours.", "output": f"<think>Which?</think>{SHORT}"},
        {"instruction": "Name three.", "output": SHORT, "reasoning_content": "Which?"},
    ]
    with serve(ServerOptions(replies=(edit,))) as server:
        options = ("--traces", "rewrite", "--framework", "debate", *at(server))
        run = run_of(tmp_path, rows, *options)
    better = "<think>\nSay it better.\n</think>\n\nRed, blue and green."
    assert [answer_of(row) for row in rows_of(run, to)] == [better] * 2


def test_a_talk_within_one_text_has_a_place_in_every_layout(tmp_path: Path) -> None:
    text = f"### Human: Name colours.### Assistant: {SHORT}"
    run = run_of(tmp_path, [{"text": text, "lang": "en"}])
    (out,) = evolved_rows(run)
    asked, mark, better = out["text"].rpartition("### Assistant: ")
    assert (f"{asked}{mark}{SHORT}", better != SHORT) == (text, True)
    assert rows_of(run, "alpaca") == [
        {"instruction": "Name colours.", "input": "", "output": better, "lang": "en"}
    ]
    (messages,) = rows_of(run, "trl")
    assert [each["content"] for each in messages["messages"]] == ["Name colours.", better]

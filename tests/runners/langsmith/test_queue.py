"""`coevol langsmith queue` and `verdicts`: people review rounds in LangSmith, and it comes back."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.runners.commands import assert_one_line, coevol
from tests.runners.tracing.traced import tracing
from tests.support.langsmith_server import LangSmith
from tests.support.reviews import LOST, close_calls, judged, row, run_with, said_in

CLOSE = 5
QUEUE = "review of run"
WHEN = "2026-01-02T00:00:{:02}+00:00"


@pytest.fixture
def langsmith() -> Generator[LangSmith]:
    """A LangSmith; tracing is off."""
    with tracing({"LANGSMITH_TRACING": "false"}) as langsmith:
        yield langsmith


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with five close calls, and a round of which its judge was sure."""
    sure = row("row99", judged("before 99", "after 99", LOST), instruction="Task 99.")
    return run_with(tmp_path, [*close_calls(CLOSE), sure])


def do(command: str, run: Path, *options: object) -> str:
    result = coevol("langsmith", command, run, *options)
    assert (result.code, result.err) == (0, "")
    return result.out


def answer(langsmith: LangSmith, task: str, side: str, by: str = "ada", second: int = 0) -> None:
    """Say that one side is better, by what is on it, as a person in LangSmith."""
    fields = next(
        each.fields
        for each in langsmith.traces.runs.values()
        if each.fields["inputs"]["instruction"] == task
    )
    first = fields["outputs"]["first"]
    score = 0 if side == "tie" else 1 if first.startswith(side) else -1
    langsmith.store.said.append(
        {
            "id": str(uuid4()),
            "run_id": fields["id"],
            "trace_id": fields["id"],
            "key": "coevol_better",
            "score": score,
            "value": None,
            "created_at": WHEN.format(0),
            "modified_at": WHEN.format(second),
            "feedback_source": {"type": "app", "user_name": by},
        }
    )


def test_close_calls_become_a_queue_once(langsmith: LangSmith, run: Path) -> None:
    assert do("queue", run) == f"queue {QUEUE}: {CLOSE} rounds added, 0 there already\n"
    (queue,) = langsmith.store.queues.values()
    (item,) = queue["rubric_items"]
    config = langsmith.store.feedback_configs[item["feedback_key"]]["feedback_config"]
    assert [each["label"] for each in config["categories"]] == [
        "the first",
        "neither",
        "the second",
    ]
    items = langsmith.store.items[queue["id"]]
    assert {each["run_id"] for each in items} == set(langsmith.traces.runs)
    (project,) = langsmith.named(QUEUE)
    assert {each["project_id"] for each in items} == {project["id"]}
    again = do("queue", run, "--sample", 100)
    assert again == f"queue {QUEUE}: 1 round added, {CLOSE} there already\n"
    assert len(langsmith.store.queues) == 1
    assert len(items) == len(langsmith.traces.runs) == CLOSE + 1


def test_a_queue_is_blind(langsmith: LangSmith, run: Path) -> None:
    do("queue", run)
    firsts: set[str] = set()
    for each in langsmith.traces.runs.values():
        outputs: dict[str, Any] = each.fields["outputs"]
        assert outputs.keys() == {"first", "second"}
        assert each.fields["inputs"].keys() == {"instruction", "input"}
        firsts.add(outputs["first"].split()[0])
        rest = json.dumps({**each.fields, "inputs": None, "outputs": None})
        assert not [hint for hint in ("edit", "original", "judge", "row") if hint in rest]
    assert firsts == {"before", "after"}, "the edit must be on either side"


def test_what_people_say_there_is_kept_here(langsmith: LangSmith, run: Path) -> None:
    do("queue", run)
    answer(langsmith, "Task 0.", "after")
    answer(langsmith, "Task 1.", "before")
    answer(langsmith, "Task 2.", "tie")
    answer(langsmith, "Task 2.", "after", by="bob")
    assert do("verdicts", run) == f"queue {QUEUE}: 4 new verdicts, 0 known already, 0 taken back\n"
    assert sorted(said_in(run)) == [
        ("row0", "edited"),
        ("row1", "original"),
        ("row2", "edited"),
        ("row2", "tie"),
    ]
    lines = [json.loads(line) for line in (run / "review.jsonl").read_text("utf-8").splitlines()]
    assert {line["by"] for line in lines} == {"langsmith:ada", "langsmith:bob"}
    told = json.loads(coevol("review", run, "--results", "--json").out)
    assert told["people"]["human"] == {"win": 2, "tie": 1, "loss": 1}
    before = (run / "review.jsonl").read_bytes()
    assert do("verdicts", run) == f"queue {QUEUE}: 0 new verdicts, 4 known already, 0 taken back\n"
    assert (run / "review.jsonl").read_bytes() == before


def test_what_changes_there_changes_here(langsmith: LangSmith, run: Path) -> None:
    do("queue", run)
    answer(langsmith, "Task 0.", "after")
    answer(langsmith, "Task 1.", "after")
    do("verdicts", run)
    answer(langsmith, "Task 0.", "before", second=9)  # a later word of the same person
    del langsmith.store.said[1]
    assert do("verdicts", run) == f"queue {QUEUE}: 1 new verdict, 0 known already, 1 taken back\n"
    assert sorted(said_in(run)[2:], key=str) == [("row0", "original"), ("row1", None)]


def test_reviewed_rounds_and_other_answers(langsmith: LangSmith, run: Path) -> None:
    do("queue", run, "--queue", "mine")
    for item in next(iter(langsmith.store.items.values())):
        item["state"] = "archived"  # as everybody has reviewed it
    answer(langsmith, "Task 0.", "after")
    answer(langsmith, "Task 1.", "after")
    langsmith.store.said[1]["score"] = 0.5
    said = do("verdicts", run, "--queue", "mine")
    assert "1 new verdict," in said
    assert "1 answer ignored: not among those that were offered" in said
    assert "0 rounds added, 5 there" in do("queue", run, "--queue", "mine")


def test_no_such_queue_and_nothing_to_review(
    langsmith: LangSmith, run: Path, tmp_path: Path
) -> None:
    none = coevol("langsmith", "verdicts", run)
    assert none.code == 2
    assert_one_line(none.err, f"no annotation queue {QUEUE}", "coevol langsmith queue")
    sure = run_with(tmp_path / "sure", [row("sure", judged("before", "after", LOST))])
    result = coevol("langsmith", "queue", sure)
    assert result.code == 2
    assert_one_line(result.err, "no round flipped or was a tie", "--sample N")
    assert not langsmith.store.queues

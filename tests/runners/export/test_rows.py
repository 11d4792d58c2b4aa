"""Exports of rows: every layout in and out, with order, other fields and ids as they were."""

import json
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet
import pytest

from tests.runners.commands import assert_one_line, at, coevol, ended, started, wait_until
from tests.runners.datasets import Fields
from tests.runners.export.exports import (
    SHORT,
    evolved_rows,
    export,
    records_of,
    rows_of,
    run_of,
    talk,
)
from tests.support.options import ServerOptions
from tests.support.rows import write_jsonl
from tests.support.server import serve

HOSTILE = "<script>alert('{{content}} ${x} %s')</script>\u2028 ' \" \\ \x00 🏔 \ufeff"

ALPACAS: list[Fields] = [
    {"id": 7, "instruction": "Name colours.", "input": "", "output": SHORT, "tags": ["a", None]},
    {"instruction": "Add these.", "output": "it is 2", "input": "1 and 1", "id": "x"},
    {"instruction": "Say hello.", "input": "<noinput>", "output": "hello there"},
    {"instruction": HOSTILE, "input": None, "output": HOSTILE, "messages": "mine"},
]
TALKS: list[Fields] = [
    talk("Name colours.", SHORT, id="a", source={"from": "x"}),
    talk("Hello?", "hi there", "And twice?", "hi hi", system="Be kind."),
    {"id": "b", **talk(HOSTILE, HOSTILE)},
]


@pytest.fixture(scope="module")
def alpacas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("alpacas"), ALPACAS)


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("talks"), TALKS)


def parquet_rows(path: Path) -> list[Fields]:
    return cast("Any", pyarrow.parquet).read_table(path).to_pylist()


def test_the_runs_have_changed_something(alpacas: Path, talks: Path) -> None:
    assert evolved_rows(alpacas)[0]["output"] != SHORT
    assert evolved_rows(talks)[0]["conversations"][1]["value"] != SHORT


def test_a_row_that_has_the_layout_stays_as_it_is(alpacas: Path, talks: Path) -> None:
    for run, to in ((alpacas, "alpaca"), (talks, "sharegpt")):
        # The order of keys, too.
        assert json.dumps(rows_of(run, to)) == json.dumps(evolved_rows(run))


def test_alpaca_rows_in_every_other_layout(alpacas: Path) -> None:
    out = [row["output"] for row in evolved_rows(alpacas)]
    asked = ["Name colours.", "Add these.\n1 and 1", "Say hello.", HOSTILE]
    others: list[Fields] = [{"id": 7, "tags": ["a", None]}, {"id": "x"}, {}, {"messages": "mine"}]
    for row, question, answer, other in zip(
        rows_of(alpacas, "prompt-completion"), asked, out, others, strict=True
    ):
        assert row == {"prompt": question, "completion": answer, **other}
    for row, question, answer, other in zip(
        rows_of(alpacas, "sharegpt"), asked, out, others, strict=True
    ):
        assert row == talk(question, answer, **other)
    for row, question, answer in zip(rows_of(alpacas, "messages"), asked, out, strict=True):
        assert row["messages"] == [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ]
    assert [list(row) for row in rows_of(alpacas, "messages")] == [
        ["messages", "id", "tags"],
        ["messages", "id"],
        ["messages"],
        ["messages", "source_messages"],  # its own field of that name is kept beside
    ]


def test_conversations_in_every_other_layout(talks: Path) -> None:
    said = [[each["value"] for each in row["conversations"]] for row in evolved_rows(talks)]
    assert rows_of(talks, "alpaca") == [
        {
            "instruction": "Name colours.",
            "input": "",
            "output": said[0][1],
            "system": "",
            "history": [],
            "id": "a",
            "source": {"from": "x"},
        },
        {
            "instruction": "And twice?",
            "input": "",
            "output": said[1][4],
            "system": "Be kind.",
            "history": [["Hello?", said[1][2]]],
        },
        {
            "instruction": HOSTILE,
            "input": "",
            "output": said[2][1],
            "system": "",
            "history": [],
            "id": "b",
        },
    ]
    roles = ["system", "user", "assistant", "user", "assistant"]
    messages = [{"role": role, "content": text} for role, text in zip(roles, said[1], strict=True)]
    assert rows_of(talks, "messages")[1] == {"messages": messages}
    assert rows_of(talks, "prompt-completion")[1] == {
        "prompt": messages[:-1],
        "completion": messages[-1:],
    }


def test_there_and_back_again(alpacas: Path, tmp_path: Path) -> None:
    """Rows through another layout, evolved no further, are the same rows with the same ids."""
    before = rows_of(alpacas, "alpaca", "--drop", "all")
    for to in ("sharegpt", "messages"):
        data = write_jsonl(tmp_path / f"{to}.jsonl", rows_of(alpacas, to, "--drop", "all"))
        server = serve(ServerOptions(poison="a"))  # every row fails and keeps its original
        with server as endpoint:
            run = tmp_path / to
            coevol("evolve", data, "--out", run, *at(endpoint), "--attempts", "1", "--quiet")
        back = rows_of(run, "alpaca")
        assert [row["output"] for row in back] == [row["output"] for row in before]
        assert [row.get("id") for row in back] == [row.get("id") for row in before]


def test_system_and_history_columns_are_messages_elsewhere(tmp_path: Path) -> None:
    pair = ["Hello?", "Hi."]
    rows: list[Fields] = [
        {
            "instruction": "And?",
            "input": "",
            "output": "well",
            "system": "Be brief.",
            "history": [pair],
        },
        {"instruction": "Q", "input": "", "output": "well", "history": "a long one"},
    ]
    run = run_of(tmp_path, rows)
    answers = [row["output"] for row in evolved_rows(run)]
    first, second = rows_of(run, "sharegpt")
    assert first == talk("Hello?", "Hi.", "And?", answers[0], system="Be brief.")
    assert second == talk("Q", answers[1], history="a long one")
    assert rows_of(run, "alpaca") == evolved_rows(run)
    assert rows_of(run, "prompt-completion")[0] == {
        "prompt": "And?",
        "completion": answers[0],
        "system": "Be brief.",
        "history": [pair],
    }
    mapped = [{"system": "Q", "history": "well"}]
    own = run_of(tmp_path, mapped, "--map", "instruction=system,response=history", name="own")
    assert rows_of(own, "sharegpt") == [talk("Q", evolved_rows(own)[0]["history"])]
    column = {"conversations": talk("Q", "well")["conversations"], "system": "S"}
    (row,) = rows_of(run_of(tmp_path, [column], name="column"), "messages")
    assert [each["role"] for each in row["messages"]] == ["system", "user", "assistant"]
    assert list(row) == ["messages"]


def test_what_a_layout_has_no_place_for_is_left_out_and_told(tmp_path: Path) -> None:
    rows = [
        talk("Q", "well, well"),
        {"conversations": [{"from": "gpt", "value": "Hi"}, *talk("Q", "A")["conversations"]]},
        {"conversations": [*talk("Q", "A")["conversations"], {"from": "judge", "value": "fine"}]},
        talk("Q", "A", "and nobody answers"),
        {"conversations": [{"from": "human", "value": "One"}, *talk("Two", "A")["conversations"]]},
    ]
    run = run_of(tmp_path, rows)
    result = export(run, "alpaca", tmp_path / "out")
    assert "out: 3 rows" in result.out
    first = records_of(run)[1]["id"]
    place = "1 row does not fit and is left out:"
    assert f"{place} begins with an answer (first: {first})" in result.out
    assert f"{place} a message of the role 'judge'" in result.out
    assert "questions without an answer, left out at the end: 1\n" in result.out
    assert "user messages joined with the one before: 1\n" in result.out
    assert rows_of(run, "alpaca")[2]["instruction"] == "One\n\nTwo"
    assert [len(row["messages"]) for row in rows_of(run, "messages")] == [2, 3, 3, 3, 3]
    nothing = export(run_of(tmp_path, rows[2:3], name="odd"), "trl", tmp_path / "none")
    assert_one_line(nothing.err, "no rows to export to trl", "a message of the role 'judge': 1")
    assert (nothing.code, (tmp_path / "none").exists()) == (2, False)


def test_failed_rows_keep_their_originals(tmp_path: Path) -> None:
    rows: list[Fields] = [
        {"instruction": f"Describe {word}.", "input": "", "output": f"it is {word}"}
        for word in ("tea", "poison", "rain")
    ]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with serve(ServerOptions(poison="poison")) as server:
        coevol("evolve", data, "--out", run, *at(server), "--attempts", "1")
    result = export(run, "alpaca", tmp_path / "out")
    assert (result.code, "1 row failed in the run and keeps its original" in result.out) == (
        0,
        True,
    )
    assert rows_of(run, "alpaca") == evolved_rows(run)
    assert rows_of(run, "messages")[1]["messages"][1]["content"] == "it is poison"


def test_an_unfinished_run_is_refused_unless_partial(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ALPACAS), tmp_path / "run"
    with serve() as server:
        budget = ("--max-tokens-total", "9000", "--concurrency", "1")
        stopped = coevol("evolve", data, "--out", run, *at(server), *budget)
    assert stopped.code == 4, stopped.err
    refused = export(run, "alpaca", tmp_path / "out")
    assert refused.code == 2
    assert_one_line(refused.err, "3 of 4 rows not done", "coevol resume", "--partial")
    partial = export(run, "alpaca", tmp_path / "out", "--partial")
    assert "rows are not done and keep their originals" in partial.out
    assert rows_of(run, "alpaca", "--partial") == evolved_rows(run)
    assert len(records_of(run)) < len(ALPACAS)


def test_a_moved_or_changed_dataset_is_named(tmp_path: Path) -> None:
    run, data = run_of(tmp_path, ALPACAS), tmp_path / "run.jsonl"
    moved = data.rename(tmp_path / "elsewhere.jsonl")
    gone = export(run, "messages", tmp_path / "out")
    assert_one_line(gone.err, "run.jsonl", "is not there", "--data PATH")
    found = export(run, "alpaca", tmp_path / "out", "--data", moved)
    assert (found.code, "4 rows" in found.out) == (0, True)
    write_jsonl(data, [*ALPACAS[:2], {**ALPACAS[2], "output": "other"}, ALPACAS[3]])
    changed = export(run, "messages", tmp_path / "changed")
    assert_one_line(changed.err, "run.jsonl, row 3", "is not the one of the run")
    assert not (tmp_path / "changed").exists()


def test_parquet_keeps_types_and_writes_json_where_there_is_none(
    alpacas: Path, tmp_path: Path
) -> None:
    result = export(alpacas, "parquet", tmp_path / "out")
    assert "written as JSON: id" in result.out  # 7 and "x"
    rows = parquet_rows(tmp_path / "out" / "data.parquet")
    before = evolved_rows(alpacas)
    for row, fields in zip(rows, before, strict=True):
        for name in ("instruction", "input", "output", "tags", "messages"):
            assert row[name] == fields.get(name)
        assert json.loads(row["id"] or "null") == fields.get("id")
    shaped = export(alpacas, "parquet", tmp_path / "shaped", "--shape", "messages")
    assert shaped.code == 0
    rows = parquet_rows(tmp_path / "shaped" / "data.parquet")
    assert [row["messages"] for row in rows] == [
        row["messages"] for row in rows_of(alpacas, "messages")
    ]


def test_parquet_of_odd_values(tmp_path: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"big": 2**70, "empty": {}, "half": "\ud83d", "mixed": [1], "number": 1, "deep": {"a": []}},
        {"big": 1, "empty": {}, "half": "fine", "mixed": "b", "number": 0.5, "deep": None},
        {"date": "2024-01-01", "deep": {"b": [{"c": True}]}},
    ]
    rows = [{"instruction": "Q", "output": "well", **each} for each in odd]
    run = run_of(tmp_path, rows)
    result = export(run, "parquet", tmp_path / "out")
    assert result.code == 0
    assert "written as JSON: big, empty, half, mixed" in result.out
    table = parquet_rows(tmp_path / "out" / "data.parquet")
    assert [json.loads(row["big"] or "null") for row in table] == [2**70, 1, None]
    assert json.loads(table[0]["half"]) == "\ud83d"
    assert [row["number"] for row in table] == [1.0, 0.5, None]
    assert table[2]["deep"] == {"a": None, "b": [{"c": True}]}


def test_hostile_fields_cost_no_other_row(tmp_path: Path) -> None:
    deep: Any = "deep"
    for _ in range(700):
        deep = [deep]
    rows: list[Fields] = [
        {"instruction": "Q", "output": "well", "\x1b[31mred": 1, "<b>": {"": None}},
        {"instruction": "Q", "output": "well", "\x1b[31mred": "x", "deep": deep},
        {"instruction": "Q", "output": "well", "\x1b[31mred": "x"},
    ]
    run = run_of(tmp_path, rows)
    result = export(run, "parquet", tmp_path / "out")
    assert "1 row does not fit and is left out: nested too deeply" in result.out
    assert r"written as JSON: '\x1b[31mred'" in result.out
    assert len(parquet_rows(tmp_path / "out" / "data.parquet")) == 2
    named = run_of(tmp_path, [{"instruction": "Q", "output": "A", "\ud83d": 1}], name="named")
    refused = export(named, "parquet", tmp_path / "none")
    assert_one_line(refused.err, r"'\ud83d'", "no name in Parquet")
    assert not (tmp_path / "none").exists()
    assert list(rows_of(named, "messages")[0]) == ["messages", "\ud83d"]


@pytest.mark.parametrize(
    "options",
    [
        ["--to", "alpaca", "--gpus", "4"],
        ["--to", "trl", "--only", "final"],
        ["--to", "alpaca", "--shape", "messages"],
        ["--to", "parquet", "--repo", "me/data"],
        ["--to", "hub", "--public"],
        ["--to", "preference", "--revert", "all"],
        ["--to", "alpaca", "--drop", "ugly"],
        ["--to", "trl", "--gpus", "6"],
    ],
)
def test_options_that_do_nothing_are_refused(
    alpacas: Path, tmp_path: Path, options: list[str]
) -> None:
    result = coevol("export", alpacas, *options, "--out", tmp_path / "out")
    assert result.code == 2
    assert_one_line(result.err, options[2])
    assert not (tmp_path / "out").exists()


def test_no_run_is_one_line(tmp_path: Path) -> None:
    result = export(tmp_path / "nowhere", "alpaca", tmp_path / "out")
    assert result.code == 2
    assert_one_line(result.err, "no run in this folder")
    assert not (tmp_path / "nowhere").exists()


def test_a_run_at_work_is_exported_as_it_is_at_one_moment(tmp_path: Path) -> None:
    rows = [
        {"instruction": f"Describe {number}.", "input": "", "output": f"it is {number}"}
        for number in range(12)
    ]
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    with (
        serve(ServerOptions(latency=0.05)) as server,
        started("evolve", data, "--out", run, *at(server), "--concurrency", "2") as process,
    ):
        wait_until(lambda: server.answered > 16)
        out = rows_of(run, "alpaca", "--partial")
        assert process.poll() is None
        assert [row["instruction"] for row in out] == [row["instruction"] for row in rows]
        assert out[-1] == rows[-1]  # not finished: its original
        assert ended(process).code == 0
    assert rows_of(run, "alpaca") == evolved_rows(run)

"""A part of the rows is evolved, by condition, sample or length; the rest goes out untouched."""

import json
import re
from pathlib import Path

import pytest

from nodes.counted import counted
from runners.data.choice import sample_of
from runners.data.rows import Row, digest
from runners.data.where import Where
from runners.errors import UsageError
from runners.run.view import Snapshot
from tests.runners.commands import assert_one_line, at, coevol
from tests.runners.datasets import Fields, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import serve

ROWS = [{**row, "category": ("qa", "code", None)[n % 3]} for n, row in enumerate(plain(12))]


def changed(folder: Path, rows: list[Fields], *options: object) -> tuple[list[int], Fields]:
    """The positions of the rows that were evolved, all others being as they were; the summary."""
    data, run = write_jsonl(folder / "data.jsonl", rows), folder / "run"
    result = coevol("evolve", data, "--out", run, "--model", "rehearsal", *options)
    assert result.code == 0, result.err
    out = read_jsonl(run / "evolved.jsonl")
    assert len(out) == len(rows)
    evolved = [n for n, (one, two) in enumerate(zip(rows, out, strict=True)) if one != two]
    summary = json.loads((run / "summary.json").read_bytes())
    left = sum(summary["passed"].values())
    for count in summary["passed"].values():
        assert f"not evolved: {counted(count, 'row')} " in result.err
    assert summary["rows"] == {
        "rows": 12, "finished": 12, "improved": len(evolved), "failed": 0, "left": 0
    }  # fmt: skip
    assert len(evolved) == len(rows) - left
    return evolved, summary


def test_a_condition(tmp_path: Path) -> None:
    evolved, summary = changed(tmp_path, ROWS, "--where", 'category == "qa" and len(output) < 12')
    assert evolved == [0, 3, 6, 9]
    assert summary["passed"] == {"where": 8}


def test_a_sample_of_those_for_which_a_condition_holds(tmp_path: Path) -> None:
    options = ("--where", "category", "--sample", 3, "--seed", 7)
    evolved, summary = changed(tmp_path, ROWS, *options)
    assert all(ROWS[n]["category"] for n in evolved)
    assert summary["passed"] == {"where": 4, "sample": 5}
    shuffled, again = ROWS[::-1], tmp_path / "again"
    again.mkdir()
    others, _ = changed(again, shuffled, *options)
    assert sorted(str(shuffled[n]) for n in others) == sorted(str(ROWS[n]) for n in evolved)


def test_responses_that_are_too_long(tmp_path: Path) -> None:
    long = {**ROWS[3], "output": "it is long, " * 20}
    rows = [*ROWS[:3], long, *ROWS[4:]]
    evolved, summary = changed(tmp_path, rows, "--max-response-tokens", 50)
    assert (3 in evolved, summary["passed"]) == (False, {"max_response_tokens": 1})


def test_turns_that_are_too_long(tmp_path: Path) -> None:
    ask = {"role": "user", "content": "Why?"}
    said = [{"role": "assistant", "content": text} for text in ("it is so, " * 30, "so it is")]
    data = write_jsonl(tmp_path / "data.jsonl", [{"messages": [ask, said[0], ask, said[1]]}])
    result = coevol("evolve", data, "--out", tmp_path / "run", "--max-response-tokens", 20)
    assert "not evolved: 1 turn longer than --max-response-tokens" in result.err
    (record,) = read_jsonl(tmp_path / "run" / "evolutions.jsonl")
    assert [turn["skipped"] for turn in record["turns"]] == ["max_response_tokens", None]


def test_a_run_goes_on_with_its_choice(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    options = ("--where", 'category == "qa"', "--sample", 2)
    with serve() as server:
        stopped = coevol(
            "evolve", data, "--out", run, *options, *at(server), "--max-tokens-total", 1
        )
        assert stopped.code == 4, stopped.err
        resumed = coevol("resume", run)
        assert resumed.code == 0, resumed.err
    assert "10 rows" not in resumed.err
    assert "not evolved: 8 rows for which --where does not hold" in resumed.err
    assert "not evolved: 2 rows that are not in the --sample" in resumed.err
    other = coevol("evolve", data, "--out", run, "--where", 'category == "qa"')
    assert other.code == 2
    assert "choice.sample = 2 (now None)" in other.err


def test_shares_are_of_the_rows_that_were_evolved(tmp_path: Path) -> None:
    """Live, at the end, in the status: of the sample, not of all that went out untouched."""
    data, run = write_jsonl(tmp_path / "data.jsonl", ROWS), tmp_path / "run"
    start = ("evolve", data, "--out", run, "--sample", 3)
    with serve() as server:
        first = coevol(*start, *at(server), "--json", "--max-tokens-total", 8_000)
        assert first.code == 4
        last = [json.loads(each) for each in coevol("resume", run, "--json").out.splitlines()]
    now = [each for each in last if each["event"] == "progress"][-1]
    assert (now["finished"], now["passed"]) == (12, 9)
    summary = json.loads((run / "summary.json").read_bytes())
    improved, rounds = summary["rows"]["improved"], summary["rounds"]["run"]
    assert improved > 0
    moment = Snapshot(**{name: each for name, each in now.items() if name != "event"})
    assert moment.in_words == [
        "12/12 rows", f"{improved} improved ({improved / 3:.0%})", f"{now['rounds']} rounds"
    ]  # fmt: skip
    assert rounds >= now["rounds"]
    told = f"12 finished, {improved} improved of 3 that were evolved, 0 failed"
    end = coevol("resume", run).err
    assert f"12 rows: {told}\n" in end
    assert sum(map(int, re.findall(r"(\d+) with \d", end))) == 3
    status = coevol("status", run)
    assert f"12 of 12 done: {told}" in status.out


def test_what_was_not_chosen_is_not_compared(tmp_path: Path) -> None:
    changed(tmp_path, ROWS, "--sample", 3)
    options = ("--judge-model", "rehearsal", "--out", tmp_path / "compared")
    result = coevol("compare", tmp_path / "run", *options)
    assert result.code == 0, result.err
    assert len((tmp_path / "compared" / "compare.csv").read_text("utf-8").splitlines()) == 4


def test_a_sample_is_uniform() -> None:
    rows = [(n, digest({"n": n})) for n in range(40)]
    times = [0] * 40
    for seed in range(2000):
        for position in sample_of(rows, 10, seed):
            times[position] += 1
    # 2,000 draws of a quarter: 500 each, with a standard deviation of 19.
    assert min(times) > 400
    assert max(times) < 600


def test_a_larger_sample_holds_a_smaller_one() -> None:
    rows = [(n, digest({"n": n})) for n in range(100)]
    assert sample_of(rows, 10, 3) < sample_of(rows, 20, 3)
    assert sample_of(rows, 10, 3) != sample_of(rows, 10, 4)
    assert sample_of(rows, 1000, 3) == set(range(100))


FIELDS: Fields = {"output": "Abc", "n": 3, "meta": {"lang": "de"}, "tags": ["a", "b"], "x": None}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("n == 3", True),
        ("n > 3 or output.lower().startswith('ab')", True),
        ("'b' in tags and n in (1, 2, 3)", True),
        ("meta['lang'] == 'de'", True),
        ("meta.get('source') == 'web'", False),
        ("x is None", True),
        ("not x", True),
        ("len(tags) * 2 + n == 7", True),
        ("any(tag == 'c' for tag in tags)", False),
        ("x and len(x) < 3", False),
    ],
)
def test_conditions(expression: str, holds: bool) -> None:
    row = Row("data, row 1", FIELDS)
    where = Where(expression)
    where.check([row])
    assert where.fits(row) == holds


def test_a_field_that_a_row_lacks_is_none() -> None:
    assert not Where("category == 'qa'").fits(Row("data, row 1", {}))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("n =", "not an expression"),
        ("n = 3", "not an expression"),
        ("import os", "not an expression"),
        ("not " * 5000 + "n", "nested too deeply"),
        ("-" * 100_000 + "n", "nested too deeply"),
        ("m == 3", "no field m; fields found: output, n, meta, tags, x"),
        ("__import__('os')", "no field __import__"),
        ("open('/etc/passwd')", "no field open"),
    ],
)
def test_what_is_wrong_with_a_condition_is_said_at_once(expression: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        Where(expression).check([Row("data, row 1", FIELDS)])


@pytest.mark.parametrize(
    "expression",
    [
        "len(x) < 3",
        "meta['source']",
        "n < 'a'",
        "output.__class__",
        "output.format(1)",
        "tags.append('c')",
        "9 ** 9 ** 9",
        "1 / 0",
        "(lambda: 1)()",
        "'%999999999d' % n",
        "f'{n:999999999}'",
        "'a' * 10 ** 9",
        "[n] * 10 ** 9",
        "1 << 10 ** 9",
        "int('9' * 99999)",
    ],
)
def test_a_condition_that_can_not_be_told_names_the_row(expression: str) -> None:
    with pytest.raises(UsageError, match=r"data, row 1: --where "):
        Where(expression).fits(Row("data, row 1", FIELDS))
    assert FIELDS["tags"] == ["a", "b"]


def test_a_condition_that_is_deep_ends_in_a_line() -> None:
    with pytest.raises(UsageError, match="nested too deeply"):
        Where(" + ".join(["n"] * 900)).fits(Row("data, row 1", FIELDS))


def test_nothing_is_sent_before_the_condition_is_known_to_be_one(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", ROWS)
    with serve() as server:
        options = ("--where", "len(category) == 2", *at(server))
        result = coevol("evolve", data, "--out", tmp_path / "run", *options)
        assert not server.requests
    assert result.code == 2
    assert_one_line(result.err, "row 3: --where len(category) == 2: object of type 'NoneType'")

"""Bad rows: they end a run before it begins, or go out as they came in, with the reason told."""

import json
from pathlib import Path

import pytest
import yaml

from runners.folder.evolved_dataset import EvolvedDataset
from tests.runners.commands import Result, assert_one_line, at, coevol
from tests.runners.datasets import Fields, plain, read_jsonl
from tests.support.server import serve

GOOD = [json.dumps(row).encode() for row in plain(2)]
ODD = b'{"instruction":"caf\\u00e9" ,  "output" : "so it is"}'
TALK = b'{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "so it is"}]}'

# A line, a line of its kind that is good, and what is said of the first.
BAD: dict[str, tuple[bytes, bytes, str]] = {
    "cut off": (b'{"instruction": ', ODD, "row 2: not JSON"),
    "no object": (b'"c"', ODD, "row 2: not an object"),
    "a number": (
        b'{"instruction":  "a","output":7}',
        ODD,
        "field output: must be text, but is int",
    ),
    "NaN": (b'{"instruction": "a", "output": NaN}', ODD, "but is float"),
    "half a surrogate": (
        b'{"instruction": "a", "output": "\\ud83d"}',
        ODD,
        "half a surrogate pair",
    ),
    "half a surrogate beside a text": (
        b'{"conversations": [{"from": "human", "value": "Q", "note": ["\\ud83d"]}]}',
        TALK,
        "message 0: holds half a surrogate pair",
    ),
    "half a surrogate in a tool": (
        b'{"instruction": "a", "output": "a", "tools": [{"name": "f", "description": "\\ud83d"}]}',
        ODD,
        "field tools: holds half a surrogate pair",
    ),
    "half a surrogate in a name": (b'{"\\ud83d": 1}', ODD, r"missing; fields found: \ud83d"),
    "not UTF-8": (b'{"instruction": "caf\xe9", "output": "a"}', ODD, "not UTF-8 at byte 20"),
    "a null conversation": (
        b'{"conversations":null , "id": 1}',
        TALK,
        "must be a list of messages",
    ),
    "no role": (b'{"conversations": [{"value": "\\u00e9"}]}', TALK, "must name who speaks"),
    "fields of nobody's": (b'{"text": "a"}', ODD, "field instruction: missing"),
}


def evolve(folder: Path, lines: list[bytes], *options: object) -> Result:
    """Evolve lines with the rehearsal model, kept where they are bad."""
    data = folder / "data.jsonl"
    data.write_bytes(b"\n".join(lines))
    kept = ("--bad-rows", "keep", "--model", "rehearsal")
    return coevol("evolve", data, "--out", folder / "run", *kept, *options)


@pytest.mark.parametrize("case", BAD)
def test_a_bad_row_goes_out_as_it_came_in(tmp_path: Path, case: str) -> None:
    bad, good, words = BAD[case]
    result = evolve(tmp_path, [good, bad, good])
    assert result.code == 3, result.err
    assert "3 rows: 2 finished" in result.err
    assert "1 failed" in result.err
    assert "1 x BadRow: " in result.err
    first, second, third = (tmp_path / "run" / "evolved.jsonl").read_bytes().splitlines()
    assert second == bad
    assert first == third != good
    (failure,) = read_jsonl(tmp_path / "run" / "failures.jsonl")
    assert (failure["position"], failure["stage"], failure["attempts"]) == (1, "data", 0)
    assert words in failure["message"]


@pytest.mark.parametrize("case", BAD)
def test_without_a_word_it_ends_the_run_and_says_how_to_keep_it(tmp_path: Path, case: str) -> None:
    bad, good, words = BAD[case]
    result = evolve(tmp_path, [good, bad], "--bad-rows", "stop")
    assert result.code == 2
    assert_one_line(result.err.split("\n", 1)[1], words, "--bad-rows keep")
    assert not (tmp_path / "run").exists()


def test_the_first_rows_may_be_bad(tmp_path: Path) -> None:
    result = evolve(tmp_path, [b"\xef\xbb\xbf{", b"[", ODD, b"}"])
    assert (result.code, "format: alpaca" in result.err) == (3, True)
    lines = (tmp_path / "run" / "evolved.jsonl").read_bytes().splitlines()
    assert [lines[0], lines[1], lines[3]] == [b"{", b"[", b"}"]


def test_a_dataset_of_bad_rows_alone_is_refused(tmp_path: Path) -> None:
    result = evolve(tmp_path, [b"{", b"{,"])
    assert (result.code, "row 1: not JSON" in result.err) == (2, True)


def test_a_list_has_bad_rows_too(tmp_path: Path) -> None:
    rows: list[object] = [*plain(1), "c", {**plain(1)[0], "output": None}]
    data, run = tmp_path / "data.json", tmp_path / "run"
    data.write_text(json.dumps(rows))
    options = ("--bad-rows", "keep", "--model", "rehearsal")
    assert coevol("evolve", data, "--out", run, *options).code == 3
    assert read_jsonl(run / "evolved.jsonl")[1:] == rows[1:]


def test_resume_and_a_second_start_know_of_it(tmp_path: Path) -> None:
    lines = [GOOD[0], b"{,", GOOD[1], b'{"instruction": 1, "output": "a"}']
    assert evolve(tmp_path, lines).code == 3
    run = tmp_path / "run"
    before = (run / "evolved.jsonl").read_bytes()
    assert yaml.safe_load((run / "run.yaml").read_text())["data"]["bad_rows"] == "keep"
    for again in (coevol("resume", run), coevol("resume", run, "--retry-failed")):
        assert again.code == 3, again.err
        assert (run / "evolved.jsonl").read_bytes() == before
        assert len(read_jsonl(run / "failures.jsonl")) == 2
    (tmp_path / "data.jsonl").write_bytes(b"\n".join([*lines, GOOD[0]]))
    assert evolve(tmp_path, [*lines, GOOD[0]]).code == 3
    assert (run / "evolved.jsonl").read_bytes().startswith(before)
    assert coevol("evolve", tmp_path / "data.jsonl", "--out", run, "--model", "rehearsal").code == 2


def test_no_call_is_made_for_them(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_bytes(b"\n".join([GOOD[0], *20 * [b'{"instruction": 1, "output": "a"}']]))
    with serve() as server:
        options = ("--rounds", 1, "--bad-rows", "keep", *at(server))
        assert coevol("evolve", data, "--out", tmp_path / "run", *options).code == 3
        assert len(server.requests) == 8
        estimate = coevol("estimate", data, "--bad-rows", "keep", *at(server))
    assert estimate.code == 0, estimate.err
    assert " 1 " in estimate.out


@pytest.mark.parametrize("case", ["cut off", "a null conversation"])
def test_what_looks_at_a_run_bears_them(tmp_path: Path, case: str) -> None:
    bad, good, _ = BAD[case]
    assert evolve(tmp_path, [good, bad]).code == 3
    run, out = tmp_path / "run", tmp_path / "out"
    for looking in (("status",), ("check",), ("show",), ("report",)):
        assert coevol(looking[0], run).code == 0, looking
    exported = coevol("export", run, "--to", "messages", "--out", out)
    assert (exported.code, "a bad row" in exported.out) == (0, True)
    assert len(read_jsonl(out / "data.jsonl")) == 1
    compared = coevol("compare", run, "--judge-model", "rehearsal", "--out", tmp_path / "won")
    assert compared.code == 0, compared.err
    rows: list[Fields] = list(EvolvedDataset(run))
    assert len(rows) == (1 if case == "cut off" else 2)


def test_rows_by_columns_as_pandas_writes_them(tmp_path: Path) -> None:
    columns = {"instruction": {"0": "Q", "7": "R"}, "output": {"0": "so it is", "7": "B."}}
    data, run = tmp_path / "data.json", tmp_path / "run"
    data.write_text(json.dumps(columns))
    assert coevol("evolve", data, "--out", run, "--model", "rehearsal").code == 0
    rows = read_jsonl(run / "evolved.jsonl")
    assert [row["instruction"] for row in rows] == ["Q", "R"]
    assert [list(row) for row in rows] == 2 * [["instruction", "output"]]

"""The folder of an export, and what is done about flaws on the way into it."""

import json
from pathlib import Path

import pytest

from runners.check.changed import flaws_of
from runners.errors import StorageError
from runners.export.folder import new_folder
from runners.folder.opened import open_run
from tests.runners.commands import assert_one_line, contents
from tests.runners.datasets import Fields, read_jsonl
from tests.runners.export.exports import evolved_rows, export, rows_of, run_of

ROWS: list[Fields] = [
    {"instruction": "Name colours.", "input": "", "output": "red, blue and green"},
    {"instruction": "Say more.", "input": "", "output": "so it is, and so it was, and will be"},
    {"instruction": "Name shapes.", "input": "", "output": "square, round and flat"},
]
LONGEST = ("--longest", "0.1")
"""Makes every changed response too long: the rehearsal model leaves no other flaw."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("folder"), ROWS)


def flawed(run: Path) -> list[bool]:
    """Which rows have a response that is too long by LONGEST."""
    with open_run(run) as opened:
        records = [record for _, _, record in opened.ledger.records()]
    return ["too_long" in flaws_of(record, 0.1) for record in records if record is not None]


def test_an_export_takes_the_place_of_an_earlier_one_and_of_nothing_else(
    run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "out"
    assert export(run, "trl", out).code == 0
    before = dict(contents(out))
    assert export(run, "trl", out).code == 0
    assert dict(contents(out)) == before
    other = export(run, "alpaca", out)
    assert (other.code, other.out) == (2, "")
    assert_one_line(other.err, str(out), "holds an export of another kind, --to trl", "--force")
    assert dict(contents(out)) == before
    assert export(run, "alpaca", out, "--force").code == 0
    assert sorted(path.name for path in out.rglob("*")) == ["data.jsonl", "export.yaml"]
    assert [path.name for path in out.parent.iterdir()] == ["out"]
    (out / "saves").mkdir()
    (out / "saves" / "model.bin").write_bytes(b"weeks of training")
    refused = export(run, "alpaca", out, "--force")
    assert refused.code == 2
    assert_one_line(refused.err, "saves/model.bin was added since the export", "another --out")


def test_a_file_that_was_changed_is_not_written_over(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export(run, "trl", out)
    settings = out / "sft_llama2.yaml"
    settings.write_text(settings.read_text().replace("meta-llama", "mine"))
    before = dict(contents(out))
    assert_one_line(export(run, "trl", out).err, "sft_llama2.yaml was changed since the export")
    assert dict(contents(out)) == before


@pytest.mark.parametrize("stamp", [None, "", "sha256: 3", "[a", "\x00"])
def test_a_folder_that_holds_something_else_is_left_alone(
    run: Path, tmp_path: Path, stamp: str | None
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.txt").write_text("all of it")
    if stamp is not None:
        (out / "export.yaml").write_text(stamp)
    before = dict(contents(out))
    refused = export(run, "alpaca", out)
    assert refused.code == 2
    assert_one_line(refused.err, "holds something else; give another --out")
    assert dict(contents(out)) == before


def test_a_file_in_the_way_and_a_folder_that_can_not_be(run: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert_one_line(export(run, "alpaca", tmp_path / "file").err, "is a file")
    below = export(run, "alpaca", tmp_path / "file" / "out")
    assert below.code == 4
    assert_one_line(below.err, "can't be written")
    assert_one_line(export(run, "alpaca", run).err, "holds something else")
    (tmp_path / "empty").mkdir()
    assert export(run, "alpaca", tmp_path / "empty").code == 0


def write_text(out: Path, text: str) -> None:
    """Export a text."""
    with new_folder(out, {"export": "text"}) as half:
        (half / "data.txt").write_text(text)


def test_where_no_folder_moves_onto_another_an_export_takes_the_place_of_an_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, out = Path.replace, tmp_path / "out"

    def as_on_windows(path: Path, target: Path) -> Path:
        if target.exists():
            raise PermissionError(13, "Access is denied")
        return move(path, target)

    write_text(out, "one")
    monkeypatch.setattr(Path, "replace", as_on_windows)
    write_text(out, "two")
    assert (out / "data.txt").read_text() == "two"
    assert list(tmp_path.iterdir()) == [out]


def test_an_earlier_export_stays_where_the_new_one_can_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    move, out = Path.replace, tmp_path / "out"

    def in_use(path: Path, target: Path) -> Path:
        if (path / "data.txt").read_text() == "two":
            raise PermissionError(13, "Access is denied")
        return move(path, target)

    write_text(out, "one")
    monkeypatch.setattr(Path, "replace", in_use)
    with pytest.raises(StorageError, match="out: can't be written: Access is denied"):
        write_text(out, "two")
    assert (out / "data.txt").read_text() == "one"
    assert list(tmp_path.iterdir()) == [out]


def test_flaws_are_told_and_rows_go_out_all_the_same(run: Path, tmp_path: Path) -> None:
    count = sum(flawed(run))
    assert count == 3
    result = export(run, "alpaca", tmp_path / "out", *LONGEST)
    assert f"flaws in {count} rows:" in result.out
    assert f"{count}  too_long" in result.out
    assert read_jsonl(tmp_path / "out" / "data.jsonl") == evolved_rows(run)


def test_rows_with_a_flaw_are_dropped_and_counted(tmp_path: Path) -> None:
    rows = [*ROWS, {"instruction": "Fine?", "input": "", "output": "Yes, it is fine as it stands."}]
    run = run_of(tmp_path, rows)
    is_flawed = flawed(run)
    kept = [row for row, bad in zip(evolved_rows(run), is_flawed, strict=True) if not bad]
    assert 0 < len(kept) < len(rows)
    for option in ("too_long", "all"):
        result = export(run, "alpaca", tmp_path / option, *LONGEST, "--drop", option)
        assert f"{sum(is_flawed)} rows dropped for a flaw" in result.out
        assert read_jsonl(tmp_path / option / "data.jsonl") == kept
    assert rows_of(run, "alpaca", *LONGEST, "--drop", "refusal") == evolved_rows(run)
    reverted = [
        row if bad else new
        for row, new, bad in zip(rows, evolved_rows(run), is_flawed, strict=True)
    ]
    result = export(run, "alpaca", tmp_path / "revert", *LONGEST, "--revert", "too_long")
    assert f"{sum(is_flawed)} rows keep their originals for a flaw" in result.out
    assert read_jsonl(tmp_path / "revert" / "data.jsonl") == reverted
    none = export(
        run_of(tmp_path, ROWS, name="bad"), "trl", tmp_path / "x", *LONGEST, "--drop", "all"
    )
    assert_one_line(none.err, "no rows to export", "dropped for a flaw: 3")


def test_a_pair_is_looked_at_by_itself(run: Path, tmp_path: Path) -> None:
    every = export(run, "preference", tmp_path / "every")
    assert "flaws in 0 pairs" in every.out
    ratios = {
        round(len(pair["chosen"][0]["content"]) / max(len(pair["rejected"][0]["content"]), 100), 6)
        for pair in read_jsonl(tmp_path / "every" / "trl" / "train.jsonl")
    }
    limit = sorted(ratios)[0]
    result = export(run, "preference", tmp_path / "some", "--longest", limit, "--drop", "too_long")
    assert "pairs dropped for a flaw" in result.out
    left = read_jsonl(tmp_path / "some" / "trl" / "train.jsonl")
    assert 0 < len(left) < len(read_jsonl(tmp_path / "every" / "trl" / "train.jsonl"))
    assert json.dumps(left)

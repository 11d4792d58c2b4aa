"""coevol report: what it writes where, of which runs, and what it says when it can't."""

import csv
import re
import xml.etree.ElementTree as ET
from html import unescape
from pathlib import Path

import pytest
from tiktoken import Encoding
from tiktoken.registry import ENCODINGS

from runners.calls.spent import Spent
from runners.folder.folder import RunFolder
from tests.runners.commands import assert_one_line, coevol
from tests.runners.report.small_run import by_hand
from tests.support.records import run_of, sample


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_run_from_the_command_line_to_the_page(tmp_path: Path) -> None:
    run = tmp_path / "run"
    coevol("evolve", "examples/alpaca_small.json", "--out", run)
    result = coevol("report", run)
    assert result.code == 0
    assert str(run / "report.html") in result.out
    page = (run / "report.html").read_text("utf-8")
    assert "rule-based and no language model" in page
    (row,) = read(run / "tables" / "headline.csv")
    assert (row["rows"], row["finished"], row["failed"], row["left"]) == ("12", "12", "0", "0")
    assert row["input_tokens"] == ""  # rules take no tokens, and 0 would be a claim
    for name in ("rounds", "lengths", "length_ratios", "verdicts", "acceptance"):
        figure = ET.parse(run / "figures" / f"{name}.svg").getroot()
        assert figure.tag.endswith("svg")
        assert (run / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_shares_are_of_the_rows_that_were_evolved(tmp_path: Path) -> None:
    run = tmp_path / "run"
    coevol("evolve", "examples/alpaca_small.json", "--out", run, "--sample", "4")
    assert coevol("report", run).code == 0
    (row,) = read(run / "tables" / "headline.csv")
    improved = int(row["improved"])
    assert row["finished"] == "12"
    assert float(row["improved_share"]) == pytest.approx(improved / 4, abs=1e-4)
    rounds = read(run / "tables" / "rounds.csv")
    assert sum(int(each["rows"]) for each in rounds) == 4
    words = f"{improved} rows with an accepted round of 4 that were evolved"
    assert words in (run / "report.html").read_text("utf-8")


def test_nothing_on_the_page_leads_away_from_it_and_ids_are_unique(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", by_hand())
    coevol("report", run, "--samples", "0")
    page = (run / "report.html").read_text("utf-8")
    addresses = set(re.findall(r"""(?:src|href|action)=["']([^"']+)""", page))
    assert all(each.startswith("#") for each in addresses)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_lengths_in_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ranks = {bytes([byte]): byte for byte in range(256)}  # a token a byte, as if it was loaded
    encoding = Encoding("bytes", pat_str=r".+", mergeable_ranks=ranks, special_tokens={})
    monkeypatch.setitem(ENCODINGS, "bytes", encoding)
    run = run_of(tmp_path / "run", [sample("one", "é <|endoftext|>", [])])
    assert coevol("report", run, "--tokenizer", "bytes").code == 0
    (row,) = read(run / "tables" / "lengths.csv")
    assert (row["unit"], row["mean_before"]) == ("tokens", "16.0")
    page = unescape((run / "report.html").read_text("utf-8"))
    assert "tokens of tiktoken's bytes" in page


def test_an_encoding_that_can_not_be_loaded_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "empty"))
    run = run_of(tmp_path / "run", [])
    result = coevol("report", run, "--tokenizer", "r50k_base")
    assert result.code == 2
    assert_one_line(result.err, "--tokenizer words needs none")


def test_several_runs_stand_side_by_side(tmp_path: Path) -> None:
    one, two = run_of(tmp_path / "a" / "run", by_hand()), run_of(tmp_path / "b" / "run", [])
    out = tmp_path / "both"
    assert coevol("report", one, two, "--out", out).code == 0
    assert [row["run"] for row in read(out / "tables" / "headline.csv")] == ["a/run", "b/run"]
    found = {path.name for path in (out / "figures").glob("*.svg")}
    assert found == {
        "rounds.svg",
        "lengths.svg",
        "length_ratios.svg",
        "acceptance.svg",
        "verdicts-1.svg",
        "verdicts-2.svg",
    }
    assert not (one / "report.html").exists()


def test_prices_of_ones_own(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", by_hand())
    coevol("report", run, "--price-in", "1000000", "--price-out", "2000000")
    assert read(run / "tables" / "headline.csv")[0]["cost_usd"] == "200.0"
    assert "$200.00" in (run / "report.html").read_text("utf-8")


def test_what_caches_gave_and_saved(tmp_path: Path) -> None:
    judging = Spent(10, 0, 100, 50, 10, 20, cached_told=10, cached_tokens=40)
    run = run_of(tmp_path / "run", by_hand(), judging=judging)
    coevol("report", run, "--price", "input=1000000,cached=250000,output=2000000")
    page = unescape((run / "report.html").read_text("utf-8"))
    assert "100 in (40% from cache), 50 out, 20 of them thinking" in page
    assert "$170.00" in page
    assert "$30.0000 saved by cache" in page


def test_fewer_samples_are_spread_evenly_and_the_figures_count_all(tmp_path: Path) -> None:
    rows = [sample(f"s{n}", "a b", []) for n in range(10)]
    run = run_of(tmp_path / "run", rows)
    assert coevol("report", run, "--samples", "3").code == 0
    assert "3 of 10 rows that are done are here" in (run / "report.html").read_text("utf-8")
    assert read(run / "tables" / "rounds.csv")[0]["rows"] == "10"


def test_a_report_of_a_run_at_work(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", by_hand(), unfinished=2)
    with RunFolder(run):  # as the process at work holds it
        assert coevol("report", run).code == 0
    assert "at work: 2 rows left" in (run / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{tmp}/nowhere"], "no run in this folder"),
        (["{run}", "{other}"], "give --out"),
        (["{run}", "{run}/../run", "--out", "{tmp}/out"], "given twice"),
        (["{run}", "--tokenizer", "no_such"], "words, "),
        (["{run}", "--out", "{run}/run.yaml"], "can't be written"),
    ],
)
def test_mistakes_are_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    run, other = run_of(tmp_path / "run", by_hand()), run_of(tmp_path / "other", [])
    given = [each.format(tmp=tmp_path, run=run, other=other) for each in arguments]
    result = coevol("report", *given)
    assert result.code in (2, 4)
    assert_one_line(result.err, words)
    assert not (tmp_path / "nowhere").exists()


def test_too_many_runs(tmp_path: Path) -> None:
    runs = [run_of(tmp_path / f"run{n}", []) for n in range(9)]
    assert_one_line(coevol("report", *runs, "--out", tmp_path / "out").err, "room for 8")

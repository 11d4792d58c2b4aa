"""How a comparison at work shows itself: a panel on a terminal, events for programs."""

import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from runners.comparison.watch import ComparisonSnapshot
from runners.run.progress import panel_of
from tests.runners.commands import coevol
from tests.runners.datasets import Fields, write_json
from tests.support.options import ServerOptions
from tests.support.pairs import planted
from tests.support.server import serve

PAIRS = planted({("b", "b"): 3, ("tie", "tie"): 1, ("a", "a"): 2})
PRICE = ("--price-in", 1, "--price-out", 1)


def sides(folder: Path, *more: tuple[str, str, str]) -> tuple[Path, Path]:
    """Two files with the planted pairs and others, as instruction, response and response."""
    rows = [(each.instruction, each.a, each.b) for each in PAIRS] + list(more)
    a: list[Fields] = [{"instruction": task, "output": text} for task, text, _ in rows]
    b: list[Fields] = [{"instruction": task, "output": text} for task, _, text in rows]
    return write_json(folder / "a.json", a), write_json(folder / "b.json", b)


def test_events_tell_how_far_it_is(tmp_path: Path) -> None:
    a, b = sides(tmp_path, ("Keep it.", "Same.", "Same."))
    with serve() as server:
        options = ("--judge-model", "openai:test-model", "--base-url", server.base_url, "--json")
        result = coevol("compare", a, b, *options, "--out", tmp_path, *PRICE)
    assert result.code == 0, result.err
    events = [json.loads(line) for line in result.out.splitlines()]
    assert sum(event["event"] == "pair" for event in events) == len(PAIRS)
    last = [event for event in events if event["event"] == "progress"][-1]
    told = {name: last[name] for name in ("pairs", "done", "wins", "ties", "losses", "failed")}
    assert told == {"pairs": 7, "done": 7, "wins": 3, "ties": 2, "losses": 2, "failed": 0}
    assert (last["calls"], last["in_flight"]) == (2 * len(PAIRS), 0)
    assert last["cost_usd"] == last["projected_cost_usd"] > 0
    assert events[-1]["comparison"]["wins"] == 3


def test_a_panel_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal, as far as the panel knows
    a, b = sides(tmp_path, ("Say POISON to it.", "One.", "Two."), ("Keep it.", "Same.", "Same."))
    with serve(ServerOptions(latency=0.35, poison="POISON")) as server:
        options = ("--judge-model", "openai:test-model", "--base-url", server.base_url)
        limits = ("--concurrency", 2, "--attempts", 1)
        result = coevol("compare", a, b, *options, *limits, "--out", tmp_path)
    assert result.code == 3
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", result.err)
    frames = re.findall(r"(\d+)/8 pairs \| (\d) wins \| (\d) ties \| (\d) losses", text)
    assert len(frames) > 1
    assert [sum(map(int, each[1:])) for each in frames] == sorted(
        sum(map(int, each[1:])) for each in frames
    )
    assert "in flight" in text
    assert "tokens" in text
    assert re.search(r"ETA 0:00:0\d", text)


NOW = ComparisonSnapshot(
    pairs=2, done=1, wins=0, ties=0, losses=0, failed=1, in_flight=1, limit=1, calls=1,
    calls_per_second=1.0, input_tokens=1, output_tokens=1, reasoning_tokens=None,
    cached_tokens=None, cache_written_tokens=None, cache_written_1h_tokens=None,
    cached_share=None, saved_usd=None,
    cost_usd=None, projected_cost_usd=None, eta_seconds=None, trouble="429 [/red]",
    last_error="[/INST] [b]",
)  # fmt: skip


def drawn(width: int) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(panel_of(NOW))
    return captured.get()


def test_what_an_endpoint_says_is_no_markup() -> None:
    assert "waiting: 429 [/red]" in drawn(200)
    assert "last error: [/INST] [b]" in drawn(200)


def test_a_narrow_terminal_has_room_for_the_words() -> None:
    bar, *words = [each.rstrip() for each in drawn(40).splitlines()]
    assert set(bar) <= set("━╸╺")
    assert words[0].startswith("1/2 pairs | 0 wins")
    assert len(words) == 4

"""What --metrics serves: the figures of the summary while a run is at work, on loopback alone."""

import json
import socket
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from runners.watching.address import read_address
from tests.runners.commands import assert_one_line, at, coevol, started
from tests.runners.datasets import alpacas, plain
from tests.runners.watching.scraped import Figures, last_figures
from tests.support.ports import free_port
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve


def spent_of(summary: dict[str, Any], name: str) -> dict[tuple[str, ...], float]:
    return {(each["role"], each["model"]): each[name] for each in summary["calls_by_role"]}


def test_the_last_figures_are_those_of_the_summary(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", alpacas(20)), tmp_path / "run"
    faults = Faults(error_500=0.2, attempts=1)
    with serve(ServerOptions(faults=faults)) as server:
        options = (*at(server), "--price-in", 1, "--price-out", 2)
        code, found = last_figures(tmp_path, "evolve", data, "--out", run, *options)
        refused = server.refused
    summary = json.loads((run / "summary.json").read_bytes())
    assert code == 0
    check_rows(found, summary)
    check_calls(found, summary, refused)
    check_spending(found, summary)
    check_judge(found, summary)
    check_editor(found, summary)


def check_rows(found: Figures, summary: dict[str, Any]) -> None:
    rows = summary["rows"]
    unchanged = rows["finished"] - rows["improved"]
    assert found["coevol_rows"] == {
        ("improved",): rows["improved"],
        ("unchanged",): unchanged,
        ("failed",): 0,
        ("left",): 0,
    }
    refused = {(guard,): edits for guard, edits in summary["guards"]["refused"].items()}
    assert found.get("coevol_guard_refusals_total", {}) == refused
    assert sum(found["coevol_rounds_total"].values()) == summary["rounds"]["run"]


def check_calls(found: Figures, summary: dict[str, Any], refused: int) -> None:
    calls = found["coevol_calls_total"]
    by = {(role, outcome): n for (_, outcome, role), n in calls.items()}
    answered = spent_of(summary, "answered")
    assert {(role, "answered"): n for (role, _), n in answered.items()} == {
        whose: n for whose, n in by.items() if whose[1] == "answered"
    }
    assert sum(n for (_, outcome), n in by.items() if outcome == "transient") == refused > 0
    counted = found["coevol_call_seconds_count"]
    assert sum(counted.values()) == summary["calls"]["answered"]
    assert found["coevol_first_byte_seconds_count"] == {
        ("openai:test-model",): summary["calls"]["answered"]
    }


def check_spending(found: Figures, summary: dict[str, Any]) -> None:
    for kind in ("input", "output"):
        tokens = {role: n for (k, _, role), n in found["coevol_tokens_total"].items() if k == kind}
        told = spent_of(summary, f"{kind}_tokens")
        assert tokens == {role: n for (role, _), n in told.items()}
    cost = sum(found["coevol_cost_usd_total"].values())
    assert cost == pytest.approx(summary["calls"]["cost_usd"])


def check_judge(found: Figures, summary: dict[str, Any]) -> None:
    for name in ("flip_share", "unparsable_share", "first_place_share"):
        assert found[f"coevol_judge_{name}"][()] == summary["judge"][name]


def check_editor(found: Figures, summary: dict[str, Any]) -> None:
    assert found["coevol_editor_rounds"][()] == summary["editor"]["rounds"] > 0
    assert found["coevol_editor_unchanged_share"][()] == summary["editor"]["unchanged_share"]


@pytest.mark.parametrize(("ceiling", "shown"), [((), []), (("--rpm", 6000), [100])])
def test_a_limit_of_calls_a_second_is_told_where_there_is_one(
    tmp_path: Path, server: Server, ceiling: tuple[object, ...], shown: list[float]
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2))
    options = (*at(server), *ceiling)
    _, found = last_figures(tmp_path, "evolve", data, "--out", tmp_path / "run", *options)
    assert list(found.get("coevol_calls_rate_limit", {}).values()) == shown


def test_a_comparison_is_watched_too(tmp_path: Path, server: Server) -> None:
    one = write_jsonl(tmp_path / "a.jsonl", plain(6))
    two = write_jsonl(tmp_path / "b.jsonl", [{**row, "output": "Other."} for row in plain(6)])
    judge = ("--judge-model", "openai:test-model", "--base-url", server.base_url)
    code, found = last_figures(tmp_path, "compare", one, two, "--out", tmp_path / "c", *judge)
    assert code == 0
    assert sum(found["coevol_pairs"].values()) == 6
    assert sum(found["coevol_calls_total"].values()) == server.answered
    assert "coevol_editor_unchanged_share" not in found  # nobody edits


@contextmanager
def taken() -> Generator[int]:
    """A port at which somebody else listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield listener.getsockname()[1]


def test_a_port_in_use_is_said_before_anything_is_sent(tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    with taken() as port:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--metrics", port)
    assert result.code == 2
    assert_one_line(result.err, f"--metrics 127.0.0.1:{port}", "Address already in use", "another")
    assert (server.requests, server.greetings) == ([], [])
    assert not (tmp_path / "run").exists()


def test_a_run_listens_on_loopback_alone(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    port = free_port()
    with (
        serve(ServerOptions(slots=0)) as server,
        started("evolve", data, "--out", tmp_path / "run", *at(server), "--metrics", port) as run,
    ):
        assert run.stderr is not None
        assert run.stderr.readline() == f"metrics: http://127.0.0.1:{port}/metrics\n"
        with urlopen(f"http://127.0.0.1:{port}/metrics") as reply:
            assert b"coevol_run_info" in reply.read()
        with pytest.raises(ConnectionRefusedError):  # whoever listens everywhere answers there too
            socket.create_connection(("127.0.0.2", port)).close()


@pytest.mark.parametrize(
    ("given", "address"),
    [
        (9464, "127.0.0.1:9464"),
        ("9464", "127.0.0.1:9464"),
        ("0.0.0.0:9464", "0.0.0.0:9464"),
        ("metrics.local:1", "metrics.local:1"),
        ("[::1]:9464", "[::1]:9464"),
    ],
)
def test_addresses(given: int | str, address: str) -> None:
    assert str(read_address(given)) == address


@pytest.mark.parametrize("given", ["", "host", ":9464", "::1:9464", "1:2:3", "127.0.0.1:", "65536"])
def test_what_is_no_address(given: str, tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", f"--metrics={given}")
    assert result.code == 2
    assert_one_line(result.err, f"--metrics {given}", "HOST:PORT")


def test_without_the_extra_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", "--metrics", 9464)
    assert result.code == 2
    assert_one_line(result.err, "--metrics", "pip install 'coevol[metrics]'")

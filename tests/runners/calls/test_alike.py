"""Several endpoints with the same model: calls go to whichever is least busy, and none is lost."""

import json
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
import yaml

from runners import evolve
from tests.runners.commands import after, assert_one_line, coevol, ended, started, wait_until
from tests.runners.datasets import alpacas, evolved, plain, read_jsonl
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve

MODEL = ["--model", "openai:test-model"]


@pytest.fixture
def pair() -> Generator[tuple[Server, Server]]:
    with serve(ServerOptions(latency=0.02)) as one, serve(ServerOptions(latency=0.02)) as two:
        yield one, two


def at_each(*servers: Server) -> list[str]:
    """The options that lead to all of them."""
    return [*MODEL, *(word for each in servers for word in ("--base-url", each.base_url))]


def paid_twice(*servers: Server) -> int:
    """How many answers were paid for twice, wherever; an empty one may be asked for again."""
    good = [r for each in servers for r in each.requests if (r.answer or "").strip()]
    return len(good) - len({json.dumps(request.body) for request in good})


def test_they_share_the_calls_each_within_its_own_limit(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    one, two = pair
    two.change(latency=0.06)
    rows = alpacas(24)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    result = coevol("evolve", data, "--out", run, "--concurrency", 3, *at_each(one, two))
    assert result.code == 0, result.err
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert (one.peak_in_flight, two.peak_in_flight) == (3, 3)
    assert one.answered > two.answered > one.answered / 10
    assert paid_twice(one, two) == 0
    summary = json.loads((run / "summary.json").read_bytes())
    assert summary["calls"]["answered"] == one.answered + two.answered


def test_one_that_is_killed_is_left_out_and_used_again_when_it_is_back(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    one, two = pair
    rows = alpacas(60)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    command = ["evolve", data, "--out", run, "--json", "--concurrency", 4, *at_each(one, two)]
    with started(*command) as process:
        wait_until(lambda: one.answered > 60 and two.answered > 60)
        two.stop()
        at_its_death, others = two.answered, one.answered
        wait_until(lambda: one.answered > others + 200)
        assert process.poll() is None
        two.start()
        wait_until(lambda: two.answered > at_its_death + 20 or process.poll() is not None)
        result = ended(process)
    assert result.code == 0, result.err
    assert two.answered > at_its_death + 20
    assert (run / "failures.jsonl").read_bytes() == b""
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert paid_twice(one, two) <= 4  # answers that were on their way when the connection was cut


@pytest.mark.parametrize("concurrency", [1, 4])
def test_one_with_nothing_but_errors_costs_no_row(
    tmp_path: Path, pair: tuple[Server, Server], concurrency: int
) -> None:
    one, two = pair
    one.change(faults=Faults(error_500=1), faults_persist=True)
    rows = plain(12)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    options = ["--concurrency", concurrency, *at_each(one, two)]
    assert coevol("evolve", data, "--out", run, *options).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert one.answered == 0
    assert one.refused < 30


def test_one_that_is_away_from_the_start_is_said_and_left_out(
    tmp_path: Path, pair: tuple[Server, Server]
) -> None:
    one, two = pair
    one.stop()
    rows = plain(6)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    assert coevol("evolve", data, "--out", run, *at_each(one, two)).code == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    assert f"{one.base_url}: no answer" in (run / "run.log").read_text()


def test_all_away_is_told_as_of_one(tmp_path: Path, pair: tuple[Server, Server]) -> None:
    one, two = pair
    rows = plain(20)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    start = ["evolve", data, "--out", run, "--concurrency", 4, *at_each(one, two)]
    with after(one, 30, lambda: (one.stop(), two.stop())):
        result = coevol(*start, "--give-up-after", 0.05)
    assert result.code == 4
    assert "gave up and can be resumed" in result.err.splitlines()[-1]
    away = coevol(*start)
    assert away.code == 2
    assert_one_line(away.err.splitlines()[-1] + "\n", "no answer", "is the server running")
    one.start()
    two.start()
    assert coevol("resume", run).code == 0
    assert paid_twice(one, two) <= 8
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)


@pytest.mark.parametrize("is_first", [True, False])
def test_a_run_goes_on_with_further_addresses_and_pays_nothing_again(
    tmp_path: Path, pair: tuple[Server, Server], is_first: bool
) -> None:
    one, two = pair
    rows = plain(12)
    data, run = write_jsonl(tmp_path / "data.jsonl", rows), tmp_path / "run"
    start = ["evolve", data, "--out", run]
    assert coevol(*start, "--limit", 4, *at_each(one)).code == 0
    servers = (one, two) if is_first else (two, one)
    assert coevol(*start, *at_each(*servers)).code == 0
    assert two.answered > 0
    assert paid_twice(one, two) == 0
    assert read_jsonl(run / "evolved.jsonl") == evolved(rows)
    context = yaml.safe_load((run / "run.yaml").read_text())["settings"]["context"]
    assert context["base_url"] == [one.base_url, two.base_url]
    assert coevol(*start, *at_each(one)).code == 0  # and again without it
    refused = coevol(*start, *at_each(two))
    assert refused.code == 2
    assert_one_line(refused.err, "base_url", "--out")


def test_every_way_of_saying_it(
    tmp_path: Path, pair: tuple[Server, Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    urls = [one.base_url, two.base_url]
    data = write_jsonl(tmp_path / "data.jsonl", plain(4))
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(yaml.safe_dump({"model": "openai:test-model", "base_url": urls}))
    command = ["evolve", data, "--concurrency", 1]
    said: dict[str, Callable[[Path], int]] = {
        "recipe": lambda out: coevol(*command, "--out", out, "--config", recipe).code,
        "environment": lambda out: coevol(*command, "--out", out, *MODEL).code,
        "role": lambda out: (
            coevol(
                *command,
                "--out",
                out,
                *at_each(one),
                "--set",
                f"editor.base_url={json.dumps(urls)}",
            ).code
        ),
        "Python": lambda out: (
            evolve(
                plain(4), out, model="openai:test-model", base_url=urls, concurrency=1
            ).counts.failed
        ),
    }
    for name, run in said.items():
        before = one.answered, two.answered
        if name == "environment":
            monkeypatch.setenv("COEVOL_BASE_URL", " ".join(urls))
        assert run(tmp_path / name) == 0, name
        monkeypatch.delenv("COEVOL_BASE_URL", raising=False)
        assert one.answered > before[0], name
        assert two.answered > before[1], name
        assert read_jsonl(tmp_path / name / "evolved.jsonl") == evolved(plain(4))

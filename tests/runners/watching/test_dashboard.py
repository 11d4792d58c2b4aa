"""The example files for Prometheus and Grafana, with a real Prometheus that scrapes a real run."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.runners.commands import started, wait_until
from tests.runners.datasets import alpacas, plain
from tests.support.ports import free_port
from tests.support.prometheus import Prometheus, serve_prometheus
from tests.support.rows import write_jsonl
from tests.support.server import Faults, Server, ServerOptions, serve

EXAMPLES = Path(__file__).parents[3] / "examples"
MAY_BE_EMPTY = ("guard_refusals", "rate_limit")
"""What not every run has."""


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard."""
    return json.loads((EXAMPLES / "grafana-dashboard.json").read_bytes())["panels"]


def asked_by(panel: dict[str, Any]) -> list[str]:
    """All that a panel asks, with what Grafana puts in."""
    asked = [target["expr"] for target in panel["targets"]]
    return [each.replace("$__rate_interval", "30s").replace("$instance", ".+") for each in asked]


def queries() -> list[str]:
    """All that the dashboard asks."""
    return [each for panel in panels() for each in asked_by(panel)]


def panel_called(title: str) -> dict[str, Any]:
    """The panel with this title."""
    (panel,) = [each for each in panels() if each["title"] == title]
    return panel


def value_of(title: str, prometheus: Prometheus) -> float:
    """What a panel with one value shows now."""
    (series,) = prometheus.query(*asked_by(panel_called(title)))
    return float(series["value"][1])


def config_for(port: int) -> dict[str, Any]:
    """The example's configuration for a run at this port, scraped more often."""
    config = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())
    config["global"]["scrape_interval"] = "1s"
    (job,) = config["scrape_configs"]
    job["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    return config


@contextmanager
def scraped(folder: Path, server: Server, *command: object) -> Generator[Prometheus]:
    """A command that is at work for as long as a Prometheus looks at it."""
    port = free_port()
    options = ("--concurrency", 4, "--metrics", port, "--quiet")
    with (
        started(*command, "--base-url", server.base_url, *options),
        serve_prometheus(config_for(port), folder) as prometheus,
    ):
        yield prometheus


@contextmanager
def scraped_run(folder: Path) -> Generator[Prometheus]:
    """A run of many rows, with a price and an endpoint that refuses some calls."""
    data = write_jsonl(folder / "data.jsonl", alpacas(600))
    faults = Faults(error_500=0.1, too_many=0.05, attempts=1)
    options = ServerOptions(latency=0.02, slots=4, faults=faults, retry_after=0.01)
    command = ("evolve", data, "--out", folder / "run", "--model", "openai:test-model")
    prices = ("--price-in", 1, "--price-out", 2)
    with serve(options) as server, scraped(folder, server, *command, *prices) as prometheus:
        yield prometheus


def test_every_query_of_the_dashboard_has_its_answer(tmp_path: Path) -> None:
    asked = [each for each in queries() if not any(name in each for name in MAY_BE_EMPTY)]
    with scraped_run(tmp_path) as prometheus:
        wait_until(lambda: all(map(prometheus.query, asked)))
        assert all(isinstance(prometheus.query(each), list) for each in queries())
        assert 0 < value_of("Done", prometheus) < 1
        assert 0 < value_of("Time left", prometheus) < float("inf")
        assert value_of("Failed", prometheus) == 0
        roles = prometheus.query("sum by (role) (coevol_calls_total)")
        assert {"positive", "critical", "advisor", "editor", "judge"} == {
            each["metric"]["role"] for each in roles
        }
        outcomes = prometheus.query("sum by (outcome) (coevol_calls_total)")
        assert {"answered", "transient", "throttled"} <= {
            each["metric"]["outcome"] for each in outcomes
        }


def test_a_comparison_is_shown_too(tmp_path: Path) -> None:
    sides = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for side, output in zip(sides, ("One.", "Other."), strict=True):
        write_jsonl(side, [{**row, "output": output} for row in plain(400)])
    judge = ("--judge-model", "openai:test-model", "--unfit-judge", "go-on")
    command = ("compare", *sides, "--out", tmp_path / "c", *judge)
    slow = ServerOptions(latency=0.05, slots=4)
    with serve(slow) as server, scraped(tmp_path, server, *command) as prometheus:
        wait_until(lambda: prometheus.query(*asked_by(panel_called("Time left"))))
        assert 0 < value_of("Time left", prometheus) < float("inf")
        assert 0 < value_of("Done", prometheus) < 1
        assert value_of("Failed", prometheus) == 0


def test_the_dashboard_asks_for_nothing_that_is_not_there() -> None:
    """The page of docs names all series that it shows."""
    page = (EXAMPLES.parent / "docs/watching.md").read_text("utf-8")
    named = {name for each in queries() for name in re.findall(r"coevol_\w+", each)}
    told = {re.sub(r"_bucket$", "", name) for name in named}
    assert [name for name in sorted(told) if f"`{name}`" not in page] == []

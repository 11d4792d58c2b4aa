"""The example files for Prometheus and Grafana, with a real Prometheus that scrapes a real run."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.runners.commands import at, started, wait_until
from tests.runners.datasets import alpacas
from tests.support.ports import free_port
from tests.support.prometheus import Prometheus, serve_prometheus
from tests.support.rows import write_jsonl
from tests.support.server import Faults, ServerOptions, serve

EXAMPLES = Path(__file__).parents[3] / "examples"
MAY_BE_EMPTY = ("guard_refusals",)
"""What not every run has."""


def panels() -> list[dict[str, Any]]:
    """The panels of the dashboard."""
    return json.loads((EXAMPLES / "grafana-dashboard.json").read_bytes())["panels"]


def queries() -> list[str]:
    """All that the dashboard asks, with what Grafana puts in."""
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [each.replace("$__rate_interval", "30s").replace("$instance", ".+") for each in asked]


def config_for(port: int) -> dict[str, Any]:
    """The example's configuration for a run at this port, scraped more often."""
    config = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())
    config["global"]["scrape_interval"] = "1s"
    (job,) = config["scrape_configs"]
    job["static_configs"][0]["targets"] = [f"127.0.0.1:{port}"]
    return config


@contextmanager
def scraped_run(folder: Path) -> Generator[Prometheus]:
    """A run that is at work for as long as a Prometheus looks at it."""
    port, data = free_port(), write_jsonl(folder / "data.jsonl", alpacas(600))
    faults = Faults(error_500=0.1, too_many=0.05, attempts=1)
    options = ServerOptions(latency=0.02, slots=4, faults=faults, retry_after=0.01)
    prices = ("--price-in", 1, "--price-out", 2)
    with (
        serve(options) as server,
        started(
            *("evolve", data, "--out", folder / "run", *at(server), *prices),
            *("--concurrency", 4, "--metrics", port, "--quiet"),
        ),
        serve_prometheus(config_for(port), folder) as prometheus,
    ):
        yield prometheus


def test_every_query_of_the_dashboard_has_its_answer(tmp_path: Path) -> None:
    asked = [each for each in queries() if not any(name in each for name in MAY_BE_EMPTY)]
    with scraped_run(tmp_path) as prometheus:
        wait_until(lambda: all(map(prometheus.query, asked)))
        assert all(isinstance(prometheus.query(each), list) for each in queries())
        (done,) = prometheus.query(asked[0])
        assert 0 < float(done["value"][1]) < 1
        roles = prometheus.query("sum by (role) (coevol_calls_total)")
        assert {"positive", "critical", "advisor", "editor", "judge"} == {
            each["metric"]["role"] for each in roles
        }
        outcomes = prometheus.query("sum by (outcome) (coevol_calls_total)")
        assert {"answered", "transient", "throttled"} <= {
            each["metric"]["outcome"] for each in outcomes
        }


def test_the_dashboard_asks_for_nothing_that_is_not_there() -> None:
    """The page of docs names all series that it shows."""
    page = (EXAMPLES.parent / "docs/watching.md").read_text("utf-8")
    named = {name for each in queries() for name in re.findall(r"coevol_\w+", each)}
    told = {re.sub(r"_bucket$", "", name) for name in named}
    assert [name for name in sorted(told) if f"`{name}`" not in page] == []

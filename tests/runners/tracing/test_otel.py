"""What an OpenTelemetry collector gets of a run: spans and metrics by the gen_ai conventions."""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from runners import evolve
from tests.runners.commands import at, coevol, ended, started
from tests.runners.datasets import alpacas, plain, read_jsonl
from tests.runners.tracing.traced import environment, tracing, warnings_in
from tests.support.otlp import Collector, Span, serve_otlp
from tests.support.ports import free_port
from tests.support.rows import write_jsonl
from tests.support.server import Server, ServerOptions, serve

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@contextmanager
def collecting(
    variables: Mapping[str, str] | None = None, status: int = 200
) -> Generator[Collector]:
    """Have a collector, and variables that lead to it."""
    with (
        serve_otlp(status) as collector,
        environment({ENDPOINT: collector.endpoint, **(variables or {})}),
    ):
        yield collector


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "data.jsonl", alpacas(6))


def drawn(spans: list[Span], parent: str | None = None, depth: int = 0) -> list[str]:
    """The names of a tree of spans, those inside another below it, in the order of their start."""
    lines: list[str] = []
    inside = [each for each in spans if each.get("parentSpanId") == parent]
    for each in sorted(inside, key=lambda each: (int(each["startTimeUnixNano"]), each["name"])):
        lines += ["  " * depth + each["name"], *drawn(spans, each["spanId"], depth + 1)]
    return lines


def of_kind(spans: list[Span], operation: str) -> list[Span]:
    return [each for each in spans if each["attributes"].get("gen_ai.operation.name") == operation]


ROUND = """
  new_round
  invoke_agent critical
    chat test-model
  invoke_agent positive
    chat test-model
  invoke_agent critical
    chat test-model
  invoke_agent positive
    chat test-model
  invoke_agent advisor
    chat test-model
  invoke_agent editor
    chat test-model
  guard
  invoke_agent judge
    chat test-model
  invoke_agent judge
    chat test-model
  verdict"""


def test_the_spans_of_a_row(tmp_path: Path, server: Server) -> None:
    data, run = write_jsonl(tmp_path / "data.jsonl", plain(1)), tmp_path / "run"
    with collecting() as collector:
        options = ("--out", run, *at(server), "--rounds", 1)
        result = coevol("evolve", data, *options)
    assert (result.code, warnings_in(result.err)) == (0, [])
    spans = collector.spans()
    assert sorted(drawn(spans)) == sorted(["invoke_workflow coevol", *ROUND.split("\n")[1:]])
    (root,) = of_kind(spans, "invoke_workflow")
    (record,) = read_jsonl(run / "evolutions.jsonl")
    assert root["attributes"]["coevol.sample_id"] == record["id"]
    assert root["attributes"]["coevol.position"] == 0
    assert root["attributes"]["coevol.outcome"] == "finished"
    assert {each["traceId"] for each in spans} == {root["traceId"]}
    assert all(each["attributes"]["coevol.round"] == 1 for each in of_kind(spans, "invoke_agent"))


def test_calls_have_their_model_and_their_tokens(
    data: Path, tmp_path: Path, server: Server
) -> None:
    run = tmp_path / "run"
    with collecting() as collector:
        assert coevol("evolve", data, "--out", run, *at(server)).code == 0
    calls = [each["attributes"] for each in of_kind(collector.spans(), "chat")]
    asked = [each for each in calls if not each["coevol.from_journal"]]
    for each in asked:
        assert each["gen_ai.provider.name"] == "openai"
        assert each["gen_ai.request.model"] == each["gen_ai.response.model"] == "test-model"
        assert each["gen_ai.request.max_tokens"] == 1000
    usage = [record["usage"] for record in read_jsonl(run / "evolutions.jsonl")]
    for kind in ("input", "output"):
        told = sum(each.get(f"gen_ai.usage.{kind}_tokens", 0) for each in calls)
        assert told == sum(each[f"{kind}_tokens"] for each in usage)


def test_no_text_and_no_key_leaves(tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(2, "heron"))
    with tracing() as langsmith, collecting() as collector:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
    assert (result.code, warnings_in(result.err)) == (0, [])
    sent = b"".join(body for _, body in collector.taken)
    assert b"invoke_agent" in sent
    assert b"heron" not in sent
    key = langsmith.variables["LANGSMITH_API_KEY"]
    assert not [each for each in collector.headers if key in str(each)]


def test_langsmith_and_opentelemetry_trace_the_same_rows(tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(40))
    with tracing() as langsmith, collecting() as collector:
        options = ("--trace-sample", 0.2, "--rounds", 1)
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server), *options).code == 0
        roots = {root.name for root in langsmith.traces.roots()}
    spans = of_kind(collector.spans(), "invoke_workflow")
    assert {each["attributes"]["coevol.sample_id"] for each in spans} == roots
    assert 0 < len(roots) < 40


@pytest.mark.parametrize(
    "variables",
    [
        {"LANGSMITH_OTEL_ENABLED": "true"},
        {"LANGSMITH_TRACING_MODE": "hybrid"},
        {"LANGSMITH_OTEL_ONLY": "true"},
        {"LANGSMITH_TRACING_MODE": "otel"},
    ],
)
def test_langsmiths_own_ways_to_opentelemetry_send_nothing_twice(
    variables: dict[str, str], tmp_path: Path, server: Server
) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    is_alone = "hybrid" not in variables.values() and "LANGSMITH_OTEL_ENABLED" not in variables
    with tracing() as langsmith, collecting(variables) as collector:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server), "--rounds", 1)
        assert (result.code, warnings_in(result.err)) == (0, [])
        assert len(langsmith.traces.roots()) == (0 if is_alone else 1)
    roots = [each for each in collector.spans() if "parentSpanId" not in each]
    assert [each["name"] for each in roots] == ["invoke_workflow coevol"]


def test_spans_of_a_run_from_python(tmp_path: Path, server: Server) -> None:
    out, address = tmp_path / "run", server.base_url
    with collecting() as collector:
        evolve(plain(2), out=out, rounds=1, model="openai:test-model", base_url=address)
    assert len(of_kind(collector.spans(), "invoke_workflow")) == 2


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({}, "coevol"),
        ({"OTEL_SERVICE_NAME": "night"}, "night"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=day,host.name=a"}, "day"),
    ],
)
def test_who_sends(variables: dict[str, str], name: str, tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    with collecting(variables) as collector:
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 0
    assert collector.services() == {name}


def test_a_row_that_failed(tmp_path: Path) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(1))
    poisoned = ServerOptions(poison="0.", poison_status=400)
    with collecting() as collector, serve(poisoned) as server:
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 3
    spans = collector.spans()
    (root,) = of_kind(spans, "invoke_workflow")
    assert root["attributes"]["coevol.outcome"] == "failed"
    assert root["status"]["code"] == "STATUS_CODE_ERROR"
    (failed, *_) = [each for each in of_kind(spans, "chat") if each["status"]]
    assert failed["attributes"]["error.type"] == "CallError"


def test_metrics_of_calls(data: Path, tmp_path: Path, server: Server) -> None:
    with collecting() as collector:
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 0
    metrics = collector.metrics()
    assert set(metrics) == {"gen_ai.client.operation.duration", "gen_ai.client.token.usage"}
    seconds, tokens = metrics.values()
    assert sum(int(each["count"]) for each in seconds) == server.answered
    assert {each["attributes"]["gen_ai.agent.name"] for each in seconds} == {
        *("positive", "critical", "advisor", "editor", "judge"),
    }
    kinds = {each["attributes"]["gen_ai.token.type"] for each in tokens}
    assert kinds == {"input", "output"}


def test_a_collector_that_refuses_is_said_in_a_line_each(
    data: Path, tmp_path: Path, server: Server
) -> None:
    with collecting(status=403):
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
    check_loss(result.code, result.err)


def check_loss(code: int, err: str) -> None:
    assert code == 0
    spans, metrics = warnings_in(err)
    assert "spans are missing in OpenTelemetry" in spans
    assert "the last metrics are missing in OpenTelemetry" in metrics
    assert "Traceback" not in err


@pytest.mark.slow
def test_nobody_listens(tmp_path: Path, server: Server) -> None:
    data = write_jsonl(tmp_path / "data.jsonl", plain(3))
    with (
        environment({ENDPOINT: f"http://127.0.0.1:{free_port()}"}),
        started("evolve", data, "--out", tmp_path / "run", *at(server)) as process,
    ):
        result = ended(process)
    check_loss(result.code, result.err)


def test_without_the_extra_the_run_goes_on(
    data: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk", None)
    with collecting() as collector:
        result = coevol("evolve", data, "--out", tmp_path / "run", *at(server))
    assert result.code == 0
    assert all("pip install 'coevol[otel]'" in line for line in warnings_in(result.err))
    assert len(warnings_in(result.err)) == 2
    assert collector.taken == []


@pytest.mark.parametrize(
    "variables",
    [
        {"OTEL_SDK_DISABLED": "true"},
        {"OTEL_TRACES_EXPORTER": "none", "OTEL_METRICS_EXPORTER": "none"},
    ],
)
def test_what_is_switched_off(
    variables: dict[str, str], data: Path, tmp_path: Path, server: Server
) -> None:
    with collecting(variables) as collector:
        assert coevol("evolve", data, "--out", tmp_path / "run", *at(server)).code == 0
    assert collector.taken == []

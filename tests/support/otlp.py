"""A loopback OpenTelemetry collector: accepts what an SDK sends over HTTP, and decodes it.

with serve_otlp() as collector:
    ...  # OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint
    collector.spans()
"""

import gzip
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans

Span = dict[str, Any]
"""Name, ids, times, and `attributes` by name."""


class Collector:
    """What came in so far."""

    def __init__(self, endpoint: str, status: int) -> None:
        self.endpoint, self.status = endpoint, status
        self.taken: list[tuple[str, bytes]] = []
        """Bodies by path."""
        self.headers: list[dict[str, str]] = []

    def spans(self) -> list[Span]:
        """All spans."""
        return [
            _plain(MessageToDict(span))
            for resource in self._spans()
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def services(self) -> set[Any]:
        """The names of the services whose spans came."""
        found = (MessageToDict(each.resource) for each in self._spans())
        return {_plain(each)["attributes"]["service.name"] for each in found}

    def _spans(self) -> Iterator[ResourceSpans]:
        for path, body in self.taken:
            if path == "/v1/traces":
                yield from ExportTraceServiceRequest.FromString(body).resource_spans

    def metrics(self) -> dict[str, list[dict[str, Any]]]:
        """The points of each metric, as they were sent last."""
        found: dict[str, list[dict[str, Any]]] = {}
        for path, body in self.taken:
            if path != "/v1/metrics":
                continue
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for scope in resource.scope_metrics:
                    for metric in scope.metrics:
                        points = metric.histogram.data_points
                        found[metric.name] = [_plain(MessageToDict(each)) for each in points]
        return found


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    """A message with its attributes as Python has them."""
    attributes = {each["key"]: _value(each["value"]) for each in message.get("attributes", ())}
    return {**message, "attributes": attributes}


def _value(value: dict[str, Any]) -> Any:
    ((kind, found),) = value.items()
    if kind == "arrayValue":
        return [_value(each) for each in found.get("values", ())]
    return int(found) if kind == "intValue" else found


@contextmanager
def serve_otlp(status: int = 200) -> Generator[Collector]:
    """A collector that answers with this status, closed at the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            if collector.status == 200:
                collector.taken.append((self.path, body))
            collector.headers.append(dict(self.headers))
            self.send_response(collector.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}", status)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

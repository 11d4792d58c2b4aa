"""A loopback LangSmith, as far as its client calls it: traces, feedback, projects, datasets.

with serve_langsmith() as langsmith:
    ...  # run something with langsmith.variables, then look at langsmith.traces
"""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal
from uuid import uuid4

import orjson
from aiohttp import web

from tests.support.langsmith_traces import Fields, Traces, parts_of, uncompressed

Fault = Literal["refused", "500", "429", "403", "hangs"]
KEY = "lsv2_pt_5e8b21c04d9f4b6aa0_7c1d"
"""The one key that is let in."""
_TENANT = "0b5c8a40-3a3b-4d55-9d0e-5f0a6c1f2e11"
_WHEN = "2026-01-01T00:00:00+00:00"
_NEW = {"tenant_id": _TENANT, "created_at": _WHEN, "modified_at": _WHEN, "start_time": _WHEN}
_DEFAULT: Fields = {
    "id": "7f3c2c5e-0a57-4c0e-8c2a-6d1f6e0b9a10",
    "name": "default",
    "reference_dataset_id": None,
    **_NEW,
}
_FLAGS = {"zstd_compression_enabled": True, "dataset_examples_multipart_enabled": True}


class LangSmith:
    """The endpoint in a thread of its own; what came in can be looked at while it runs."""

    def __init__(self, *, zstd: bool = True) -> None:
        self.traces = Traces()
        self.projects: dict[str, Fields] = {_DEFAULT["id"]: _DEFAULT}
        """By id; every workspace has the default one."""
        self.datasets: dict[str, Fields] = {}
        self.examples: dict[str, Fields] = {}
        self.calls: list[tuple[str, str]] = []
        """Method and path of each request, those that were refused included."""
        self.bodies: list[bytes] = []
        """All bodies, uncompressed."""
        self.fault: Fault | None = None
        self.port = 0
        self._flags = _FLAGS | {"zstd_compression_enabled": zstd}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def variables(self) -> dict[str, str]:
        """The environment of a process that is traced here."""
        return {
            "LANGSMITH_TRACING": "true",
            "LANGSMITH_ENDPOINT": self.url,
            "LANGSMITH_API_KEY": KEY,
            "LANGSMITH_PROJECT": "tests",
        }

    def named(self, beginning: str) -> list[Fields]:
        """The projects whose names begin so."""
        return [each for each in self.projects.values() if each["name"].startswith(beginning)]

    def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        ready.wait()

    def stop(self) -> None:
        """Stop listening and cut every connection."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = web.Server(self._answer, auto_decompress=False, handler_cancellation=True)
        runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True).start()
        self.port = runner.addresses[0][1]
        ready.set()
        await self._stopping.wait()
        await runner.cleanup()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.calls.append((request.method, request.path))
        body = uncompressed(await request.read(), request.headers.get("Content-Encoding"))
        self.bodies.append(body)
        if self.fault == "hangs":
            await asyncio.sleep(3600)
        if self.fault is not None:
            return web.json_response({"detail": "out of order"}, status=int(self.fault))
        if request.path != "/info" and request.headers.get("x-api-key") != KEY:
            return web.json_response({"detail": "Forbidden"}, status=403)
        return self._route(request)(request, body)

    def _route(
        self, request: web.BaseRequest
    ) -> Callable[[web.BaseRequest, bytes], web.StreamResponse]:
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["info"]:
                return self._info
            case "POST", ["runs", "multipart"]:
                return self._take_traces
            case "POST", ["feedback"]:
                return self._take_feedback
            case "GET", ["sessions" | "datasets", *_]:
                return self._find
            case (("POST" | "PATCH"), ["sessions" | "datasets", *_]):
                return self._keep
            case (("POST" | "PATCH"), ["v1", "platform", "datasets", _, "examples"]):
                return self._take_examples
            case "GET", ["examples"]:
                return self._list_examples
            case _:
                return lambda request, body: web.json_response({"detail": "no such"}, status=404)

    def _info(self, request: web.BaseRequest, body: bytes) -> web.Response:
        return web.json_response({"version": "0.12.0", "instance_flags": self._flags})

    def _take_traces(self, request: web.BaseRequest, body: bytes) -> web.Response:
        self.traces.take_in(body, _boundary(request))
        return web.json_response({}, status=202)

    def _take_feedback(self, request: web.BaseRequest, body: bytes) -> web.Response:
        self.traces.feedback.append(orjson.loads(body))
        return web.json_response({})

    def _find(self, request: web.BaseRequest, body: bytes) -> web.Response:
        kind, *id_ = request.path.strip("/").split("/")
        kept = self.projects if kind == "sessions" else self.datasets
        if id_:
            found = kept.get(id_[0])
            return web.json_response(found or {"detail": "no such"}, status=200 if found else 404)
        name = request.query.get("name")
        return web.json_response([each for each in kept.values() if name in (None, each["name"])])

    def _keep(self, request: web.BaseRequest, body: bytes) -> web.Response:
        kind, *id_ = request.path.strip("/").split("/")
        kept = self.projects if kind == "sessions" else self.datasets
        given: Fields = orjson.loads(body)
        if id_:
            kept[id_[0]] |= {name: value for name, value in given.items() if value is not None}
            return web.json_response(kept[id_[0]])
        if any(each["name"] == given["name"] for each in kept.values()):
            return web.json_response({"detail": "name taken"}, status=409)
        new: Fields = {"id": str(uuid4()), "reference_dataset_id": None, **_NEW, **given}
        kept[new["id"]] = new
        return web.json_response(new)

    def _take_examples(self, request: web.BaseRequest, body: bytes) -> web.Response:
        """Add examples (POST, whose ids must be new) or change some that are there (PATCH)."""
        given: dict[str, Fields] = {}
        for name, content in parts_of(body, _boundary(request)):
            id_, _, part = name.partition(".")
            value = orjson.loads(content)
            given.setdefault(id_, {}).update({part: value} if part else value)
        known = given.keys() & self.examples.keys()
        if request.method == "POST" and known:
            return web.json_response({"detail": "ids taken"}, status=409)
        if request.method == "PATCH" and known != given.keys():
            return web.json_response({"detail": "no such ids"}, status=404)
        dataset = request.path.split("/")[-2]
        for id_, fields in given.items():
            whole = {"dataset_id": dataset, "created_at": _WHEN, "modified_at": _WHEN}
            self.examples[id_] = {"id": id_, **whole, **self.examples.get(id_, {}), **fields}
        return web.json_response({"count": len(given), "example_ids": list(given)})

    def _list_examples(self, request: web.BaseRequest, body: bytes) -> web.Response:
        query = request.query
        ids, dataset = query.getall("id", []), query.get("dataset")
        found = [
            each
            for each in self.examples.values()
            if (not ids or each["id"] in ids) and dataset in (None, each["dataset_id"])
        ]
        start, limit = int(query.get("offset", "0")), int(query.get("limit", "100"))
        return web.json_response(found[start : start + limit])


def _boundary(request: web.BaseRequest) -> str:
    return request.headers["Content-Type"].partition("boundary=")[2].strip('"')


@contextmanager
def serve_langsmith(*, zstd: bool = True, fault: Fault | None = None) -> Generator[LangSmith]:
    """A running endpoint, stopped at the end; with fault "refused" nobody listens there."""
    langsmith = LangSmith(zstd=zstd)
    langsmith.start()
    if fault == "refused":
        langsmith.stop()
        yield langsmith
        return
    langsmith.fault = fault
    try:
        yield langsmith
    finally:
        langsmith.stop()

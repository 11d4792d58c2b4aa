"""The contents of a loopback LangSmith, and its answers about them."""

from collections.abc import Callable
from uuid import uuid4

import orjson
from aiohttp import web

from tests.support.langsmith_traces import Fields, Traces, parts_of

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


class Store:
    """Traces, feedback, projects, datasets and their examples."""

    def __init__(self, *, zstd: bool) -> None:
        self.traces = Traces()
        self.projects: dict[str, Fields] = {_DEFAULT["id"]: {**_DEFAULT}}
        """By id; every workspace has the default one."""
        self.datasets: dict[str, Fields] = {}
        self.examples: dict[str, Fields] = {}
        self.queues: dict[str, Fields] = {}
        self.items: dict[str, list[Fields]] = {}
        """Those of each queue, by its id, in the order in which they came."""
        self.feedback_configs: dict[str, Fields] = {}
        self.said: list[Fields] = []
        """Feedback of people, as LangSmith gives it out."""
        self.is_overtaken = False
        """Whether someone else makes each project just after it was asked for."""
        self._flags = _FLAGS | {"zstd_compression_enabled": zstd}

    def route(
        self, request: web.BaseRequest
    ) -> Callable[[web.BaseRequest, bytes], web.StreamResponse]:
        """Who answers a request."""
        match request.method, request.path.strip("/").split("/"):
            case "GET", ["info"]:
                return self._info
            case "POST", ["runs", "multipart"]:
                return self._take_traces
            case "POST", ["feedback"]:
                return self._take_feedback
            case "GET", ["feedback"]:
                return self._list_feedback
            case "POST", ["feedback-configs"]:
                return self._keep_feedback_config
            case _, ["annotation-queues"]:
                return self._queues
            case _, ["v1", "platform", "annotation-queues", _, "items"]:
                return self._queue_items
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

    def _list_feedback(self, request: web.BaseRequest, body: bytes) -> web.Response:
        runs, keys = request.query.getall("run"), request.query.getall("key")
        found = [each for each in self.said if each["run_id"] in runs and each["key"] in keys]
        return web.json_response(_page(found, request))

    def _keep_feedback_config(self, request: web.BaseRequest, body: bytes) -> web.Response:
        given: Fields = orjson.loads(body)
        if self.feedback_configs.setdefault(given["feedback_key"], given) != given:
            return web.json_response({"detail": "Feedback config already exists"}, status=400)
        return web.json_response({**_NEW, **given})

    def _queues(self, request: web.BaseRequest, body: bytes) -> web.Response:
        if request.method == "GET":
            name = request.query.get("name")
            found = [each for each in self.queues.values() if name in (None, each["name"])]
            return web.json_response(_page(found, request))
        new: Fields = {**_NEW, "queue_type": "single", **orjson.loads(body)}
        self.queues[new["id"]], self.items[new["id"]] = new, []
        return web.json_response(new)

    def _queue_items(self, request: web.BaseRequest, body: bytes) -> web.Response:
        """Add runs that are there to a queue, or tell those of one state, two at a time."""
        items = self.items[request.path.split("/")[-2]]
        if request.method == "POST":
            given: list[Fields] = orjson.loads(body)["items"]
            if any(each["run_id"] not in self.traces.runs for each in given):
                return web.json_response({"detail": "no such run"}, status=404)
            items += [{**each, "id": str(uuid4()), "state": "needs_my_review"} for each in given]
            return web.json_response({"items": given})
        found = [each for each in items if each["state"] == request.query["status"]]
        start = int(request.query.get("cursor", "0"))
        cursor = str(start + 2) if start + 2 < len(found) else None
        return web.json_response({"items": found[start : start + 2], "next_cursor": cursor})

    def _find(self, request: web.BaseRequest, body: bytes) -> web.Response:
        kind, *id_ = request.path.strip("/").split("/")
        kept = self.projects if kind == "sessions" else self.datasets
        if id_:
            found = kept.get(id_[0])
            return web.json_response(found or {"detail": "no such"}, status=200 if found else 404)
        name = request.query.get("name")
        found = [each for each in kept.values() if name in (None, each["name"])]
        if self.is_overtaken and not found:
            self._keep(request, orjson.dumps({"name": name}))
        return web.json_response(found)

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
        return web.json_response(_page(found, request))


def _page(found: list[Fields], request: web.BaseRequest) -> list[Fields]:
    start, limit = (int(request.query.get(*each)) for each in (("offset", "0"), ("limit", "100")))
    return found[start : start + limit]


def _boundary(request: web.BaseRequest) -> str:
    return request.headers["Content-Type"].partition("boundary=")[2].strip('"')

"""Gemini's files and batches, as its API reference has them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from tests.support.batch_work import BatchWork
from tests.support.protocols import Protocol, asked_in, protocol_of
from tests.support.recording import BatchRecord, FileRecord

_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 429: 8, 500: 13, 503: 14}
"""What gRPC calls errors of HTTP's."""
_STATES = {
    "validating": "BATCH_STATE_PENDING",
    "in_progress": "BATCH_STATE_RUNNING",
    "completed": "BATCH_STATE_SUCCEEDED",
    "partially_succeeded": "JOB_STATE_PARTIALLY_SUCCEEDED",  # the SDK's; the reference has none
}
_WITH_RESULTS = ("completed", "cancelled", "partially_succeeded")
_PAGE = 4
"""Batches on a page, however many were asked for: it may be fewer."""
_FULL = (
    "You exceeded your current quota, please check your plan and billing details. For more "
    "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits."
)


class GoogleBatches:
    """`/v1beta/files` and `/v1beta/batches`."""

    def __init__(self, work: BatchWork) -> None:
        self._work = work
        spoken = protocol_of("/v1beta/models/any:generateContent")
        assert spoken is not None
        self._protocol: Protocol = spoken[0]

    def knows(self, path: str) -> bool:
        """Whether a path is one of these."""
        calls = path.startswith("/v1beta/models/") and path.endswith(":batchGenerateContent")
        return calls or path.startswith(("/v1beta/batches", "/v1beta/files/", "/upload/"))

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        key = self._work.chat.options.api_key
        if key is not None and http.headers.get("x-goog-api-key") != key:
            return self._protocol.error(401, "")
        match http.method, http.path.removeprefix("/v1beta").strip("/").split("/"):
            case "POST", ["upload", "v1beta", "files"]:
                return await self._announce(http)
            case "POST", ["upload", name]:
                return await self._upload(http, f"files/{name}")
            case "GET", ["files", name]:
                return self._file(*f"files/{name}".split(":"))
            case "POST", ["models", name]:
                return await self._make(http, name.partition(":")[0])
            case "GET", ["batches"]:
                return self._list(int(http.query.get("pageToken", 0)))
            case method, ["batches", name]:
                return self._one(name.partition(":")[0], is_cancelled=method == "POST")
            case _:
                return self._protocol.error(404, f"No such path: {http.path}")

    async def _announce(self, http: web.BaseRequest) -> web.Response:
        assert http.headers["X-Goog-Upload-Command"] == "start"
        file = orjson.loads(await http.content.read())["file"]
        if file["name"] in self._work.chat.ledger.files:
            return self._protocol.error(409, "Resource already exists.")
        url = f"http://{http.host}/upload/{file['name'].removeprefix('files/')}"
        headers = {"X-Goog-Upload-URL": url, "X-Goog-Upload-Status": "active"}
        return web.json_response({}, headers=headers)

    async def _upload(self, http: web.BaseRequest, name: str) -> web.Response:
        assert http.headers["X-Goog-Upload-Command"] == "upload, finalize"
        content, files = await http.content.read(), self._work.chat.ledger.files
        files[name] = FileRecord(name, name, "batch", content, 0)
        if self._work.chat.options.batch_stalls == "file":
            await asyncio.get_running_loop().create_future()
        told = {"file": _file(files[name])}
        return web.json_response(told, headers={"X-Goog-Upload-Status": "final"})

    def _file(self, name: str, method: str = "") -> web.Response:
        file = self._work.chat.ledger.files.get(name)
        if file is None:
            words = f"You do not have permission to access the File {name} or it may not exist."
            return self._protocol.error(403, words)
        return web.Response(body=file.content) if method else web.json_response(_file(file))

    async def _make(self, http: web.BaseRequest, model: str) -> web.StreamResponse:
        asked = orjson.loads(await http.content.read())["batch"]
        file = self._work.chat.ledger.files[asked["inputConfig"]["fileName"]]
        told = [orjson.loads(line) for line in file.content.splitlines()]
        lines = [
            (each["key"], asked_in(self._protocol, model, orjson.dumps(each["request"])))
            for each in told
        ]
        if not self._work.has_room(lines):
            return self._protocol.error(429, _FULL)
        name = {"displayName": asked["displayName"]}
        batch = self._work.begin(http, lines, file.id, name)
        if self._work.chat.options.batch_stalls == "batch":
            await asyncio.get_running_loop().create_future()
        if self._work.loses():
            return self._protocol.error(503, "Nobody knows what became of it.")
        return web.json_response(_batch(batch))

    def _list(self, start: int) -> web.Response:
        batches = self._work.chat.ledger.batches
        more = {"nextPageToken": str(start + _PAGE)} if len(batches) > start + _PAGE else {}
        told = [_batch(each) for each in batches[start : start + _PAGE]]
        return web.json_response({"operations": told, **more})

    def _one(self, name: str, *, is_cancelled: bool) -> web.Response:
        batch = self._work.find(name)
        if batch is None:
            return self._protocol.error(404, "Requested entity was not found.")
        if is_cancelled and batch.is_over:
            return self._protocol.error(400, "Batch has completed already.")
        if is_cancelled:
            self._work.cancel(batch)
        if batch.is_over and batch.status in _WITH_RESULTS:
            self._write(batch)
        return web.json_response({} if is_cancelled else _batch(batch))

    def _write(self, batch: BatchRecord) -> None:
        """Write the file of what came of its lines, in no order that could be relied on."""
        lines = [{"key": name, **self._told(s, body)} for name, s, body in batch.results[::-1]]
        content, id_ = b"".join(orjson.dumps(each) + b"\n" for each in lines), _output(batch)
        self._work.chat.ledger.files[id_] = FileRecord(id_, id_, "batch_output", content, 0)

    def _told(self, status: int, body: Any) -> dict[str, Any]:
        if status < 400:
            return {"response": self._protocol.answer(body)}
        return {"error": {"code": _CODES[status], "message": body["error"]["message"]}}


def _output(batch: BatchRecord) -> str:
    return f"files/{batch.id}-output"


def _file(file: FileRecord) -> dict[str, Any]:
    return {"name": file.id, "displayName": file.name, "state": "ACTIVE"}


def _batch(batch: BatchRecord) -> dict[str, Any]:
    wrong = sum(status >= 400 for _, status, _ in batch.results)
    undone, made = len(batch.lines) - len(batch.results), _moment(batch.created_at)
    has_results = batch.is_over and batch.status in _WITH_RESULTS
    error = {"code": 13, "message": f"The batch failed: {batch.error}"}
    return {
        "name": f"batches/{batch.id}",
        "metadata": {
            "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
            "name": f"batches/{batch.id}",
            **batch.metadata,
            "state": _STATES.get(batch.status, f"BATCH_STATE_{batch.status.upper()}"),
            "createTime": made,
            "updateTime": made,
            "batchStats": {
                "requestCount": str(len(batch.lines)),
                "successfulRequestCount": str(len(batch.results) - wrong),
                "failedRequestCount": str(wrong),
                "pendingRequestCount": str(undone),
            },
            **({"output": {"responsesFile": _output(batch)}} if has_results else {}),
        },
        "done": batch.is_over,
        **({"error": error} if batch.error else {}),
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

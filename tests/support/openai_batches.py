"""OpenAI's files and batches, as its API reference has them."""

import asyncio
from collections.abc import Iterable
from email import message_from_bytes
from email.message import Message
from typing import Any

import orjson
from aiohttp import web

from tests.support import wire
from tests.support.batch_work import BatchWork
from tests.support.recording import BatchRecord, FileRecord

_LINE_CODES = {"expired": "batch_expired", "cancelled": "batch_cancelled"}


class OpenAIBatches:
    """`/v1/files` and `/v1/batches`."""

    def __init__(self, work: BatchWork) -> None:
        self.work = work

    def knows(self, path: str) -> bool:
        """Whether a path is one of these."""
        return path.split("/")[:3] in (["", "v1", "files"], ["", "v1", "batches"])

    async def __call__(self, http: web.BaseRequest) -> web.Response:
        """Answer a request."""
        key = self.work.chat.options.api_key
        if key is not None and http.headers.get("Authorization") != f"Bearer {key}":
            return wire.error(401, "invalid_api_key", "Incorrect API key provided.")
        match http.method, http.path.removeprefix("/v1/").split("/"):
            case "POST", ["files"]:
                return await self._upload(http)
            case "GET", ["files"] if self.work.chat.options.file_list_status != 200:
                status = self.work.chat.options.file_list_status
                return wire.error(status, "not_found_error", "File Not Found")
            case "GET", ["files"]:
                return _listed(map(file_object, self.work.chat.ledger.files.values()))
            case "GET", ["files", id_, "content"] if id_ in self.work.chat.ledger.files:
                return web.Response(body=self.work.chat.ledger.files[id_].content)
            case "POST", ["batches"]:
                return await self._make(http)
            case "GET", ["batches"]:
                return _listed(map(_batch, self.work.chat.ledger.batches))
            case _, ["batches", id_, *rest] if (batch := self.work.find(id_)) is not None:
                return self._one(batch, is_cancelled=rest == ["cancel"])
            case _:
                return wire.error(404, "not_found", f"No such path: {http.path}")

    def _one(self, batch: BatchRecord, *, is_cancelled: bool) -> web.Response:
        if is_cancelled and batch.is_over:
            return wire.error(409, "conflict", f"Cannot cancel a batch with status {batch.status}")
        if is_cancelled:
            self.work.cancel(batch)
        if batch.is_over:
            self._write(batch)
        return web.json_response(_batch(batch))

    async def _upload(self, http: web.BaseRequest) -> web.Response:
        parts = await form_in(http)
        content, purpose = (parts[name].get_payload(decode=True) for name in ("file", "purpose"))
        assert isinstance(content, bytes)
        assert isinstance(purpose, bytes)
        name = parts["file"].get_filename()
        file = self.work.keep(str(name), purpose.decode(), content)
        return await self._answered(file_object(file))

    async def _make(self, http: web.BaseRequest) -> web.Response:
        asked = await http.json()
        assert asked["endpoint"] == "/v1/chat/completions"
        assert asked["completion_window"] == "24h"
        file = self.work.chat.ledger.files[asked["input_file_id"]]
        told = [orjson.loads(line) for line in file.content.splitlines()]
        assert {each["url"] for each in told} == {"/v1/chat/completions"}
        lines = [(each["custom_id"], orjson.dumps(each["body"])) for each in told]
        batch = self.work.begin(http, lines, file.id, asked.get("metadata"))
        return await self._answered(_batch(batch))

    async def _answered(self, told: dict[str, Any]) -> web.Response:
        """Answer what has changed something, unless the answer is to be lost."""
        if self.work.chat.options.batch_stalls == told["object"]:
            await asyncio.get_running_loop().create_future()
        if self.work.loses():
            return wire.error(502, "bad_gateway", "Nobody knows what became of it.")
        return web.json_response(told)

    def _write(self, batch: BatchRecord) -> None:
        """Write both files of a batch that is over."""
        files = self.work.chat.ledger.files
        if f"{batch.id}-output" in files:
            return
        answered, wrong = _told(batch)
        for name, lines in (("output", answered), ("error", wrong)):
            content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
            id_ = f"{batch.id}-{name}"
            files[id_] = FileRecord(id_, f"{id_}.jsonl", "batch_output", content, batch.created_at)


async def form_in(http: web.BaseRequest) -> dict[str, Message]:
    """The parts of an uploaded form, by name."""
    head = f"Content-Type: {http.headers['Content-Type']}\r\n\r\n".encode()
    form = message_from_bytes(head + await http.content.read())
    named = ((each.get_param("name", header="content-disposition"), each) for each in form.walk())
    return {str(name): part for name, part in named}


def _told(batch: BatchRecord) -> tuple[list[Any], list[Any]]:
    """The lines of the file of answers, and of that of errors."""
    answered: list[Any] = []
    wrong: list[Any] = []
    for name, status, body in reversed(batch.results):  # in no order that could be relied on
        response = {"status_code": status, "request_id": "req_1", "body": body}
        line = {"id": f"r-{name}", "custom_id": name, "response": response, "error": None}
        (answered if status < 400 else wrong).append(line)
    done = {name for name, *_ in batch.results}
    if batch.status in _LINE_CODES:
        error = {"code": _LINE_CODES[batch.status], "message": "This request was not executed."}
        wrong += [
            {"id": f"r-{name}", "custom_id": name, "response": None, "error": error}
            for name, _ in batch.lines
            if name not in done
        ]
    return answered, wrong


def file_object(file: FileRecord) -> dict[str, Any]:
    """What is told of a file."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": len(file.content),
        "created_at": file.created_at,
        "filename": file.name,
        "purpose": file.purpose,
        "status": "processed",
    }


def _batch(batch: BatchRecord) -> dict[str, Any]:
    failed = sum(status >= 400 for _, status, _ in batch.results)
    has_files = batch.is_over and batch.status != "failed"
    errors = [{"code": batch.error, "message": f"The batch failed: {batch.error}"}]
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "input_file_id": batch.input_file,
        "status": batch.status,
        "created_at": batch.created_at,
        "metadata": batch.metadata or None,
        "output_file_id": f"{batch.id}-output" if has_files else None,
        "error_file_id": f"{batch.id}-error" if has_files else None,
        "errors": {"object": "list", "data": errors} if batch.error else None,
        "request_counts": {
            "total": len(batch.lines),
            "completed": len(batch.results) - failed,
            "failed": failed,
        },
    }


def _listed(objects: Iterable[dict[str, Any]]) -> web.Response:
    """All of them on one page, the newest first."""
    newest_first = list(objects)[::-1]
    return web.json_response({"object": "list", "data": newest_first, "has_more": False})

"""Together's files and batches, as its API reference has them."""

import asyncio
from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
from aiohttp import web

from tests.support.batch_work import BatchWork
from tests.support.openai_batches import file_object, form_in
from tests.support.recording import BatchRecord, FileRecord


class TogetherBatches:
    """`/v1/files` and `/v1/batches`, below a path of their own, as OpenAI's have the same names."""

    home: ClassVar = "/together"
    """Where all of Together's paths begin; `/v1/chat/completions` is there, too."""

    def __init__(self, work: BatchWork) -> None:
        self._work = work

    def knows(self, path: str) -> bool:
        """Whether a path is one of these."""
        return path.startswith((f"{self.home}/v1/files", f"{self.home}/v1/batches"))

    async def __call__(self, http: web.BaseRequest) -> web.Response:
        """Answer a request."""
        key = self._work.chat.options.api_key
        if key is not None and http.headers.get("Authorization") != f"Bearer {key}":
            return _error(401, "Unauthorized")
        files, path = self._work.chat.ledger.files, http.path.removeprefix(f"{self.home}/v1/")
        match http.method, path.split("/"):
            case "POST", ["files", "upload"]:
                return await self._upload(http)
            case "GET", ["files"]:
                return web.json_response({"data": list(map(_file, files.values()))})
            case "GET", ["files", id_, "content"] if id_ in files:
                return web.Response(body=files[id_].content)
            case "POST", ["batches"]:
                return await self._make(http)
            case "GET", ["batches"]:
                return web.json_response(list(map(_batch, self._work.chat.ledger.batches)))
            case _, ["batches", id_, *rest] if (batch := self._work.find(id_)) is not None:
                return self._one(batch, is_cancelled=rest == ["cancel"])
            case _:
                return _error(404, f"No such path: {http.path}")

    async def _upload(self, http: web.BaseRequest) -> web.Response:
        parts = await form_in(http)
        told = {name: each.get_payload(decode=True) for name, each in parts.items()}
        assert told["file_type"] == b"jsonl"
        content, name, purpose = (told[each] for each in ("file", "file_name", "purpose"))
        assert isinstance(content, bytes)
        assert isinstance(name, bytes)
        assert purpose == b"batch-api"
        contents = {each.content: each for each in self._work.chat.ledger.files.values()}
        file = contents.get(content) or self._work.keep(name.decode(), "batch-api", content)
        return await self._answered("file", _file(file))

    async def _make(self, http: web.BaseRequest) -> web.Response:
        asked = await http.json()
        assert set(asked) == {"endpoint", "input_file_id"}
        assert asked["endpoint"] == "/v1/chat/completions"
        file = self._work.chat.ledger.files[asked["input_file_id"]]
        told = [orjson.loads(line) for line in file.content.splitlines()]
        assert all(len(each["custom_id"]) <= 64 for each in told)
        assert {frozenset(each) for each in told} == {frozenset(("custom_id", "body"))}
        lines = [(each["custom_id"], orjson.dumps(each["body"])) for each in told]
        batch = self._work.begin(http, lines, file.id)
        return await self._answered("batch", {"job": _batch(batch)}, 201)

    async def _answered(self, what: str, told: Any, status: int = 200) -> web.Response:
        """Answer what has changed something, unless the answer is to be lost."""
        if self._work.chat.options.batch_stalls == what:
            await asyncio.get_running_loop().create_future()
        if self._work.loses():
            return _error(502, "Bad gateway")
        return web.json_response(told, status=status)

    def _one(self, batch: BatchRecord, *, is_cancelled: bool) -> web.Response:
        if is_cancelled and batch.is_over:
            return _error(400, f"Cannot cancel a batch that is {batch.status.upper()}")
        if is_cancelled:
            self._work.cancel(batch)
        if batch.is_over:
            self._write(batch)
        return web.json_response(_batch(batch))

    def _write(self, batch: BatchRecord) -> None:
        """Write both files of a batch that is over."""
        files, (answered, wrong) = self._work.chat.ledger.files, _told(batch)
        for name, lines in (("output", answered), ("errors", wrong)):
            content = b"".join(orjson.dumps(line) + b"\n" for line in lines)
            id_ = f"{batch.id}-{name}"
            files[id_] = FileRecord(id_, f"{id_}.jsonl", "batch-api", content, batch.created_at)


def _told(batch: BatchRecord) -> tuple[list[Any], list[Any]]:
    """The lines of the file of answers, and of that of errors."""
    answered: list[Any] = []
    wrong: list[Any] = []
    for name, status, body in reversed(batch.results):  # in no order that could be relied on
        if status < 400:
            response = {"status_code": status, "body": body}
            answered.append({"custom_id": name, "response": response})
        else:
            said: dict[str, Any] = {"message": body} if isinstance(body, str) else body["error"]
            error = {"message": said["message"], "code": said.get("code") or str(status)}
            wrong.append({"custom_id": name, "error": error})
    return answered, wrong


def _file(file: FileRecord) -> dict[str, Any]:
    return {**file_object(file), "FileType": "jsonl", "Processed": True}


def _batch(batch: BatchRecord) -> dict[str, Any]:
    moment = datetime.fromtimestamp(batch.created_at, UTC).isoformat()
    has_files = batch.is_over and batch.status != "failed"
    told = {
        "id": batch.id,
        "user_id": "user-1",
        "endpoint": "/v1/chat/completions",
        "input_file_id": batch.input_file,
        "status": batch.status.upper(),
        "progress": 100 * len(batch.results) / len(batch.lines),
        "created_at": moment,
        "job_deadline": moment,
        "completed_at": moment if batch.is_over else None,
        "output_file_id": f"{batch.id}-output" if has_files else None,
        "error_file_id": f"{batch.id}-errors" if has_files else None,
        "error": f"The batch failed: {batch.error}" if batch.error else None,
    }
    return {name: each for name, each in told.items() if each is not None}


def _error(status: int, words: str) -> web.Response:
    return web.json_response({"error": words}, status=status)

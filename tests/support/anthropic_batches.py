"""Anthropic's message batches, as its API reference has them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import orjson
from aiohttp import web

from tests.support.batch_work import BatchWork
from tests.support.protocols import Protocol, asked_in, protocol_of
from tests.support.recording import BatchRecord

_PATH = "/v1/messages/batches"


class AnthropicBatches:
    """`/v1/messages/batches`."""

    def __init__(self, work: BatchWork) -> None:
        self._work = work
        spoken = protocol_of("/v1/messages")
        assert spoken is not None
        self._protocol: Protocol = spoken[0]

    def knows(self, path: str) -> bool:
        """Whether a path is one of these."""
        return path.startswith(_PATH)

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        match http.method, http.path.removeprefix(_PATH).strip("/").split("/"):
            case "POST", [""]:
                return await self._make(http)
            case "GET", [""]:
                listed = [_batch(each) for each in self._work.chat.ledger.batches][::-1]
                return web.json_response({"data": listed, "has_more": False})
            case _, [id_, *rest] if (batch := self._work.find(id_)) is not None:
                return self._one(batch, rest)
            case _:
                return self._protocol.error(404, f"No such path: {http.path}")

    async def _make(self, http: web.BaseRequest) -> web.StreamResponse:
        requests = orjson.loads(await http.content.read())["requests"]
        lines = [
            (each["custom_id"], asked_in(self._protocol, None, orjson.dumps(each["params"])))
            for each in requests
        ]
        batch = self._work.begin(http, lines)
        if self._work.chat.options.batch_stalls == "message_batch":
            await asyncio.get_running_loop().create_future()
        if self._work.loses():
            return self._protocol.error(502, "Nobody knows what became of it.")
        return web.json_response(_batch(batch))

    def _one(self, batch: BatchRecord, rest: list[str]) -> web.StreamResponse:
        if rest == ["cancel"]:
            if batch.is_over:
                return self._protocol.error(400, "It has ended.")
            self._work.cancel(batch)
        if rest == ["results"]:
            lines = b"".join(orjson.dumps(each) + b"\n" for each in self._told(batch))
            return web.Response(body=lines, content_type="application/x-jsonl")
        return web.json_response(_batch(batch))

    def _told(self, batch: BatchRecord) -> list[dict[str, Any]]:
        """The lines of its results, in no order that could be relied on."""
        told = [{"custom_id": n, "result": self._result(s, b)} for n, s, b in batch.results[::-1]]
        done = {name for name, *_ in batch.results}
        how = {"cancelled": "canceled"}.get(batch.status, "expired")
        undone = [name for name, _ in batch.lines if name not in done]
        return told + [{"custom_id": name, "result": {"type": how}} for name in undone]

    def _result(self, status: int, body: Any) -> dict[str, Any]:
        if status < 400:
            return {"type": "succeeded", "message": self._protocol.answer(body)}
        response = self._protocol.error(status, body["error"]["message"])
        assert isinstance(response.body, bytes)
        return {"type": "errored", "error": orjson.loads(response.body)}


def _batch(batch: BatchRecord) -> dict[str, Any]:
    wrong = sum(status >= 400 for _, status, _ in batch.results)
    undone, made = len(batch.lines) - len(batch.results), _moment(batch.created_at)
    is_cancelled = batch.status == "cancelled"
    return {
        "id": batch.id,
        "type": "message_batch",
        "processing_status": "ended" if batch.is_over else "in_progress",
        "request_counts": {
            "processing": 0 if batch.is_over else undone,
            "succeeded": len(batch.results) - wrong,
            "errored": wrong,
            "canceled": undone if is_cancelled else 0,
            "expired": undone if batch.is_over and not is_cancelled else 0,
        },
        "created_at": made,
        "expires_at": made,
        "ended_at": made if batch.is_over else None,
        "archived_at": None,
        "cancel_initiated_at": made if is_cancelled else None,
        "results_url": f"{_PATH}/{batch.id}/results" if batch.is_over else None,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()

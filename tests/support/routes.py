"""The paths that the loopback model serves."""

import orjson
from aiohttp import web

from tests.support import wire
from tests.support.anthropic_batches import AnthropicBatches
from tests.support.batch_work import BatchWork
from tests.support.chat import Chat
from tests.support.google_batches import GoogleBatches
from tests.support.openai_batches import OpenAIBatches
from tests.support.protocols import Protocol, asked_in, protocol_of, put_back
from tests.support.together_batches import TogetherBatches


class Routes:
    """Which path leads where; a dict and no router, for speed."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._work = BatchWork(chat)
        kinds = (TogetherBatches, OpenAIBatches, AnthropicBatches, GoogleBatches)
        self._batches = [each(self._work) for each in kinds]

    def stop(self) -> None:
        """Stop working on calls."""
        self._work.stop()

    async def __call__(self, http: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        if (spoken := protocol_of(http.path)) is not None:
            return await self._in_protocol(*spoken, http)
        for batches in self._batches if self._chat.options.has_batches else ():
            if batches.knows(http.path):
                return await batches(http)
        match http.method, http.path.removeprefix(TogetherBatches.home):
            case "POST", "/v1/chat/completions":
                return await self._chat(http)
            case "GET", "/v1/models" if self._chat.options.restricted:
                return wire.error(403, "forbidden", "Missing scopes: api.model.read")
            case "GET", "/v1/models":
                if not self._chat.options.lists_models:
                    return self._chat.options.replies[0].response()
                return wire.ok(self._models())
            case "GET", "/stats":
                return wire.ok(orjson.dumps(self._chat.ledger.stats()))
            case "POST", "/control":
                return self._control(await http.content.read())
            case _:
                return wire.error(404, "not_found", f"No such path: {http.path}")

    async def _in_protocol(
        self, protocol: Protocol, model: str | None, http: web.BaseRequest
    ) -> web.StreamResponse:
        response = await self._chat(http, asked_in(protocol, model, await http.content.read()))
        return put_back(protocol, response) if isinstance(response, web.Response) else response

    def _models(self) -> bytes:
        models = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "tests"}
            for name in self._chat.options.models
        ]
        return orjson.dumps({"object": "list", "data": models})

    def _control(self, raw: bytes) -> web.Response:
        try:
            options = self._chat.options.changed(**orjson.loads(raw))
        except (TypeError, ValueError) as problem:
            return wire.error(400, "bad_option", str(problem))
        self._chat.adopt(options)
        return wire.ok(orjson.dumps(options.as_json()))

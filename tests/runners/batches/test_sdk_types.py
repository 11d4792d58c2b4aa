"""The loopback server answers as the providers' SDKs have it: they check every field here."""

import json

import anthropic
import openai
import pytest
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from anthropic.types.messages.batch_create_params import Request

from tests.runners.commands import KEY, wait_until
from tests.support.options import Fate
from tests.support.server import Server, ServerOptions, serve

QUESTION = {"role": "user", "content": "Name a colour."}
BODY = {"model": "test-model", "messages": [QUESTION]}
CALL = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": BODY}
FATES = pytest.mark.parametrize(
    "fates", [(), (Fate("expired"),), (Fate("cancelled"),)], ids=["well", "expired", "cancelled"]
)


def over(server: Server) -> bool:
    return all(each.is_over for each in server.batches)


@FATES
def test_openais_sdk_takes_every_answer(fates: tuple[Fate, ...]) -> None:
    with serve(ServerOptions(batch_fates=fates)) as server:
        client = openai.OpenAI(
            base_url=server.base_url, api_key=KEY, _strict_response_validation=True
        )
        with client:
            content = json.dumps(CALL).encode()
            file = client.files.create(file=("calls.jsonl", content), purpose="batch")
            made = client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
            wait_until(lambda: over(server))
            batch = client.batches.retrieve(made.id)
            assert [each.id for each in client.batches.list()] == [made.id]
            assert file.id in {each.id for each in client.files.list()}
            assert batch.status == (fates[0].status if fates else "completed")
            told = client.files.content(batch.error_file_id if fates else batch.output_file_id)  # pyright: ignore[reportArgumentType]
            assert json.loads(told.content)["custom_id"] == "a"


@FATES
def test_anthropics_sdk_takes_every_answer(fates: tuple[Fate, ...]) -> None:
    with serve(ServerOptions(batch_fates=fates)) as server:
        url = server.base_url.removesuffix("/v1")
        client = anthropic.Anthropic(base_url=url, api_key=KEY, _strict_response_validation=True)
        with client:
            call = MessageCreateParamsNonStreaming(
                model="test-model",
                max_tokens=10,
                messages=[{"role": "user", "content": QUESTION["content"]}],
            )
            made = client.messages.batches.create(requests=[Request(custom_id="a", params=call)])
            wait_until(lambda: over(server))
            batch = client.messages.batches.retrieve(made.id)
            assert [each.id for each in client.messages.batches.list()] == [made.id]
            assert batch.processing_status == "ended"
            (told,) = client.messages.batches.results(made.id)
            ends = {"expired": "expired", "cancelled": "canceled"}
            assert told.result.type == (ends[fates[0].status] if fates else "succeeded")

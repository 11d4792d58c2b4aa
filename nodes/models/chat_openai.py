"""LangChain's ChatOpenAI, which also keeps thinking fields, refusals and details of usage.

In a file of its own because importing it takes a second.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_openai import ChatOpenAI
from openai import BaseModel
from openai.types.chat import ChatCompletion

from nodes.models.completion import read_choice
from nodes.models.logprobs import ASKED, logprobs_kept
from nodes.models.prefixes import MARKED_ALONE, Mark, begin_alike, marked
from nodes.models.thinking import FIELD, told_in
from nodes.models.usage import read_usage


class EndpointChatOpenAI(ChatOpenAI):
    """ChatOpenAI for any endpoint that speaks OpenAI's protocol."""

    mark: Mark | None = None
    """How the model wants the end of a shared beginning marked; None if it wants no mark."""

    def _get_request_payload(
        self, input_: LanguageModelInput, *, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        messages = self._convert_input(input_).to_messages()
        if self.mark is not None and begin_alike(messages):
            messages, kwargs = marked(messages, self.mark), {**MARKED_ALONE, **kwargs}
        usual: dict[str, Any] = self.model_kwargs.get("extra_headers", {})
        if "extra_headers" in kwargs:
            kwargs = {**kwargs, "extra_headers": {**usual, **kwargs["extra_headers"]}}
        return super()._get_request_payload(  # pyright: ignore[reportUnknownVariableType]
            messages, stop=stop, **kwargs
        )

    def _create_chat_result(
        self, response: dict[str, Any] | BaseModel, generation_info: dict[str, Any] | None = None
    ) -> ChatResult:
        # The SDK builds its models of whatever has come, and LangChain stumbles over some of it.
        try:
            result = super()._create_chat_result(response, generation_info)
            choices = response["choices"] if isinstance(response, dict) else _choices(response)
            spoken = [read_choice(choice) for choice in choices]
        except (TypeError, AttributeError) as error:
            raise ValueError(_beside(response).get("base_resp") or str(error)) from error  # MiniMax
        usage = read_usage(_beside(response))
        for generation, said in zip(result.generations, spoken, strict=True):
            message = cast("AIMessage", generation.message)
            message.content = said.content
            message.usage_metadata = usage
            message.additional_kwargs |= said.additional_kwargs
            told = dict(generation.generation_info or {})
            told.pop(ASKED, None)
            generation.generation_info = {**told, **said.response_metadata}
        return result

    def _convert_chunk_to_generation_chunk(
        self,
        chunk: dict[str, Any],
        default_chunk_class: type,
        base_generation_info: dict[str, Any] | None,
    ) -> ChatGenerationChunk | None:
        generation = super()._convert_chunk_to_generation_chunk(
            chunk, default_chunk_class, base_generation_info
        )
        choices: list[dict[str, Any]] = chunk.get("choices") or []
        if generation is not None and chunk.get("usage"):
            cast("AIMessageChunk", generation.message).usage_metadata = read_usage(chunk)
        if generation is None or not choices:
            return generation
        told = dict(generation.generation_info or {})
        told.pop(ASKED, None)
        generation.generation_info = {**told, **logprobs_kept(choices[0])} or None
        thought = told_in(choices[0].get("delta") or {})
        if thought and isinstance(generation.message, AIMessageChunk):
            generation.message.additional_kwargs[FIELD] = thought
        return generation


def _beside(response: dict[str, Any] | BaseModel) -> Mapping[str, Any]:
    return response if isinstance(response, dict) else _told(response)


def _told(response: BaseModel) -> Mapping[str, Any]:
    """What the response says besides its choices: usage and, from llama.cpp's server, timings."""
    usage = cast("ChatCompletion", response).usage
    return {**(response.model_extra or {}), "usage": usage and usage.model_dump()}


def _choices(response: BaseModel) -> Iterator[Mapping[str, Any]]:
    """The choices as the endpoint sent them; dumping the whole response would take far longer."""
    for choice in cast("ChatCompletion", response).choices:
        said = choice.message
        message = {"content": said.content, "refusal": said.refusal, **(said.model_extra or {})}
        logprobs = choice.logprobs and choice.logprobs.model_dump()
        yield {"message": message, "finish_reason": choice.finish_reason, ASKED: logprobs}

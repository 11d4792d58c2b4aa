"""A GGUF file as a model: llama.cpp inside this process (xllamacpp), without a server.

Requests and answers are the same as those of llama.cpp's own server.
"""

import asyncio
import os
import secrets
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from nodes.models.completion import read_choice
from nodes.models.gguf_context import fitting_context, given_context, usual_context
from nodes.models.gguf_header import sizes_in
from nodes.models.names import split_model
from nodes.models.packages import import_package
from nodes.models.problems import ModelError
from nodes.models.providers import GGUF
from nodes.models.request import CONTEXT, as_messages, body_of
from nodes.models.said import words_in
from nodes.models.settings import ModelSettings
from nodes.models.usage import read_usage

_MOST_SLOTS = 4
"""Most calls at once: one call keeps a core busy, and each slot takes memory for a whole
context."""
_LOG_VARIABLE = "LLAMA_LOG_VERBOSITY"
"""llama.cpp's own variable; 3 logs to stderr what it usually logs. By default nothing is logged."""
_SILENT = -1
_TOO_LONG = "exceed_context_size_error"


class LocalCallError(ValueError):
    """llama.cpp rejected a call; the first argument is the error in OpenAI's form."""

    def __init__(self, told: dict[str, Any]) -> None:
        if told.get("type") == _TOO_LONG:
            hint = f"--param {CONTEXT}=TOKENS gives a call more room"
            told = {**told, "message": f"{told['message']}; {hint}"}
        super().__init__(told)

    def __str__(self) -> str:
        return words_in(self.args[0])


class GgufModel(BaseChatModel):
    """A GGUF file with one set of settings. Models of the same file share the loaded file."""

    _loaded: "_Loaded" = PrivateAttr()
    _body: dict[str, Any] = PrivateAttr()

    def __init__(
        self, settings: ModelSettings, concurrency: int = _MOST_SLOTS, call_tokens: int = 0
    ) -> None:
        """Load the file for `concurrency` calls at once, of up to `call_tokens` tokens each.

        Without them, calls have the usual room. Raises ModelError if the file can't be used.
        """
        super().__init__(cache=False, disable_streaming=True)
        self._loaded = _load(settings, slots(concurrency), call_tokens)
        # Prompts are not cached: with a cache, answers would depend on the order of the calls.
        self._body = {"cache_prompt": False, **body_of(settings)}
        self._body.pop(CONTEXT, None)

    @property
    def _llm_type(self) -> str:
        return GGUF

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        body = {**self._body, "messages": as_messages(messages), **({"stop": stop} if stop else {})}
        answer: dict[str, Any] = self._loaded.server.handle_chat_completions(body)
        if "error" in answer:
            raise LocalCallError(answer["error"])
        message = read_choice(answer["choices"][0])
        message.response_metadata["model_name"] = Path(answer["model"]).name
        message.usage_metadata = read_usage(answer)
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return await asyncio.to_thread(self._generate, messages, stop)


def slots(concurrency: int) -> int:
    """How many calls are answered at once if `concurrency` are allowed."""
    return min(concurrency, _MOST_SLOTS, os.cpu_count() or 1)


def most_at(endpoint: str, concurrency: int) -> int:
    """The same for an endpoint's name, which is the model string for models inside the process."""
    return slots(concurrency) if endpoint.startswith(f"{GGUF}:") else concurrency


class _Loaded(NamedTuple):
    """A loaded file."""

    server: Any
    context: int
    """Tokens that a call may have, prompt and answer together."""
    slots: int


_files: dict[Path, _Loaded] = {}
_loading = Lock()


def context_of(settings: ModelSettings, concurrency: int, call_tokens: int) -> int:
    """Tokens of a call, if calls need `call_tokens`: what the user gave, or as much as can be had.

    Raises ModelError as `check_file` does.
    """
    given, usual = given_context(settings), usual_context(settings)
    if given is not None or call_tokens <= usual:
        return usual if given is None else given
    sizes = sizes_in(check_file(settings))
    return fitting_context(usual, call_tokens, sizes, slots(concurrency), _memory(settings.model))


def _memory(model: str) -> int | None:
    """The machine's memory in bytes, by what llama.cpp says of its processors."""
    llama = _llama(model)
    processor = llama.ggml_backend_dev_type.GGML_BACKEND_DEVICE_TYPE_CPU
    devices: list[dict[str, Any]] = llama.get_device_info()
    return next((each["memory_total"] for each in devices if each["type"] == processor), None)


def _load(settings: ModelSettings, at_once: int, call_tokens: int) -> _Loaded:
    """The loaded file with enough slots and context, loading it if needed."""
    file = check_file(settings)
    context = context_of(settings, at_once, call_tokens)
    with _loading:
        known = _files.get(file)
        is_enough = known is not None and known.slots >= at_once
        if known is None or not is_enough or known.context < context:
            known = _files[file] = _open(settings.model, file, context, at_once)
        return known


def check_file(settings: ModelSettings) -> Path:
    """The path of the file, without loading it.

    Raises ModelError if it does not exist or is not a GGUF file, or if llama.cpp is not installed.
    """
    _llama(settings.model)
    file = Path(split_model(settings.model)[1]).expanduser().resolve()
    try:
        with file.open("rb") as start:
            magic = start.read(4)
    except OSError as error:
        reason = f"{error.strerror or error}; give the path of a GGUF file as gguf:PATH"
        raise ModelError(f"model {settings.model!r}: {reason}") from None
    if magic != b"GGUF":
        raise ModelError(f"model {settings.model!r}: not a GGUF file; it does not begin with GGUF")
    return file


def _open(model: str, file: Path, context: int, at_once: int) -> _Loaded:
    """Load a file. Raises ModelError if llama.cpp can't."""
    llama = _llama(model)
    params = llama.CommonParams()
    params.model.path = str(file)
    params.n_parallel, params.n_ctx = at_once, at_once * context
    # Threads wait for each other at each step: one that shares its core with other work holds up
    # all of them (a tenth of the speed on two busy cores).
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads, threads.poll = max(1, (os.cpu_count() or 1) - 1), 0
    params.verbosity = int(os.environ.get(_LOG_VARIABLE) or _SILENT)
    params.api_keys = [secrets.token_hex()]  # it listens on loopback, too
    try:
        return _Loaded(llama.Server(params), context, at_once)
    except RuntimeError:
        causes = "the file is damaged or of a kind that it does not know, or memory is short"
        told = f"{_LOG_VARIABLE}=3 shows what it says"
        raise ModelError(f"model {model!r}: llama.cpp can't load it: {causes}; {told}") from None


def _llama(model: str) -> Any:
    """The xllamacpp package. Raises ModelError if it is not installed."""
    return import_package("xllamacpp", model, "llama.cpp", "coevol[local]")

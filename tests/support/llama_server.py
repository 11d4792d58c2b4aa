"""llama.cpp's own HTTP server with a real language model (SmolLM2), in its own process.

    with serve_llama() as server:
        ...  # talk to server.base_url, then look at server.metrics()

    python -m tests.support.llama_server FILE SLOTS TOKENS

The process prints its address once it is ready, and ends when its standard input does: so it ends
with the process that started it, even if that is killed.
"""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

from tests.support.weights import weights

NAME = "smollm2"
"""What it calls its model; it answers to any other name, too."""
_ROOT = Path(__file__).parents[2]


class LlamaServer(NamedTuple):
    """A running server."""

    address: str
    """`http://127.0.0.1:PORT`"""
    context: int
    """Tokens that a call may have, prompt and answer."""

    @property
    def base_url(self) -> str:
        """Where the OpenAI API is."""
        return f"{self.address}/v1"

    def metrics(self) -> dict[str, float]:
        """What it has counted since it was started, by llama.cpp's names.

        `prompt_tokens_total` are tokens read; those that it still knew from an earlier call are
        `prompt_tokens_cached_total`. `tokens_predicted_total` are those written.
        """
        with urlopen(f"{self.address}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name.removeprefix("llamacpp:"): float(value) for name, value in pairs}


@contextmanager
def serve_llama(*, slots: int = 1, context: int = 2048) -> Generator[LlamaServer]:
    """Serve until left; so many calls at once, each of so many tokens."""
    command = [sys.executable, "-m", __name__, str(weights()), str(slots), str(context)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, "llama.cpp's server has not come up; what it says is on stderr"
        try:
            yield LlamaServer(address, context)
        finally:
            process.stdin.close()


def _serve(file: str, slots: int, context: int) -> None:
    llama: Any = import_module("xllamacpp")
    params = llama.CommonParams()
    params.model.path, params.model_alias, params.endpoint_metrics = file, {NAME}, True
    params.n_parallel, params.n_ctx, params.verbosity = slots, slots * context, -1
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads, threads.poll = 1, 0
    server = llama.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

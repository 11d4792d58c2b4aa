"""What a model server need not read again: the paper's pack against shared-prefix.

    python -m bench.prefix --sizes 150 600 --rounds 2 --slots 1 --concurrency 1
    python -m bench.prefix --vllm http://127.0.0.1:8000 --model smollm2

Each row goes through all rounds (see bench.relay) with an empty cache, either on a llama.cpp server
that this starts or on a vLLM that already runs (with VLLM_SERVER_DEV_MODE=1, so that its cache can
be emptied, and --enable-prompt-tokens-details). Every answer has `--tokens` tokens. Shares are
exact; times depend on what else the machine does.
"""

import asyncio
import time
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

from bench.measure import folder
from bench.relay import Read, relayed
from bench.rows import prose
from bench.table import load, machine
from prompts.pack import BUILT_IN
from runners import aevolve
from tests.support.llama_server import serve_llama

_TOKENS_A_WORD = 1.25
"""Of the made-up words, by SmolLM2's tokenizer."""
_HEAD = "| row, tokens | pack | calls | prompt tokens | cached | prefill, s | wall, s |"
_RULE = "| ---: | --- | ---: | ---: | ---: | ---: | ---: |"


class Result(NamedTuple):
    """What the rows of one size used with one pack."""

    read: list[Read]
    seconds: float
    """From the first call to the last answer, of a run over all rows."""

    def line(self, size: int, pack: str) -> str:
        """As a line of the table."""
        prompt, cached = (sum(each) for each in list(zip(*self.read, strict=True))[:2])
        prefill = sum(each.seconds for each in self.read)
        figures = (size, pack, len(self.read), f"{prompt:,}", f"{cached / prompt:.1%}")
        return f"| {' | '.join(map(str, figures))} | {prefill:.1f} | {self.seconds:.1f} |"


def rows_of(size: int, count: int) -> list[dict[str, Any]]:
    """Rows of a number of tokens: half response, a quarter each instruction and input."""
    random, words = Random(size), int(size / _TOKENS_A_WORD)
    lengths = {"instruction": words // 4, "input": words // 4, "output": words // 2}
    return [{name: prose(random, n) for name, n in lengths.items()} for _ in range(count)]


@contextmanager
def cold(size: int, given: Namespace) -> Generator[str]:
    """The address of a server with an empty cache, while the block lasts."""
    if given.vllm is not None:
        with urlopen(Request(f"{given.vllm}/reset_prefix_cache", method="POST")):
            yield given.vllm
        return
    context = 4 * size + 8 * given.tokens + 1500
    with serve_llama(slots=given.slots, context=context) as server:
        yield server.address


async def evolved(size: int, pack: str, given: Namespace, out: Path) -> Result:
    """Evolve the rows on a server with an empty cache."""
    with cold(size, given) as server:
        async with relayed(server) as (relay, base_url):
            started = time.monotonic()
            await aevolve(
                rows_of(size, given.rows),
                out=out,
                model=f"{'vllm' if given.vllm else 'llamacpp'}:{given.model}",
                base_url=base_url,
                prompt_pack=pack,
                rounds=given.rounds,
                max_tokens=given.tokens,
                params={"ignore_eos": True},
                guards="none",
                concurrency=given.concurrency,
            )
            return Result(relay.read, time.monotonic() - started)


def measure(given: Namespace) -> Iterator[str]:
    """Yield the lines of the table."""
    yield from (_HEAD, _RULE)
    with folder() as home:
        for size in given.sizes:
            for pack in BUILT_IN:
                out = home / f"{size}-{pack}"
                yield asyncio.run(evolved(size, pack, given, out)).line(size, pack)


def main() -> None:
    """Print the table between the load averages before and after."""
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[150, 600, 2000])
    parser.add_argument("--rows", type=int, default=1, help="rows of each size")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=64, help="of each answer")
    parser.add_argument("--slots", type=int, default=1, help="of the server")
    parser.add_argument("--concurrency", type=int, default=1, help="calls in flight")
    parser.add_argument("--vllm", help="the address of a vLLM that runs, without /v1")
    parser.add_argument("--model", default="smollm2", help="what it calls its model")
    given = parser.parse_args()
    print(f"{machine()}\n\nLoad average before: {load()}\n")
    for line in measure(given):
        print(line, flush=True)
    print(f"\nLoad average after: {load()}")


if __name__ == "__main__":
    main()

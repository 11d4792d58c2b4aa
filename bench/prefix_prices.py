"""What a row's prompts cost with each pack, computed from the table of prices; no model.

    python -m bench.prefix_prices

Prompts are the real ones of a row of three rounds, with answers of fixed lengths. Four characters
count as a token. Nothing is lost from a cache before the row ends.
"""

from collections.abc import Callable, Iterator
from os.path import commonprefix
from random import Random
from typing import Any, NamedTuple, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from bench.prefix import rows_of
from bench.relay import EditsWin
from bench.rows import prose
from graph.coevol import graph
from nodes.context import Context
from nodes.models.prefixes import BEGINNINGS
from prompts.roles import Speaker
from runners.calls.price import Price
from runners.calls.price_table import listed_price
from runners.calls.spent import Spent

_A_TOKEN, _LEAST = 4, 1024
"""Characters, and the fewest tokens that OpenAI and Anthropic cache."""
_SIZES, _ROUNDS = (150, 600, 2000), 3
_WORDS = {"positive": 200, "critical": 200, "advisor": 100, "editor": 0, "judge": 100}
"""Of an answer; an edit is as long as the original response."""
_PAIRS = {"positive": "critical", "critical": "positive", "judge": "judge"}
"""Who is asked at the same time."""


class Asked(NamedTuple):
    """A call: its prompt as one text, where the beginnings end that it says, and its step."""

    text: str
    ends: list[int]
    step: int


class Script(BaseChatModel):
    """Gives answers of fixed lengths, and notes what is asked."""

    _role: Speaker = PrivateAttr()
    _row: "Row" = PrivateAttr()

    def __init__(self, role: Speaker, row: "Row") -> None:
        super().__init__()
        self._role, self._row = role, row

    @property
    def _llm_type(self) -> str:
        return "script"

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        message = AIMessage(self._row.answer(self._role, messages))
        return ChatResult(generations=[ChatGeneration(message=message)])


class Row:
    """A row on its way through all rounds."""

    def __init__(self, size: int, pack: str) -> None:
        [self._fields] = rows_of(size, 1)
        self._random, self._judge = Random(size), EditsWin()
        self._last, self._step = "", 0
        self.calls: list[Asked] = []
        """In the order of asking."""
        context = Context(prompt_pack=pack, max_rounds=_ROUNDS, guards="none")
        sample = {**self._fields, "response": self._fields["output"]}
        del sample["output"]
        graph.invoke(cast("Any", sample), context=context.with_models(lambda r: Script(r, self)))

    def answer(self, role: Speaker, messages: list[BaseMessage]) -> str:
        """Note a call, and answer it."""
        if _PAIRS.get(role) != self._last:
            self._step += 1
            self._last = role
        else:
            self._last = ""
        text = "".join(f"<|{message.type}|>{message.text}" for message in messages)
        opened = len("<|human|>")
        ends: list[int] = messages[0].additional_kwargs.get(BEGINNINGS, [])
        self.calls.append(Asked(text, [opened + each for each in ends], self._step))
        words = _WORDS[role] or len(self._fields["output"].split())
        return self._judge.said(messages[-1].text, prose(self._random, words))


Caching = Callable[[list[Asked], bool], Iterator[tuple[int, int, int]]]
"""Of a row's calls, and whether calls that begin alike wait: characters read, cached, written."""


def by_itself(calls: list[Asked], waits: bool) -> Iterator[tuple[int, int, int]]:
    """An endpoint that finds known beginnings by itself, and bills no writing."""
    for number, call in enumerate(calls):
        before = [each.text for each in calls[:number] if waits or each.step < call.step]
        alike = (commonprefix([call.text, each]) for each in before)  # noqa: RUF071 - not of paths
        cached = max(map(len, alike), default=0)
        yield len(call.text), cached if cached >= _LEAST * _A_TOKEN else 0, 0


def where_told(calls: list[Asked], waits: bool) -> Iterator[tuple[int, int, int]]:
    """An endpoint that keeps what is marked, and bills writing it."""
    kept: dict[str, int] = {}
    for call in calls:
        ends = [each for each in call.ends if each >= _LEAST * _A_TOKEN]
        in_time = call.step + waits
        known = [end for end in ends if kept.get(call.text[:end], in_time) < in_time]
        cached, written = max(known, default=0), max(ends, default=0)
        for end in ends:
            kept.setdefault(call.text[:end], call.step)
        yield len(call.text), cached, written - cached


def all_written(calls: list[Asked], waits: bool) -> Iterator[tuple[int, int, int]]:
    """OpenAI's from gpt-5.6 on without marks: the whole of each prompt is written."""
    for call, (read, cached, _) in zip(calls, by_itself(calls, waits), strict=True):
        goes_on = any(call.text.startswith(each.text) for each in calls if each.step < call.step)
        hit = cached if goes_on else 0
        yield read, hit, read - hit if read >= _LEAST * _A_TOKEN else 0


MODELS: list[tuple[str, str, Caching, Caching]] = [
    ("gpt-5.4-mini", "https://api.openai.com/v1", by_itself, by_itself),
    ("gpt-5.6-luna", "https://api.openai.com/v1", all_written, where_told),
    ("claude-sonnet-4-5", "https://api.anthropic.com", where_told, where_told),
]
"""Names, addresses, and how they cache with the paper's pack and with shared-prefix."""


def cost(calls: list[Asked], caching: Caching, price: Price, *, waits: bool) -> tuple[float, float]:
    """US dollars for the prompts of a row, and the share of them that came from the cache."""
    read, cached, written = (sum(each) for each in zip(*caching(calls, waits), strict=True))
    spent = Spent(0, 0, read // _A_TOKEN, 0)._replace(
        cached_tokens=cached // _A_TOKEN, cache_written_tokens=written // _A_TOKEN
    )
    return price.cost_of(spent), cached / read


def lines() -> Iterator[str]:
    """The table."""
    yield "| model | row, tokens | coevol | cached | shared-prefix | cached | waiting | cached |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    rows = {
        size: [Row(size, pack).calls for pack in ("coevol", "shared-prefix")] for size in _SIZES
    }
    for name, address, papers, shared in MODELS:
        price = listed_price(name, address)
        assert price is not None, name
        for size, (ours, other) in rows.items():
            found = [
                cost(ours, papers, price, waits=False),
                cost(other, shared, price, waits=False),
                cost(other, shared, price, waits=True),
            ]
            told = " | ".join(f"${1000 * dollars:.2f} | {share:.0%}" for dollars, share in found)
            yield f"| {name} | {size} | {told} |"


def main() -> None:
    """Print the table: dollars for a thousand rows."""
    for line in lines():
        print(line)


if __name__ == "__main__":
    main()

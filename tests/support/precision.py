"""Precision of the guards, on the good edits and the leaks of a labelled set.

python -m tests.support.precision docs/guards.md   # writes the tables there
"""

import json
import lzma
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from nodes.guards.cleaning import Cleaned, clean
from nodes.guards.flaws import DEFAULT, FLAWS, Exchange, Flaw, FlawLimits, find_flaws
from prompts.pack import load_pack

LABELLED = Path(__file__).parents[1] / "nodes" / "guards" / "labelled"
BEGIN = "<!-- begin: written by `make guards-table` -->"
END = "<!-- end: written by `make guards-table` -->"
_AROUND = 6
"""Responses that each leak is put around."""
_SHOWN = 60
ON_REQUEST = tuple(name for name in FLAWS if name not in DEFAULT)
_FINISHED = ("stop", "end_turn", "eos", "STOP", "COMPLETE", None)
"""How endpoints say that an answer is whole; some say nothing."""
_UNFINISHED = "unfinished"


class Good(NamedTuple):
    """A real response, which has no flaw."""

    source: str
    instruction: str
    input: str
    response: str


class Seen(NamedTuple):
    """What cleaning and guards made of an edit."""

    cleaned: Cleaned
    flaws: list[Flaw]


class Leak(NamedTuple):
    """A leak around a response."""

    kind: str
    template: str
    good: Good

    @property
    def text(self) -> str:
        """What the editor says; of an unfinished edit the first two thirds."""
        if self.kind == _UNFINISHED:
            return self.good.response[: len(self.good.response) * 2 // 3]
        filled = self.template.replace("{r}", self.good.response)
        return filled.replace("{i}", self.good.instruction)

    def is_caught(self) -> bool:
        """Whether nothing of it would reach the data."""
        reason = self.template if self.kind == _UNFINISHED else "stop"
        seen = looked_at(self.good, self.good.response, self.text, reason)
        return bool(seen.flaws) or seen.cleaned.text == self.good.response


@cache
def good() -> list[Good]:
    """All labelled responses."""
    with lzma.open(LABELLED / "responses.jsonl.xz", "rt", encoding="utf-8") as lines:
        return [Good(**json.loads(line)) for line in lines]


@cache
def leaks() -> list[Leak]:
    """All labelled leaks, each around some plain responses."""
    templates: dict[str, list[str]] = yaml.safe_load((LABELLED / "leaks.yaml").read_text("utf-8"))
    pairs = [(kind, template) for kind, some in templates.items() for template in some]
    return [
        Leak(*pair, plain()[(_AROUND * number + step) * 7 % len(plain())])
        for number, pair in enumerate(pairs)
        for step in range(_AROUND)
    ]


@cache
def plain() -> list[Good]:
    """Responses that a leak can be put around."""
    return [each for each in good() if _is_plain(each)]


def _is_plain(one: Good) -> bool:
    """Whether a response has no marks of its own, and its request asks for none."""
    return (
        one.source in ("dpo-en", "gpteacher", "self-instruct", "dpo-zh")
        and 40 <= len(one.response) <= 600
        and one.response == one.response.strip()
        and not set('`"<>#*[|\u201c\u300c\u00ab') & set(one.response)
        and 5 <= len(one.instruction.split()) <= 60
        and "\n" not in one.instruction
        and one.response[-1] in ".!?\u3002"
        and not set('<"`') & set(one.instruction)
    )


def seen_in_good(one: Good, previous: str, finish_reason: str | None = "stop") -> Seen:
    """What happens to a good response as an edit of another one."""
    return looked_at(one, previous, one.response, finish_reason)


def on_request(one: Good, original: str) -> list[str]:
    """What the guards on request see in a good response that took the original's place."""
    exchange = Exchange(one.instruction, one.input, original, one.response, "stop")
    limits = FlawLimits(10.0, load_pack().judge_delimiters)
    return [flaw.name for flaw in find_flaws(exchange, limits, ON_REQUEST)]


def looked_at(one: Good, previous: str, edit: str, finish_reason: str | None) -> Seen:
    """What happens to an edit of a previous response that answered the request of a good one."""
    exchange = Exchange(one.instruction, one.input, previous, edit, finish_reason)
    cleaned = clean(edit, previous, exchange.request)
    limits = FlawLimits(10.0, load_pack().judge_delimiters)
    return Seen(cleaned, find_flaws(exchange._replace(response=cleaned.text), limits, DEFAULT))


class Measured(NamedTuple):
    """Counts over the labelled set."""

    edits: int
    """Good responses held against themselves and against others."""
    refused: Counter[str]
    """Good ones refused, by guard."""
    false: list[str]
    """The same, one by one."""
    taken: Counter[str]
    """Good ones of which something was taken off beside white space, by name."""
    leaks: Counter[str]
    caught: Counter[str]
    missed: list[str]
    against_itself: Counter[str]
    """What guards on request see in good ones held against themselves."""
    against_nothing: Counter[str]
    """The same, held against an empty response: what they would see in a first draft."""


@cache
def measure() -> Measured:
    """Measure; takes some seconds."""
    found = Measured(0, Counter(), [], Counter(), Counter(), Counter(), [], Counter(), Counter())
    some = good()
    edits = 0
    for number, one in enumerate(some):
        other = some[(number * 7 + 13) % len(some)].response
        for previous in (one.response, other):
            edits += 1
            seen = seen_in_good(one, previous, _FINISHED[edits % len(_FINISHED)])
            found.taken.update(set(seen.cleaned.taken) - {"space"})
            for flaw in seen.flaws:
                found.refused[flaw.name] += 1
                words = seen.cleaned.text[flaw.span.start : flaw.span.end]
                found.false.append(f"{flaw.name}, {one.source}: {_shown(words)}")
        found.against_itself.update(on_request(one, one.response))
        found.against_nothing.update(on_request(one, ""))
    for leak in leaks():
        found.leaks[leak.kind] += 1
        if leak.is_caught():
            found.caught[leak.kind] += 1
        elif (line := f"{leak.kind}: {_shown(leak.template)}") not in found.missed:
            found.missed.append(line)
    return found._replace(edits=edits)


def _shown(text: str) -> str:
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return f"`{json.dumps(short, ensure_ascii=False)[1:-1]}`"


def tables() -> str:
    """The tables of docs/guards.md."""
    found = measure()
    lines = [
        f"{found.edits:,} good edits: {len(good()):,} real responses, each held against itself and",
        "against another one.",
        "",
        "| guard | good edits refused | in 1,000 |",
        "| --- | ---: | ---: |",
    ]
    for name in DEFAULT:
        count = found.refused[name]
        lines.append(f"| `{name}` | {count} | {1000 * count / found.edits:.2f} |")
    lines += ["", "Refused though good: " + ("; ".join(found.false) or "none") + "."]
    taken = ", ".join(f"`{name}` {count}" for name, count in sorted(found.taken.items()))
    lines += ["", f"Something taken off good edits: {taken or 'never'}.", ""]
    lines += ["| leaks | ways | edits with them | kept out |", "| --- | ---: | ---: | ---: |"]
    for kind, count in found.leaks.items():
        share = found.caught[kind] / count
        lines.append(f"| `{kind}` | {count // _AROUND} | {count} | {share:.1%} |")
    lines += ["", "Let through: " + ("; ".join(found.missed) or "none") + ".", ""]
    return "\n".join([*lines, *_table_on_request(found)])


def _table_on_request(found: Measured) -> list[str]:
    return [
        "| guard on request | held against itself | against an empty response |",
        "| --- | ---: | ---: |",
        *(
            f"| `{name}` | {found.against_itself[name]} | {found.against_nothing[name]} |"
            for name in ON_REQUEST
        ),
    ]


def rewritten(page: str) -> str:
    """A page with the tables of today. Raises ValueError if it has no place for them."""
    return replaced(page, BEGIN, END, tables())


def replaced(page: str, begin: str, end: str, text: str) -> str:
    """A page with another text between two marks. Raises ValueError if it has none such."""
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"the page has no {begin} and {end}")
    return f"{before}{begin}\n\n{text}\n\n{end}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(rewritten(path.read_text("utf-8")), "utf-8")

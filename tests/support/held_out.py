"""Held out: leaks that the guards' patterns were not made for, and how many the guards catch.

python -m tests.support.held_out docs/guards.md   # writes the table there
"""

import json
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.support.precision import LABELLED, Good, Seen, looked_at, plain, replaced

BEGIN = "<!-- begin: leaks held out, written by `make guards-table` -->"
END = "<!-- end: leaks held out -->"
_AROUND = 6
"""Responses that each leak of a public text is put around."""


class RealEdit(NamedTuple):
    """An edit as a model wrote it."""

    model: str
    prompt: str
    """`paper` (Table 8), `paper, open` (without its last heading), the paper's in another language
    by its code, `chat`, or `chat-` and the language: a request such as people write."""
    instruction: str
    input: str
    output: str
    """The previous response."""
    edit: str
    leaks: list[str]
    """Words of the edit that must not get into the data; none of an edit that does not leak."""

    @property
    def seen(self) -> Seen:
        """What becomes of it, as if it had not been cut off."""
        good = Good(self.model, self.instruction, self.input, self.output)
        return looked_at(good, self.output, self.edit, "stop")

    def is_caught(self) -> bool:
        """Whether the edit is refused, or cleaned of all of its leaks."""
        seen = self.seen
        return bool(seen.flaws) or not any(leak in seen.cleaned.text for leak in self.leaks)


@cache
def real_edits(name: str = "held_out.jsonl") -> list[RealEdit]:
    """All of a file beside the labelled set."""
    lines = (LABELLED / name).read_text("utf-8").splitlines()
    return [RealEdit(**json.loads(line)) for line in lines]


@cache
def ways() -> list[tuple[str, str]]:
    """Leaks of public texts by kind, in which {r} is the response."""
    found: dict[str, list[str]] = yaml.safe_load((LABELLED / "held_out.yaml").read_text("utf-8"))
    return [(kind, way) for kind, some in found.items() for way in some]


class HeldOut(NamedTuple):
    """Counts by kind or model, and what got through."""

    edits: Counter[str]
    caught: Counter[str]
    missed: list[str]


@cache
def measure_held_out() -> HeldOut:
    """Measure; takes a second."""
    found = HeldOut(Counter(), Counter(), [])
    some = plain()
    for number, (kind, way) in enumerate(ways()):
        for step in range(_AROUND):
            good = some[(_AROUND * number + step) * 11 % len(some)]
            seen = looked_at(good, good.response, way.replace("{r}", good.response), "stop")
            is_caught = bool(seen.flaws) or seen.cleaned.text == good.response
            _count(found, kind, way, is_caught=is_caught)
    for each in real_edits():
        _count(found, each.model, each.leaks[0], is_caught=each.is_caught())
    return found


def _count(found: HeldOut, kind: str, words: str, *, is_caught: bool) -> None:
    found.edits[kind] += 1
    found.caught[kind] += is_caught
    if not is_caught and words not in found.missed:
        found.missed.append(words)


def table() -> str:
    """The table of docs/guards.md."""
    found = measure_held_out()
    total, caught = found.edits.total(), found.caught.total()
    rows = [
        f"| {kind} | {edits} | {found.caught[kind] / edits:.1%} |"
        for kind, edits in found.edits.items()
    ]
    return "\n".join(
        [
            "| held out | edits | kept out |",
            "| --- | ---: | ---: |",
            *rows,
            f"| all | {total} | {caught / total:.1%} |",
        ]
    )


def rewritten(page: str) -> str:
    """A page with the table of today. Raises ValueError if it has no place for it."""
    return replaced(page, BEGIN, END, table())


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(rewritten(path.read_text("utf-8")), "utf-8")

"""A look in words, for the terminal."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console

from nodes.counted import counted
from runners.folder.passed import REASONS
from runners.folder.show import boxed
from runners.look.look import Look, shortest

_WIDTH = 40
"""Characters of the longest bar of a histogram."""
_LONGEST = 1500
"""Most characters shown of each of the example's texts."""


def print_look(look: Look, name: str, window: int) -> None:
    """Print counts, histograms and the example; `window` is the models' context in tokens."""
    console = Console()
    for line in look_lines(look, name, window):
        console.print(line, markup=False, emoji=False, highlight=False, soft_wrap=True)
    if look.example is not None:
        console.print("the first response, as the agents see it:")
        texts = (
            ("instruction", look.example.instruction),
            ("input", look.example.input),
            ("response", look.example.response),
        )
        for title, text in texts:
            if text or title == "response":
                console.print(boxed(_cut(text), title))


def look_lines(look: Look, name: str, window: int) -> Iterator[str]:
    """Yield the lines of a look, without its example."""
    talks = f"{look.conversations:,} of them conversations"
    turns = f" with {counted(look.turns, 'turn')}" if look.turns else ""
    yield f"{name}: {counted(look.rows, 'row')}, {talks}{turns}"
    yield f"format      {look.format}, {look.found_by}"
    for note in look.notes:
        yield f"read        {note}"
    yield f"to evolve   {counted(look.samples, 'response')}, {look.empty:,} of them empty"
    again = f"{counted(look.asked_again, 'other')} with the question of an earlier row"
    yield f"duplicates  {counted(look.duplicates, 'row')}; {again}"
    yield f"thinking    in {counted(look.thinking, 'response')}"
    too_long = counted(look.too_long, "response")
    yield f"too long    {too_long} for a context of {window:,} tokens (--context)"
    yield f"languages   {_languages(look.languages)}"
    for unit, counts in (("row", look.passed), ("turn", look.skipped)):
        for reason, count in counts.most_common():
            yield f"untouched   {counted(count, unit)} {REASONS.get(reason, reason)}"
    for reason, count in look.bad.most_common():
        yield f"bad         {count:,} x {' '.join(reason.split())[:200]}"
    yield from _histogram("instructions with input, in characters", look.instructions)
    yield from _histogram("responses, in characters", look.responses)


def _languages(counts: Counter[str]) -> str:
    total = counts.total()
    shares = (f"{name} {_share(count, total)}" for name, count in counts.most_common(6))
    if not total:
        return "no response"
    return f"{', '.join(shares)} (of the first {counted(total, 'response')})"


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%}" if count * 200 >= total else "under 1%"


def _histogram(title: str, lengths: Counter[int]) -> Iterator[str]:
    if not lengths:
        return
    yield title
    most = max(lengths.values())
    for bits in range(min(lengths), max(lengths) + 1):
        bar = "\u2588" * -(-lengths[bits] * _WIDTH // most)
        yield f"  {_range(bits):>17}  {bar} {lengths[bits]:,}"


def _range(bits: int) -> str:
    return f"{shortest(bits):,} to {shortest(bits + 1) - 1:,}" if bits > 1 else f"{shortest(bits)}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... ({len(text):,} characters)"

"""The table of an estimate, for the terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from runners.calls.spent import Spent
from runners.estimate.estimate import Estimate
from runners.folder.spent_words import saved_in_words

_COLUMNS = ("rows", "calls", "tokens in", "tokens out", "cost")
_NAME = 12
"""Characters that the column of names needs; longer names are wrapped."""
_UNLIMITED = 1000
"""A width, in characters, in which every table has room."""


def print_table(estimates: Mapping[str, Estimate], title: str) -> None:
    """Print estimates by name, and what caches save of their cost.

    On a terminal too narrow for a table, each figure has a line of its own.
    """
    console = Console()
    lines = [(name, *_cells(each)) for name, each in estimates.items()]
    if _has_room(console, lines, title):
        console.print(_table(lines, title))
    else:
        _print_list(console, lines, title)
    for name, each in estimates.items():
        if (saved := saved_in_words(each.saved)) is not None:
            console.print(f"{name}: {saved}", highlight=False)


def _has_room(console: Console, lines: Sequence[tuple[str, ...]], title: str) -> bool:
    """Whether the figures fit beside wrapped names."""
    nameless = _table([("", *cells) for _, *cells in lines], title)
    unlimited = console.options.update(width=_UNLIMITED)
    return console.measure(nameless, options=unlimited).maximum + _NAME <= console.width


def _table(lines: Sequence[tuple[str, ...]], title: str) -> Table:
    figures = (Column(name, no_wrap=True) for name in _COLUMNS)
    table = Table("", *figures, title=title)
    for line in lines:
        table.add_row(*line)
    return table


def _print_list(console: Console, lines: Sequence[tuple[str, ...]], title: str) -> None:
    console.print(Text(title))
    for name, *cells in lines:
        console.print(Text(name))
        for column, cell in zip(_COLUMNS, cells, strict=True):
            console.print(Text(f"  {column:<10}  {cell}"))


def _cells(each: Estimate) -> tuple[str, ...]:
    cost = "unknown" if each.cost is None else f"${each.cost:,.2f}"
    return f"{each.rows:,}", f"{each.spent.calls:,}", *_tokens(each.spent), cost


def _tokens(spent: Spent) -> tuple[str, str]:
    """Input and output tokens with their known parts; "unknown" if no endpoint reported any."""
    told, share = spent.tokens, spent.cached_share
    given, said, thought = told["input_tokens"], told["output_tokens"], told["reasoning_tokens"]
    if given is None or said is None:
        return "unknown", "unknown"
    cached = f" ({share:.0%} cached)" if share else ""
    thinking = f" ({thought:,} thinking)" if thought else ""
    return f"{given:,}{cached}", f"{said:,}{thinking}"

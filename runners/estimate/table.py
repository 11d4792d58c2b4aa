"""The estimate as a person reads it: least and most, or what a pilot says."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from nodes.counted import counted
from runners.calls.price import Price, Terms
from runners.calls.prices import prices_of
from runners.calls.spent import Spent
from runners.data.choice import Choice
from runners.data.dataset import Dataset
from runners.data.formats import Task, task_digest
from runners.data.reading import Reading
from runners.data.samples import samples_of
from runners.errors import UsageError, usage_errors
from runners.estimate.batches import Batched, batch_lines
from runners.estimate.estimate import (
    ROUNDS,
    Course,
    Estimate,
    assumptions,
    estimate,
)
from runners.estimate.known import NOTHING, Known
from runners.estimate.pilot import run_pilot
from runners.folder.choosing import Choosing
from runners.folder.spent_words import saved_in_words
from runners.run.frameworks import check_prompts
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.run.words import begins_alike

_NO_CACHE = (
    "Nothing of prompts is taken to come from a cache, though they begin alike: that depends on "
    "the endpoint, and many keep no beginning under 1,024 tokens. --like a run with this pack "
    "knows, and --cached-share tries a share out."
)
_COLUMNS = ("rows", "calls", "tokens in", "tokens out", "cost")
_NAME = 12
"""Characters that a line of the table needs for its name, of several words."""
_WIDEST = 1000


class Assumed(NamedTuple):
    """What an estimate takes for granted beside the rows."""

    framework: Framework = "coevol"
    price: Price | None = None
    """The user's own."""
    tier: str = ""
    """The service tier that is to answer; empty for the usual one."""
    known: Known = NOTHING
    batched: Batched | None = None
    """What is known of its batches; None where calls are sent one by one."""


def print_estimate(
    dataset: Dataset, context: ConversationContext, choice: Choice, assumed: Assumed
) -> None:
    """Print what a run over the dataset would take. Raises UsageError."""
    with usage_errors():
        prices = prices_of(context, assumed.price)
        check_prompts(assumed.framework, context)
    tasks, repeats = _evolved(dataset, context, choice)
    samples = [sample for task in tasks for sample in samples_of(task, context)]
    terms = Terms(assumed.tier)
    estimates = {
        name: estimate(samples, context, course, prices, assumed.framework, assumed.known, terms)
        for name, course in _courses(context, assumed.framework).items()
    }
    _print(estimates, context)
    if repeats:
        rows = counted(repeats, "row")
        told = f"Not counted: {rows} with the task of an earlier row, evolved once for all."
        Console().print(told, highlight=False)
    for line in _assumptions(context, assumed):
        Console().print(line, highlight=False)
    if assumed.batched is not None:
        framework, batched = assumed.framework, assumed.batched
        for line in batch_lines(len(tasks), context, framework, batched, prices):
            Console().print(line, highlight=False)


def print_pilot(
    dataset: Dataset,
    context: ConversationContext,
    choice: Choice,
    size: int,
    conduct: Conduct,
    framework: Framework,
) -> None:
    """Print what a pilot says that a run would take. Raises UsageError, and what a run raises."""
    if conduct.batches is not None:
        hint = "leave --engine batch out, and see what it changes without --pilot"
        raise UsageError(f"--pilot: its calls are sent one by one; {hint}")
    found = run_pilot(dataset, context, size, conduct, Progress(), framework, choice)
    _print({f"from a pilot of {counted(size, 'row')}": found}, context)


def _courses(context: ConversationContext, framework: Framework) -> dict[str, Course]:
    """The courses that a run may take, by what they are called."""
    if framework != "coevol":
        courses = {f"{framework} (one pass)": Course(1)}
    else:
        least, most = Course(1, won=False), Course(context.max_rounds)
        courses = {
            f"{name} ({counted(course.rounds, 'round')})": course
            for name, course in (("least", least), ("most", most))
        }
    if context.repair:
        again = list(courses.values())[-1]._replace(repairs=context.repair)
        courses[f"and every edit asked again ({counted(context.repair, 'time')} a round)"] = again
    return courses


def _evolved(
    dataset: Dataset, context: ConversationContext, choice: Choice
) -> tuple[list[Task], int]:
    """The tasks of all rows that are not bad, and do not pass untouched; each once.

    And how many rows have the task of an earlier one.
    """
    reading, tasks, rows = Reading(dataset), dict[str, Task](), 0
    choosing = Choosing(choice, reading, context)
    for position, checked in islice(enumerate(reading), dataset.selection.offset, None):
        if checked.task is None or choosing.reason(position, checked) is not None:
            continue
        rows += 1
        tasks.setdefault(task_digest(checked.task), checked.task)
    return list(tasks.values()), rows - len(tasks)


def _assumptions(context: ConversationContext, assumed: Assumed) -> Iterator[str]:
    told = assumptions(context)
    yield f"Assumed: {ROUNDS} {told}" if assumed.framework == "coevol" else f"Assumed: {told}"
    if assumed.known.in_words:
        yield f"Known: {assumed.known.in_words}."
    if begins_alike(context.pack) and not assumed.known.cached_share:
        yield _NO_CACHE
    if assumed.tier:
        yield f"Prices are those of service tier {assumed.tier}, where a model has them."


def _print(estimates: dict[str, Estimate], context: ConversationContext) -> None:
    """Print a table, and what caches save of the cost."""
    _print_table(estimates, context)
    for name, each in estimates.items():
        if (saved := saved_in_words(each.saved)) is not None:
            Console().print(f"{name}: {saved}", highlight=False)


def _print_table(estimates: dict[str, Estimate], context: ConversationContext) -> None:
    """Print a table; on a terminal that is too narrow for it, each of its figures on a line."""
    console = Console()
    lines = [(name, *_cells(each)) for name, each in estimates.items()]
    nameless = _table([("", *cells) for _, *cells in lines], context.model)
    wide = console.options.update(width=_WIDEST)
    if console.measure(nameless, options=wide).maximum + _NAME <= console.width:
        console.print(_table(lines, context.model))
        return
    console.print(Text(context.model))
    for name, *cells in lines:
        console.print(Text(name))
        for column, cell in zip(_COLUMNS, cells, strict=True):
            console.print(Text(f"  {column:<10}  {cell}"))


def _table(lines: Sequence[tuple[str, ...]], title: str) -> Table:
    numbers = (Column(name, no_wrap=True) for name in _COLUMNS)
    table = Table("", *numbers, title=title)
    for line in lines:
        table.add_row(*line)
    return table


def _cells(each: Estimate) -> tuple[str, ...]:
    cost = "unknown" if each.cost is None else f"${each.cost:,.2f}"
    return f"{each.rows:,}", f"{each.spent.calls:,}", *_tokens(each.spent), cost


def _tokens(spent: Spent) -> tuple[str, str]:
    """Tokens in and out, with what is known of their parts."""
    told, share = spent.tokens, spent.cached_share
    given, said, thought = told["input_tokens"], told["output_tokens"], told["reasoning_tokens"]
    if given is None or said is None:
        return "unknown", "unknown"
    cached = f" ({share:.0%} cached)" if share else ""
    return f"{given:,}{cached}", f"{said:,}{f' ({thought:,} thinking)' if thought else ''}"

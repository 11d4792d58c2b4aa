"""The estimate as a person reads it: least and most, or what a pilot says."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from runners.batches.options import BatchOptions
from runners.calls.price import Price
from runners.calls.prices import prices_of
from runners.data.choice import EVERY_ROW, Choice
from runners.data.dataset import Dataset
from runners.data.formats import Task, task_digest
from runners.data.reading import Reading
from runners.errors import UsageError, usage_errors
from runners.estimate.batches import batch_lines, batch_prices
from runners.estimate.estimate import ASSUMPTIONS, ROUNDS, Estimate, estimate, samples_of
from runners.estimate.pilot import run_pilot
from runners.folder.choosing import Choosing
from runners.run.plan import Conduct
from runners.run.progress import Progress


def print_estimate(
    dataset: Dataset,
    context: ConversationContext,
    own: Price | None,
    pilot: int | None,
    cache: Path | None,
    framework: Framework = "coevol",
    choice: Choice = EVERY_ROW,
    batches: BatchOptions | None = None,
    run: Path | None = None,
) -> None:
    """Print what a run over the dataset would take, `batches` if its calls go in these.

    A `run` tells how long batches take. Raises UsageError, and what a pilot raises.
    """
    if pilot is not None:
        if batches is not None:
            hint = "leave --engine batch out, and see what it changes without --pilot"
            raise UsageError(f"--pilot: its calls are sent one by one; {hint}")
        conduct = Conduct(price=own, cache=cache)
        found = run_pilot(dataset, context, pilot, conduct, Progress(), framework, choice)
        _print({f"from a pilot of {pilot} rows": found}, context)
        return
    with usage_errors():
        usual = prices_of(context, own)
    models = {each.model for each in context.settings.values()}
    prices = usual if batches is None else batch_prices(usual, models)
    tasks = list(_evolved(dataset, context, choice))
    samples = [sample for task in tasks for sample in samples_of(task, context)]
    if framework == "coevol":
        by_rounds = {
            f"{name} ({rounds} rounds)": estimate(samples, context, rounds, prices)
            for name, rounds in (("least", 1), ("most", context.max_rounds))
        }
    else:
        by_rounds = {f"{framework} (one pass)": estimate(samples, context, 1, prices, framework)}
    if context.repair:
        most = context.max_rounds if framework == "coevol" else 1
        again = estimate(samples, context, most, prices, framework, context.repair)
        by_rounds |= {f"and every edit asked again ({context.repair} times a round)": again}
    _print(by_rounds, context)
    told = f"{ROUNDS} {ASSUMPTIONS}" if framework == "coevol" else ASSUMPTIONS
    Console().print(f"Assumed: {told}", highlight=False)
    if batches is not None:
        for line in batch_lines(len(tasks), context, framework, batches, usual, run):
            Console().print(line, highlight=False)


def _evolved(dataset: Dataset, context: ConversationContext, choice: Choice) -> Iterator[Task]:
    """Yield the tasks of all rows that are not bad, and do not pass untouched; each once."""
    reading, seen = Reading(dataset), set[str]()
    choosing = Choosing(choice, reading, context)
    for position, checked in islice(enumerate(reading), dataset.selection.offset, None):
        if checked.task is None or choosing.reason(position, checked) is not None:
            continue
        if (digest := task_digest(checked.task)) not in seen:
            seen.add(digest)
            yield checked.task


def _print(estimates: dict[str, Estimate], context: ConversationContext) -> None:
    table = Table("", "rows", "calls", "tokens in", "tokens out", "cost", title=context.model)
    for name, each in estimates.items():
        cost = "unknown" if each.cost is None else f"${each.cost:,.2f}"
        tokens = each.spent.tokens
        counts = (each.rows, each.spent.calls, tokens["input_tokens"], tokens["output_tokens"])
        table.add_row(name, *("unknown" if n is None else f"{n:,}" for n in counts), cost)
    Console().print(table)

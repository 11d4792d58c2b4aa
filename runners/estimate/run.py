"""coevol estimate, from what the user asked for to what is printed."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console

from graph.frameworks import Framework
from nodes.conversation import ConversationContext
from nodes.counted import counted
from runners.calls.price import Price, Terms
from runners.calls.prices import prices_of
from runners.data.choice import Choice
from runners.data.dataset import Dataset
from runners.data.samples import samples_of
from runners.errors import UsageError, usage_errors
from runners.estimate.batches import Batched, batch_lines
from runners.estimate.estimate import ROUNDS, assumptions, estimate
from runners.estimate.known import NOTHING, Known
from runners.estimate.pilot import run_pilot
from runners.estimate.rounds import Scenario
from runners.estimate.table import print_table
from runners.estimate.tasks import read_tasks
from runners.run.frameworks import check_prompts
from runners.run.plan import Conduct
from runners.run.progress import Progress
from runners.run.words import begins_alike

_NO_CACHE = (
    "No part of the prompts is assumed to come from a cache, although they begin alike: that "
    "depends on the endpoint, and many cache no beginning under 1,024 tokens. --like takes the "
    "share from a run with this pack, --cached-share assumes one."
)


class Assumed(NamedTuple):
    """What an estimate assumes, besides the rows and the agents' settings."""

    framework: Framework = "coevol"
    price: Price | None = None
    """The user's own price for every model; None to look prices up."""
    tier: str = ""
    """The service tier whose prices apply; empty for the usual one."""
    known: Known = NOTHING
    batched: Batched | None = None
    """How long batches take; None if calls are sent one by one."""


def print_estimate(
    dataset: Dataset, context: ConversationContext, choice: Choice, assumed: Assumed
) -> None:
    """Print what a run over the dataset would use, and on which assumptions. Sends nothing.

    Raises UsageError if the dataset can't be read, or the framework lacks a prompt.
    """
    framework, known, terms = assumed.framework, assumed.known, Terms(assumed.tier)
    with usage_errors():
        prices = prices_of(context, assumed.price)
        check_prompts(framework, context)
    tasks = read_tasks(dataset, context, choice)
    samples = [sample for task in tasks.distinct for sample in samples_of(task, context)]
    estimates = {
        name: estimate(samples, context, scenario, prices, framework, known, terms)
        for name, scenario in _scenarios(context, framework).items()
    }
    print_table(estimates, context.model)
    _say(_repeat_lines(tasks.repeats))
    _say(_assumption_lines(context, assumed))
    if assumed.batched is not None:
        _say(batch_lines(len(tasks.distinct), context, framework, assumed.batched, prices))


def print_pilot(
    dataset: Dataset,
    context: ConversationContext,
    choice: Choice,
    size: int,
    conduct: Conduct,
    framework: Framework,
) -> None:
    """Evolve `size` rows, and print what a run over all of them would use.

    Raises UsageError if calls are to go in batches or there is no row to evolve, RunError if no row
    of the pilot finished, and what a run raises.
    """
    if conduct.batches is not None:
        hint = "leave --engine batch out, and see what it changes without --pilot"
        raise UsageError(f"--pilot: its calls are sent one by one; {hint}")
    pilot = run_pilot(dataset, context, size, conduct, Progress(), framework, choice)
    rows = counted(pilot.rows, "row")
    print_table({f"from a pilot of {rows}": pilot.estimate}, context.model)
    if pilot.failed:
        print(f"Of its {rows}, {pilot.failed} failed; the figures are scaled up from the others.")


def _scenarios(context: ConversationContext, framework: Framework) -> dict[str, Scenario]:
    """The scenarios to estimate, by the names that the table gives them."""
    if framework != "coevol":
        scenarios = {f"{framework} (one pass)": Scenario(1)}
    else:
        least, most = Scenario(1, won=False), Scenario(context.max_rounds)
        scenarios = {
            f"{name} ({counted(scenario.rounds, 'round')})": scenario
            for name, scenario in (("least", least), ("most", most))
        }
    if context.repair:
        again = list(scenarios.values())[-1]._replace(repairs=context.repair)
        scenarios[f"and every edit asked again ({counted(context.repair, 'time')} a round)"] = again
    return scenarios


def _repeat_lines(repeats: int) -> Iterator[str]:
    if repeats:
        rows = counted(repeats, "row")
        yield f"Not counted: {rows} with the task of an earlier row, evolved once for all."


def _assumption_lines(context: ConversationContext, assumed: Assumed) -> Iterator[str]:
    told = assumptions(context)
    yield f"Assumed: {ROUNDS} {told}" if assumed.framework == "coevol" else f"Assumed: {told}"
    if assumed.known.in_words:
        yield f"Known: {assumed.known.in_words}."
    if begins_alike(context.pack) and not assumed.known.cached_share:
        yield _NO_CACHE
    if assumed.tier:
        yield f"Prices are those of service tier {assumed.tier}, where a model has them."


def _say(lines: Iterator[str]) -> None:
    """Print lines of text, wrapped at the width of the terminal."""
    console = Console()
    for line in lines:
        console.print(line, highlight=False)

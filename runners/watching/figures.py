"""Figures: the state of the work at one moment, taken in its event loop for any thread to read."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from nodes.judging.fitness import Fitness
from nodes.unchanged import Edits
from runners.calls.gate import Gate
from runners.calls.spent import Spent
from runners.run.watch import Watch


class Places(NamedTuple):
    """Calls at an endpoint."""

    in_flight: int
    limit: int
    """Calls that may be in flight now."""
    rate_limit: float | None
    """Calls per second that may start now; None if nothing limits them."""


class Figures(NamedTuple):
    """The state of the work. Spending covers all its starts."""

    unit: str
    """The unit of `outcomes`: rows, or pairs."""
    outcomes: Mapping[str, int]
    spent: Mapping[tuple[str, str], Spent]
    """By role and model string."""
    cost: Mapping[tuple[str, str], float]
    """US dollars, likewise; without unknown ones."""
    endpoints: Mapping[str, Places]
    judge: Fitness
    edits: Edits | None
    """Of the latest rounds; None without an editor."""


def figures_of(view: Watch) -> Figures:
    """Take the figures."""
    spending = view.spending
    gates = view.admission.gates.items()
    return Figures(
        view.unit,
        view.outcomes,
        spending.spent,
        {whose: cost for whose, cost in spending.costs.items() if cost is not None},
        {name: _places(gate) for name, gate in gates},
        view.judge.fitness,
        view.edits,
    )


def _places(gate: Gate) -> Places:
    speed = gate.speed
    return Places(gate.in_flight, speed.size, speed.rate(time.monotonic()))

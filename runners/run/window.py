"""The window: how many rows are under way at once."""

from nodes.context import Context
from nodes.models.gguf import most_at
from nodes.models.names import endpoint_names
from nodes.models.settings import ModelSettings

WINDOW = 8
"""Samples open for each call that may be in flight: the queue of calls never runs dry."""


def open_rows(context: Context, concurrency: int) -> int:
    """So many that calls always wait where the most of one role's can be answered at once.

    More would only put off the first rows: calls are served in the order of asking. `concurrency`
    is the highest number of calls in flight at one endpoint.
    """
    return WINDOW * max(_most(settings, concurrency) for settings in context.settings.values())


def _most(settings: ModelSettings, concurrency: int) -> int:
    return sum(most_at(endpoint, concurrency) for endpoint in endpoint_names(settings))

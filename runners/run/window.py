"""The window: how many rows are open at once."""

from nodes.context import Context
from nodes.models.gguf import most_at
from nodes.models.names import endpoint_names
from nodes.models.settings import ModelSettings

WINDOW = 8
"""Open samples per call that may be in flight, so that the queue of calls never runs dry."""


def open_rows(context: Context, concurrency: int) -> int:
    """Enough open rows to keep calls waiting even at the role with the highest limit.

    More would only delay the first rows, because calls are served in the order of asking.
    `concurrency` is the highest number of calls in flight at one endpoint.
    """
    return WINDOW * max(_most(settings, concurrency) for settings in context.settings.values())


def _most(settings: ModelSettings, concurrency: int) -> int:
    return sum(most_at(endpoint, concurrency) for endpoint in endpoint_names(settings))

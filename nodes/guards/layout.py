"""Layout: what a response may not hold where it will be kept.

Only some data has such a layout: a conversation in one text, its messages between marks. Whatever
guards are chosen, no edit wins that would be read as something else there.
"""

from collections.abc import Callable

from nodes.guards.span import Span

LAYOUT = "layout"
"""The name of this guard in records and counts. It can't be chosen: where it applies, it is on."""
MEANING = "what the data's own layout would take for the beginning of another message"
LayoutCheck = Callable[[str, str], Span | None]
"""Finds, given the original and the edited response, what is new and can't be kept."""

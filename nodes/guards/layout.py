"""Layout: text that a response must not contain because the dataset's format would misread it.

It matters only for formats that keep a whole conversation in one string, with marks between its
messages: an edit that contains such a mark would be read back as several messages. This check is
always on there, whatever guards are chosen.
"""

from collections.abc import Callable

from nodes.guards.span import Span

LAYOUT = "layout"
"""The name of this guard in records and counts. It can't be turned on or off by name."""
MEANING = "what the data's own layout would take for the beginning of another message"
LayoutCheck = Callable[[str, str], Span | None]
"""Given the original and the edited response: where the edit adds a mark of the layout, or None."""

"""Progress: shows work in progress on a terminal, as plain lines, as JSON, or not at all."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Literal, TextIO

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from nodes.counted import noun
from runners.folder.records import Record
from runners.folder.spent_words import saved_in_words
from runners.run.watch import Moment, Watch
from runners.run.watcher import Watcher

Style = Literal["auto", "quiet", "json"]


class Progress:
    """Shows work on the terminal, as lines if there is none, or as JSON events."""

    def __init__(self, style: Style = "auto", watchers: Sequence[Watcher] = ()) -> None:
        """`watchers` observe the work, too."""
        self._console = Console(stderr=True)
        self.style: Style = style
        self.observers = watchers

    def say(self, text: str) -> None:
        """Print a line for the user."""
        if self.style == "auto":
            self._console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def warn(self, text: str) -> None:
        """Print a warning; the run goes on."""
        self.say(f"warning: {text}")
        self.event("warning", message=text)

    def event(self, name: str, **fields: object) -> None:
        """Emit an event for other programs: one JSON object per line on stdout."""
        if self.style == "json":
            _write(sys.stdout, json.dumps({"event": name, **fields}) + "\n")

    async def row(self, record: Record) -> None:
        """Report a finished row."""
        failure = None if record.failure is None else record.failure.model_dump()
        self.event("row", id=record.id, accepted=record.accepted, failure=failure)
        for each in self.observers:
            each.row(record)

    @asynccontextmanager
    async def follow(self, view: Watch) -> AsyncGenerator[None]:
        """Show the work while the block lasts."""
        async with AsyncExitStack() as watching:
            for each in self.observers:
                await watching.enter_async_context(each.follow(view))
            await watching.enter_async_context(self._shown(view))
            yield

    @asynccontextmanager
    async def _shown(self, view: Watch) -> AsyncGenerator[None]:
        if self.style == "quiet":
            yield
        elif self.style == "json":
            async with every(1.0, lambda: self.event("progress", **view.snapshot().as_dict())):
                yield
            self.event("progress", **view.snapshot().as_dict())
        elif self._console.is_terminal:
            with Live(console=self._console, auto_refresh=False, transient=True) as live:
                async with every(0.5, lambda: live.update(panel_of(view.snapshot()), refresh=True)):
                    yield
        else:
            async with every(10.0, lambda: self.say(line(view.snapshot()))):
                yield


@asynccontextmanager
async def every(seconds: float, show: Callable[[], None]) -> AsyncGenerator[None]:
    """Call `show` repeatedly while the block lasts."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            show()

    task = asyncio.create_task(repeat())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


def panel_of(now: Moment) -> Table:
    """Draw a moment for the terminal, whose whole width the words have."""
    table = Table.grid()
    table.add_row(ProgressBar(total=now.total, completed=now.done, width=40))
    table.add_row(Text(line(now)))  # endpoints' words are not markup
    if now.last_error:
        table.add_row(Text(f"last error: {now.last_error[:200]}"))
    return table


def line(now: Moment) -> str:
    """Describe a moment on one line."""
    parts = [
        *now.in_words,
        f"{now.calls} {noun(now.calls, 'call')} at {now.calls_per_second:.1f}/s, "
        f"{now.in_flight}/{now.limit} in flight",
        _tokens(now),
    ]
    if now.cost_usd is not None and now.cost_usd > 0:
        projected = now.projected_cost_usd
        whole = "so far" if projected is None else f"of about ${projected:.2f}"
        parts.append(f"${now.cost_usd:.2f} {whole}")
    if (saved := saved_in_words(now.saved_usd)) is not None:
        parts.append(saved)
    if now.eta_seconds is not None:
        parts.append(f"ETA {timedelta(seconds=round(now.eta_seconds))}")
    if now.judge:
        parts.append(now.judge)
    if now.editor:
        parts.append(now.editor)
    if now.trouble:
        parts.append(f"waiting: {now.trouble}")
    return " | ".join(parts)


def _tokens(now: Moment) -> str:
    if now.input_tokens is None or now.output_tokens is None:
        return "tokens unknown"
    cached = f", {now.cached_share:.0%} of prompts from cache" if now.cached_share else ""
    return f"{now.input_tokens + now.output_tokens:,} tokens{cached}"


def _write(file: TextIO, text: str) -> None:
    file.write(text)
    file.flush()

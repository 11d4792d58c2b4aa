"""Runs generators that ask questions and are sent the answers, in a thread or the event loop.

A node that needs something from outside, such as a model's answer, is a generator: it yields its
question, is sent the answer, and returns its update of the state.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar, cast

Q = TypeVar("Q")
A = TypeVar("A")
R = TypeVar("R")


def run_to_end(asking: Generator[Q, A, R], answer: Callable[[Q], A]) -> R:
    """Return what the generator returns; `answer` is called for each value that it yields.

    Raises RuntimeError if `answer` raises StopIteration, as an exhausted iterator does.
    """
    given = cast("A", None)  # the first value sent to a generator must be None
    while True:
        try:
            question = asking.send(given)
        except StopIteration as end:
            return end.value
        try:
            given = answer(question)
        except StopIteration as error:  # a caller would take it for its own end
            raise RuntimeError("StopIteration was raised for an answer") from error


async def arun_to_end(asking: Generator[Q, A, R], answer: Callable[[Q], Awaitable[A]]) -> R:
    """The same, with an awaitable `answer`."""
    given: Any = None
    while True:
        try:
            question = asking.send(given)
        except StopIteration as end:
            return end.value
        given = await answer(question)

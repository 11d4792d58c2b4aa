"""Generators that ask and are answered, run to their end: in this thread, or in the event loop.

A node that needs something from outside, such as a model's answer, is a generator: it yields what
it asks, is sent the answer, and returns its update of the state.
"""

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar, cast

Q = TypeVar("Q")
A = TypeVar("A")
R = TypeVar("R")


def run_to_end(asking: Generator[Q, A, R], answer: Callable[[Q], A]) -> R:
    """Return what the generator returns; `answer` is called for each thing that it yields.

    Raises RuntimeError where `answer` raises StopIteration, as an exhausted iterator does.
    """
    given = cast("A", None)  # what starts a generator
    while True:
        try:
            question = asking.send(given)
        except StopIteration as end:
            return end.value
        try:
            given = answer(question)
        except StopIteration as error:  # whoever calls a node takes it for an end of their own
            raise RuntimeError("StopIteration was raised for an answer") from error


async def arun_to_end(asking: Generator[Q, A, R], answer: Callable[[Q], Awaitable[A]]) -> R:
    """Do the same with an `answer` that is awaited."""
    given: Any = None
    while True:
        try:
            question = asking.send(given)
        except StopIteration as end:
            return end.value
        given = await answer(question)

"""User-defined guards: functions that check an edit, given by name or as objects.

    own_guard("checks:no_links")   # module and function
    own_guard(no_links)            # the function itself, in Python

A guard is called with instruction, input, original and edited response, all strings. It returns
why the edit is refused, as a string or a list of strings, or None. It may be a coroutine function.
"""

import asyncio
import inspect
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from importlib import import_module
from typing import Any, NamedTuple, cast

from nodes.guards.flaws import Exchange

Check = Callable[[str, str, str, str], Any]
_LONGEST = 300
"""Most characters of an exception's message that are shown."""


class OwnGuardError(ValueError):
    """A guard can't be used; the one-line message says why."""


class GuardFailedError(RuntimeError):
    """A guard raised, or returned something that is not a reason; the message names the guard."""


class GuardAnswer(NamedTuple):
    """A guard's answer about one edit."""

    reasons: list[str]
    seconds: float
    """How long the call took."""


class OwnGuard:
    """A user-defined guard. Pickled by name, so other processes import it for themselves."""

    def __init__(self, name: str, check: Check) -> None:
        self.name, self._check = name, check
        self.in_flight = 0
        """Calls of the guard that have not returned yet."""

    def __reduce__(self) -> tuple[Callable[[str], "OwnGuard"], tuple[str]]:
        return own_guard, (self.name,)

    def ask(self, edit: Exchange) -> GuardAnswer:
        """Call the guard and wait in this thread. Raises GuardFailedError."""
        said, seconds = self._call(edit)
        if inspect.isawaitable(said):  # a loop may well run in this thread already
            with ThreadPoolExecutor(1) as thread:
                return thread.submit(asyncio.run, self._awaited(said, seconds)).result()
        return GuardAnswer(self._reasons(said), seconds)

    async def aask(self, edit: Exchange) -> GuardAnswer:
        """Call the guard; a plain function runs in a thread, because it may block.

        Raises GuardFailedError.
        """
        self.in_flight += 1
        try:
            if inspect.iscoroutinefunction(self._check):
                said, seconds = self._call(edit)
            else:
                said, seconds = await asyncio.to_thread(self._call, edit)
            if inspect.isawaitable(said):
                return await self._awaited(said, seconds)
            return GuardAnswer(self._reasons(said), seconds)
        finally:
            self.in_flight -= 1

    def _call(self, edit: Exchange) -> tuple[Any, float]:
        started = time.perf_counter()
        try:
            said = self._check(edit.instruction, edit.input, edit.original, edit.response)
        except Exception as error:
            raise self._failed(error) from error
        return said, time.perf_counter() - started

    async def _awaited(self, said: Any, seconds: float) -> GuardAnswer:
        started = time.perf_counter()
        try:
            reasons = await said
        except Exception as error:
            raise self._failed(error) from error
        return GuardAnswer(self._reasons(reasons), seconds + time.perf_counter() - started)

    def _reasons(self, said: object) -> list[str]:
        found = [said] if isinstance(said, str) else said or []
        if isinstance(found, list | tuple):
            reasons = cast("Sequence[object]", found)
            if all(isinstance(each, str) for each in reasons):
                return [each for each in cast("Sequence[str]", reasons) if each]
        raise GuardFailedError(
            f"guard {self.name}: returned {said!r:.80}; return a reason, a list of them, or None"
        )

    def _failed(self, error: Exception) -> GuardFailedError:
        words = " ".join(str(error).split())[:_LONGEST]
        return GuardFailedError(f"guard {self.name}: {type(error).__name__}: {words}")


def own_guard(given: str | Check) -> OwnGuard:
    """The guard named `package.module:function`, or given as a function. Raises OwnGuardError.

    Modules in the working directory can be named, too.
    """
    if isinstance(given, str):
        return OwnGuard(given, _imported(given))
    function: str = getattr(given, "__qualname__", "<object>")
    name = f"{given.__module__}:{function}"
    if function.endswith(("<lambda>", "<object>")):
        raise OwnGuardError(f"{name}: has no name of its own; define it with def")
    return OwnGuard(name, given)


def _imported(name: str) -> Check:
    module, _, function = name.partition(":")
    if not all(part.isidentifier() for part in [*module.split("."), *function.split(".")]):
        raise OwnGuardError("write MODULE:FUNCTION, such as checks:no_links")
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())
    try:
        found: Any = reduce(getattr, function.split("."), import_module(module))
    except Exception as error:
        words = " ".join(str(error).split())[:_LONGEST]
        raise OwnGuardError(f"can't be imported: {type(error).__name__}: {words}") from error
    if not callable(found):
        raise OwnGuardError(f"is no function but {type(found).__name__}")
    return found

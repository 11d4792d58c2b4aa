"""run.log: information for developers and for the run's owner."""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_OWN = logging.getLogger("coevol")
_OWN.setLevel(logging.INFO)
_OWN.propagate = False  # messages for the user go through the progress instead
_LIBRARIES = ("langsmith", "langchain_core", "opentelemetry", "ray")
"""Loggers whose records go only to run.log while a run is working."""


class _Propagation:
    """Keeps libraries' records from the application's handlers while any run is working."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._before: dict[logging.Logger, bool] = {}

    def __enter__(self) -> None:
        """Turn propagation off, unless another run has."""
        with self._lock:
            self._runs += 1
            if self._runs == 1:
                loggers = map(logging.getLogger, _LIBRARIES)
                self._before = {logger: logger.propagate for logger in loggers}
                for logger in self._before:
                    logger.propagate = False

    def __exit__(self, *_: object) -> None:
        """Turn it on again after the last run."""
        with self._lock:
            self._runs -= 1
            if self._runs == 0:
                for logger, propagates in self._before.items():
                    logger.propagate = propagates


_propagation = _Propagation()


@contextmanager
def logging_to(path: Path) -> Generator[None]:
    """Write this thread's log records to a run's log; other runs have logs of their own."""
    thread = threading.get_ident()
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.thread == thread or record.name != _OWN.name)
    loggers = [_OWN, *map(logging.getLogger, _LIBRARIES)]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        with _propagation:
            yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()

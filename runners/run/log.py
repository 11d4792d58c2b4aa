"""The log of a run: what its programmers and its owner may want to know later."""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_OWN = logging.getLogger("coevol")
_OWN.setLevel(logging.INFO)
_OWN.propagate = False  # whoever follows a run tells what there is to tell
_LIBRARIES = ("langsmith", "langchain_core", "opentelemetry", "ray")
"""Loggers whose records go to run.log, and nowhere else, while a run is at work."""


class _Propagation:
    """Keeps the libraries' records from the application's handlers while any run is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs = 0
        self._before: dict[logging.Logger, bool] = {}

    def __enter__(self) -> None:
        """Stop it, unless another run has."""
        with self._lock:
            self._runs += 1
            if self._runs == 1:
                loggers = map(logging.getLogger, _LIBRARIES)
                self._before = {logger: logger.propagate for logger in loggers}
                for logger in self._before:
                    logger.propagate = False

    def __exit__(self, *_: object) -> None:
        """Let it go on as before once no run is left."""
        with self._lock:
            self._runs -= 1
            if self._runs == 0:
                for logger, propagates in self._before.items():
                    logger.propagate = propagates


_propagation = _Propagation()


@contextmanager
def logging_to(path: Path) -> Generator[None]:
    """Write into a run's log what its thread logs: other runs of the process have their own."""
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

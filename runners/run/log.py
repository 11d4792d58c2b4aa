"""The log of a run: what its programmers and its owner may want to know later."""

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

logging.getLogger("coevol").setLevel(logging.INFO)
_LOGGERS = ("coevol", "langsmith", "langchain_core", "opentelemetry", "ray")
"""Whose words go to run.log: what tracing and Ray say of themselves is nothing for the terminal."""
for _logger in map(logging.getLogger, _LOGGERS):
    _logger.propagate = False  # nothing is printed but by whom the run is told


@contextmanager
def logging_to(path: Path) -> Generator[None]:
    """Write into a run's log what its thread logs: other runs of the process have their own."""
    thread = threading.get_ident()
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(lambda record: record.thread == thread or record.name != "coevol")
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(handler)
        handler.close()

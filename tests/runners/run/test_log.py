"""The log of a run: what libraries say of it, and what they say besides."""

import logging
from pathlib import Path

import pytest

from runners.run.log import logging_to


def test_libraries_speak_to_the_application_again_once_its_last_run_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("langsmith")
    with logging_to(tmp_path / "one.log"):
        with logging_to(tmp_path / "two.log"):
            logger.warning("of two runs")
        logger.warning("of one run")
    logger.warning("of none")
    assert caplog.messages == ["of none"]
    heard = {path.stem: path.read_text().count("of ") for path in tmp_path.iterdir()}
    assert heard == {"one": 2, "two": 1}

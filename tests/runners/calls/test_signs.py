"""What errors mean, in the words of each provider."""

from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from runners.calls.faults import Kind, understand
from runners.calls.http_errors import status_error

TOLD: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("told.yaml").read_text())
PASSING = (408, 421, 425, 499, 500, 502, 504, *range(520, 528), 530)
"""Statuses of gateways, such as Cloudflare's: none is the row's fault."""


def kinds_of(status: int, body: object) -> list[Kind]:
    """The kinds of an error before and after the first answer."""
    raw = body.encode() if isinstance(body, str) else orjson.dumps(body)
    error = status_error("http://127.0.0.1:9/v1", status, {}, raw)
    return [understand(error, answered_before=each).kind for each in (False, True)]


@pytest.mark.parametrize("told", TOLD, ids=lambda told: told["name"])
def test_an_error_is_known_by_the_words_of_its_provider(told: dict[str, Any]) -> None:
    assert kinds_of(told["status"], told["body"]) == [Kind(each) for each in told["kinds"]]


@pytest.mark.parametrize("status", PASSING)
def test_a_gateways_errors_pass(status: int) -> None:
    page = f"<html><title>mill.example | {status}: Connection timed out</title></html>"
    assert kinds_of(status, page) == [Kind.TRANSIENT] * 2

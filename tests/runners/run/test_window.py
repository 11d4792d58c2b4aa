"""How many rows are open at once follows from how many calls can be answered at once."""

import pytest

from nodes.context import Context
from nodes.models.gguf import slots
from runners.run.window import WINDOW, open_rows

MODEL = "vllm:m"


@pytest.mark.parametrize(
    ("context", "calls"),
    [
        (Context(model=MODEL), 64),
        (Context(model=MODEL, base_url=["http://one/v1", "http://two/v1"]), 128),
        (Context(model="gguf:some.gguf"), slots(64)),
        (Context(model="gguf:some.gguf", judge_model=MODEL), 64),
    ],
)
def test_each_call_that_can_be_answered_has_rows_waiting(context: Context, calls: int) -> None:
    assert open_rows(context, 64) == WINDOW * calls

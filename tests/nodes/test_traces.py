"""Traces apart from answers: what agents leave as it was shown to them goes back byte for byte."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.content import text_of
from nodes.traces import as_shown, split_trace, with_answer, without_trace

CHANNELS = ["<|channel|>analysis<|message|>", "<|channel|>final<|message|>", "<|return|>"]
MARKS = ["<|begin_of_thought|>", "<|end_of_thought|>", "<|begin_of_solution|>", *CHANNELS]
TAGS = ["<think>", "</think>", "</think>\n\n", "<|end_of_solution|>"]
PIECES = st.sampled_from(["\n", " ", "a", "b.", "`", *TAGS, *MARKS])
TEXTS = st.lists(PIECES, max_size=9).map("".join)
MESSAGES = st.fixed_dictionaries(
    {"role": st.just("assistant"), "content": TEXTS},
    optional={"reasoning_content": TEXTS | st.none(), "reasoning": TEXTS},
)


@given(MESSAGES, st.sampled_from(["keep", "rewrite"]))
def test_an_answer_that_stays_leaves_its_message_as_it_was(
    message: dict[str, Any], traces: Any
) -> None:
    shown = as_shown(message, traces)
    if not split_trace(message).is_all_trace:
        assert with_answer(message, text_of(shown) or "", traces) == message


@given(MESSAGES)
def test_what_is_dropped_leaves_the_answer(message: dict[str, Any]) -> None:
    response, bare = split_trace(message), without_trace(message)
    if response.is_all_trace:
        assert bare == message or not (message["content"] or "").strip()
    else:
        assert bare == {"role": "assistant", "content": response.parts.answer}
        assert with_answer(message, response.parts.answer, "drop") == bare


@pytest.mark.parametrize("place", ["text", "field", "both"])
def test_new_thinking_stands_where_the_old_stood(place: str) -> None:
    content = "b" if place == "field" else "<think>old</think> b"
    message: dict[str, Any] = {"role": "assistant", "content": content, "n": 1}
    if place != "text":
        message["reasoning_content"] = "old"
    after = with_answer(message, "<think>\nnew\n</think>\n\nbetter", "rewrite")
    told = {} if place == "text" else {"reasoning_content": "new"}
    text = "better" if place == "field" else "<think>new</think> better"
    assert after == {"role": "assistant", "content": text, "n": 1, **told}

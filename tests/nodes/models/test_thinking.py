"""An answer taken apart: what is thinking in it, in each of the forms, and what only looks so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.models.thinking import Spoken, read_content, separate
from nodes.models.thinking_marks import take_apart
from tests.support.thoughts import FORMS, Form, message_of, unfinished_forms

SEPARATED = [
    # closed
    ("<think>a</think>\n\nb", "b", "a"),
    ("\n<think>\na\n\nc\n</think>\nb\n", "b\n", "a\n\nc"),
    ("<thinking>a</thinking> b", "b", "a"),
    ("<reasoning>\na</reasoning>\n\n\n    b", "    b", "a"),
    ("<THINK>a</Think>b", "b", "a"),
    ("<think>a</think><think>c</think>b", "b", "a\n\nc"),
    ("<think>\n\n</think>\n\nb", "b", None),
    ("<think>a</think>\r\n\r\nb", "b", "a"),
    ("<think>in <thinking>a</thinking></think>b", "b", "in <thinking>a</thinking>"),
    ("<think>a ends with `</think>`\n</think>\n\nb", "b", "a ends with `</think>`"),
    ("<think>\n```\n</think>\n```\na\n</think>\nb", "b", "```\n</think>\n```\na"),
    ("<think>\n```\na\n</think>\nb", "b", "```\na"),
    ("<think>a</think>\nThe tag </think> ends it.", "The tag </think> ends it.", "a"),
    # never closed
    ("<think>\nOkay, so", "", "Okay, so"),
    ("<think>", "", None),
    ("<think>a `</think>` and", "", "a `</think>` and"),
    ("<think>a</think><think>c", "", "a\n\nc"),
    # only the closing tag
    ("a\n</think>\n\nb", "b", "a"),
    ("a</think>b", "b", "a"),
    ("a</think><assistant 1>", "<assistant 1>", "a"),
    ("a. </think>\nb", "b", "a."),
    ("a\n</think> B", "B", "a"),
    ("a\n</think>", "", "a"),
    ("a\n</thinking>\nb", "b", "a"),
    ("Where do <think> tags go?\n</think>\nb", "b", "Where do <think> tags go?"),
    ("It says `</think>` here.\n</think>\nb", "b", "It says `</think>` here."),
    # channels
    ("<|channel|>analysis<|message|>a", "", "a"),
    ("<|channel|>analysis<|message|>a<|end|>", "", "a"),
    ("<|channel|>analysis", "", None),
    ("<|channel|>final<|message|>b<|return|>", "b", None),
    (
        "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary<|message|>c"
        "<|end|><|start|>assistant<|channel|>final<|message|>b\n<|channel|> is a mark",
        "b\n<|channel|> is a mark",
        "a\n\nc",
    ),
    # thought and solution
    (
        "<|begin_of_thought|>\n\na\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nb\n\n"
        "<|end_of_solution|>",
        "b",
        "a",
    ),
    ("<|begin_of_thought|>a<|end_of_thought|>\nb", "b", "a"),
    ("<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>b", "b", "a"),
    ("<|begin_of_thought|>a, cut", "", "a, cut"),
]
WHOLE = [
    "",
    " \n",
    "a < b",
    "The <think> tag.",
    "Put it between <think> and </think> and go on.",
    "It is closed with </think>\nand so on.",
    "The tag </think>, at the end, counts.",
    'He wrote "</think>" and left.',
    "(</think>)",
    "`<think>a</think>` is code",
    "``</think>`` is code",
    "```\n<think>\na\n</think>\n```\nb",
    "~~~\na\n</think>\n\nb\n~~~",
    "So:\n<think>\na\n</think>\nand then b",
    "So: <think>\na\n</think>\nand then b",
    "</think>\n\nb",
    "a line that wraps before\n</think> is one too",
    "<thinker>a</thinker>",
    "<think/>a",
    "b<|channel|>analysis<|message|>a",
    "<|channel|> is a mark",
]


@pytest.mark.parametrize(("said", "text", "thinking"), SEPARATED)
def test_thinking_in_the_text(said: str, text: str, thinking: str | None) -> None:
    assert separate(Spoken(said)) == (text, thinking)


@pytest.mark.parametrize("said", WHOLE)
def test_what_only_talks_about_thinking_is_text(said: str) -> None:
    assert separate(Spoken(said)) == (said, None)


@pytest.mark.parametrize(
    ("content", "fields", "text", "thinking"),
    [
        ("b", {"reasoning_content": " a\n"}, "b", "a"),
        ("b", {"reasoning": "a"}, "b", "a"),
        ("b", {"reasoning_content": "a", "reasoning": "a"}, "b", "a"),
        ("b", {"reasoning_content": None, "reasoning": " "}, "b", None),
        ("b", {"reasoning": {"effort": "low"}}, "b", None),
        (None, {"reasoning": "a"}, "", "a"),
        (None, {}, "", None),
        ([{"type": "text", "text": "b"}, "c"], {}, "bc", None),
        ([{"type": "output_text", "text": "b"}], {"reasoning": "a"}, "b", "a"),
        ([{"type": "thinking", "thinking": "a", "signature": "x"}, "b"], {}, "b", "a"),
        ([{"type": "thinking", "thinking": [{"type": "text", "text": "a"}]}, "b"], {}, "b", "a"),
        ([{"type": "reasoning", "reasoning": "a"}, {"type": "image_url"}, 7], {}, "", "a"),
        (
            [{"type": "reasoning", "summary": [{"type": "summary_text", "text": "a"}]}, "b"],
            {},
            "b",
            "a",
        ),
    ],
)
def test_fields_and_parts(
    content: Any, fields: dict[str, Any], text: str, thinking: str | None
) -> None:
    assert read_content(content, fields) == (text, thinking)


def test_thinking_told_twice_is_kept_once() -> None:
    assert separate(Spoken("<think>\na\n</think>\nb", "a")) == ("b", "a")
    assert separate(Spoken("<think>c</think>\nb", "a")) == ("b", "a\n\nc")


@pytest.mark.parametrize(
    ("said", "text", "thinking"),
    [
        ("<think>new</think>\nb", "<think>new</think>\nb", None),
        ("<think>a</think>\n<think>new</think>\nb", "<think>new</think>\nb", "a"),
        ("<think>new, cut", "", "new, cut"),
        ("b", "<think>\nold\n</think>\n\nb", None),
        ("a\n</think>\n\nb", "<think>\na\n</think>\n\nb", "a"),
        (" \n", " \n", None),
    ],
)
def test_a_new_version_of_a_text_that_opens_with_thinking_keeps_its_own(
    said: str, text: str, thinking: str | None
) -> None:
    assert separate(Spoken(said), "<think>old</think>\nb") == (text, thinking)


def test_what_a_model_thought_beside_a_new_version_takes_the_place_of_the_old_thinking() -> None:
    spoken = separate(Spoken("b", "a"), "<think>old</think>\nb")
    assert spoken == ("<think>\na\n</think>\n\nb", "a")


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</",
        "think",
        "thinking",
        "<think>",
        "</think>",
        "<|channel|>final<|message|>",
        "`",
        "```\n",
        "\n",
        " ",
        "b",
        "<b>",
        "</b>",
        "<|end|>",
    ]
)
WORDS = st.one_of(st.text(), st.lists(PIECES).map("".join))
MARKS = ("think>", "thinking>", "reasoning>", "<|channel|>")


@given(WORDS.filter(lambda text: not any(mark in text.lower() for mark in MARKS)))
def test_a_text_without_marks_is_unchanged(text: str) -> None:
    assert separate(Spoken(text)) == (text, None)


@given(WORDS)
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    parts = take_apart(text)
    assert parts.before + parts.answer + parts.after == text


@given(WORDS)
def test_no_text_is_lost(text: str) -> None:
    spoken = separate(Spoken(text))
    assert text.endswith(spoken.text) or "<|" in text
    assert spoken.thinking is None or spoken.thinking.strip() == spoken.thinking != ""


SENTENCES = st.text("abc .,\n*#").map(str.strip).filter(bool)


@pytest.mark.parametrize("form", FORMS)
@given(thought=SENTENCES, text=SENTENCES)
def test_each_form_gives_back_what_was_put_in(form: Form, thought: str, text: str) -> None:
    message = message_of(form, thought, text)
    assert separate(read_content(message["content"], message)) == (text, thought)


@pytest.mark.parametrize("form", unfinished_forms())
@given(thought=SENTENCES)
def test_thinking_that_never_ends(form: Form, thought: str) -> None:
    message = message_of(form, thought, None)
    assert separate(read_content(message["content"], message)) == ("", thought)

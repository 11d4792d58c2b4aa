"""Conversations as datasets have them: what becomes of each turn, and what its agents are told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from nodes.turns import end_turn, new_conversation, next_turn, takes_turn

Said = dict[str, Any]
VICUNA = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions."
)
EVOLVED = "!"
"""What the pretended evolution adds to a response."""
IMAGE = {"type": "image_url", "image_url": {"url": "https://example.org/clock.png"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"at": "Ü"}'}}
SHOWN_CALL = 'tide({"at": "Ü"})'


def user(content: Any = "q") -> Said:
    return {"role": "user", "content": content}


def bot(content: Any = "a", **others: Any) -> Said:
    return {"role": "assistant", "content": content, **others}


def system(content: Any = "s") -> Said:
    return {"role": "system", "content": content}


def tool(content: Any = "t") -> Said:
    return {"role": "tool", "tool_call_id": "c1", "content": content}


def text(*texts: str) -> list[dict[str, str]]:
    return [{"type": "text", "text": each} for each in texts]


def calling(content: Any = None) -> Said:
    return bot(content, tool_calls=[CALL])


def walk(messages: list[Said]) -> tuple[list[Said], dict[int, str]]:
    """Go through a conversation without models; what becomes of each assistant message.

    For a turn that is evolved this is `+` and its instruction.
    """
    state: Any = {"messages": messages}
    state |= new_conversation.invoke(state)
    state |= next_turn.invoke(state)
    while takes_turn.invoke(state) == "turn":
        state |= {"response": state["response"] + EVOLVED, "stop_reason": "max_rounds"}
        before = json.dumps(state)
        update = end_turn.invoke(state)
        assert json.dumps(state) == before
        state |= update
        state |= next_turn.invoke(state)
    told = {turn["index"]: turn["skipped"] or f"+ {turn['instruction']}" for turn in state["turns"]}
    return state["messages"], told


# What came in, and what becomes of each assistant message in it.
Table = dict[str, tuple[list[Said], dict[int, str]]]

ODD_ORDER: Table = {
    "nothing at all": ([], {}),
    "a system message alone": ([system()], {}),
    "a question alone": ([user()], {}),
    "an answer alone": ([bot()], {0: "nothing_asked"}),
    "an answer to a system message": ([system(), bot()], {1: "nothing_asked"}),
    "an assistant that opens": (
        [bot("hello"), user(), bot()],
        {0: "nothing_asked", 2: f"+ {VICUNA} ASSISTANT: hello</s>USER: q ASSISTANT:"},
    ),
    "an assistant that opens twice": (
        [bot("hello"), bot("you"), user(), bot()],
        {
            0: "nothing_asked",
            1: "nothing_asked",
            3: f"+ {VICUNA} ASSISTANT: hello</s>ASSISTANT: you</s>USER: q ASSISTANT:",
        },
    ),
    "two questions in a row": (
        [user("q1"), user("q2"), bot()],
        {2: f"+ {VICUNA} USER: q1 USER: q2 ASSISTANT:"},
    ),
    "two answers in a row": ([user(), bot(), bot("b")], {1: "+ q", 2: "nothing_asked"}),
    "two answers in a row, and a turn": (
        [user(), bot(), bot("b"), user("q2"), bot()],
        {
            1: f"+ {VICUNA} USER: q ASSISTANT:",
            2: "nothing_asked",
            4: f"+ {VICUNA} USER: q ASSISTANT: a!</s>ASSISTANT: b</s>USER: q2 ASSISTANT:",
        },
    ),
    "a question that nobody answered": ([user(), bot(), user("q2")], {1: "+ q"}),
    "a system message at the end": ([user(), bot(), system()], {1: "+ q"}),
    "a system message in the middle": (
        [user(), bot(), system("now French"), user("q2"), bot()],
        {
            1: f"+ {VICUNA} USER: q ASSISTANT:",
            4: f"+ {VICUNA} USER: q ASSISTANT: a!</s>SYSTEM: now French USER: q2 ASSISTANT:",
        },
    ),
    "a system message after the question": (
        [user(), system(), bot()],
        {2: f"+ {VICUNA} USER: q SYSTEM: s ASSISTANT:"},
    ),
    "a system message in place of a question": (
        [user(), bot(), system(), bot("b")],
        {1: f"+ {VICUNA} USER: q ASSISTANT:", 3: "nothing_asked"},
    ),
    "two system messages": ([system("s1"), system("s2"), user(), bot()], {3: "+ s1\n\ns2\n\nq"}),
    "a system message in a conversation of two turns": (
        [system(), user(), bot(), user("q2"), bot()],
        {2: "+ s USER: q ASSISTANT:", 4: "+ s USER: q ASSISTANT: a!</s>USER: q2 ASSISTANT:"},
    ),
}

EMPTY: Table = {
    "an empty question": ([user(""), bot()], {1: "empty_question"}),
    "a blank question": ([user(" \n"), bot()], {1: "empty_question"}),
    "a question that is null": ([user(None), bot()], {1: "empty_question"}),
    "a question without content": ([{"role": "user"}, bot()], {1: "empty_question"}),
    "a question of no parts": ([user([]), bot()], {1: "empty_question"}),
    "two empty questions": ([user(""), user(" "), bot()], {2: "empty_question"}),
    "an empty question beside another": (
        [user(""), user("q"), bot()],
        {2: f"+ {VICUNA} USER:  USER: q ASSISTANT:"},
    ),
    "an empty question, and a turn": (
        [user(""), bot(), user("q2"), bot()],
        {1: "empty_question", 3: f"+ {VICUNA} USER:  ASSISTANT: a</s>USER: q2 ASSISTANT:"},
    ),
    "an empty answer": ([user(), bot("")], {1: "+ q"}),
    "a blank answer": ([user(), bot(" \n")], {1: "+ q"}),
    "an answer that is null": ([user(), bot(None)], {1: "response_not_text"}),
    "an answer without content": ([user(), {"role": "assistant"}], {1: "response_not_text"}),
    "an empty system message": ([system(""), user(), bot()], {2: "+ q"}),
    "a blank system message in a conversation of two turns": (
        [system(" "), user(), bot(), user("q2"), bot("b")],
        {
            2: f"+ {VICUNA} USER: q ASSISTANT:",
            4: f"+ {VICUNA} USER: q ASSISTANT: a!</s>USER: q2 ASSISTANT:",
        },
    ),
    "a system message that is null": ([system(None), user(), bot()], {2: "+ q"}),
}

PARTS: Table = {
    "an answer in parts": ([user(), bot(text("a", "b"))], {1: "+ q"}),
    "an answer of no parts": ([user(), bot([])], {1: "+ q"}),
    "an answer with a picture": ([user(), bot([*text("a"), IMAGE])], {1: "response_not_text"}),
    "an answer that is a number": ([user(), bot(5)], {1: "response_not_text"}),
    "an answer that is an object": ([user(), bot({"text": "a"})], {1: "response_not_text"}),
    "a question in parts": ([user([*text("q", "1"), "2"]), bot()], {1: "+ q12"}),
    "a question with a picture": (
        [user([*text("q"), IMAGE]), bot()],
        {1: "instruction_not_text"},
    ),
    "a part without its text": ([user([{"type": "text"}]), bot()], {1: "instruction_not_text"}),
    "a picture in the history": (
        [user([IMAGE]), bot(), user("q2"), bot()],
        {1: "instruction_not_text", 3: "instruction_not_text"},
    ),
    "a picture before the window": (
        [user([IMAGE]), bot("a"), *(user(), bot("b")) * 3],
        {
            1: "instruction_not_text",
            3: "instruction_not_text",
            5: "instruction_not_text",
            7: f"+ {VICUNA} {'USER: q ASSISTANT: b</s>' * 2}USER: q ASSISTANT:",
        },
    ),
    "a system message with a picture": (
        [system([IMAGE]), user(), bot()],
        {2: "instruction_not_text"},
    ),
}

TOOLS: Table = {
    "a call, its result, and an answer": (
        [user(), calling(), tool(), bot()],
        {
            1: "tool_call",
            3: f"+ {VICUNA} USER: q ASSISTANT: {SHOWN_CALL}</s>TOOL: t ASSISTANT:",
        },
    ),
    "a call with words": (
        [user(), calling("Let me see."), tool(), bot()],
        {
            1: "tool_call",
            3: f"+ {VICUNA} USER: q ASSISTANT: Let me see. {SHOWN_CALL}</s>TOOL: t ASSISTANT:",
        },
    ),
    "a call without a result": ([user(), calling()], {1: "tool_call"}),
    "a call without a result, and an answer": (
        [user(), calling(), bot()],
        {1: "tool_call", 2: f"+ {VICUNA} USER: q ASSISTANT: {SHOWN_CALL}</s>ASSISTANT:"},
    ),
    "a call in the old form": (
        [
            user(),
            bot(None, function_call={"name": "tide", "arguments": "{}"}),
            {"role": "function", "name": "tide", "content": "t"},
            bot(),
        ],
        {
            1: "tool_call",
            3: f"+ {VICUNA} USER: q ASSISTANT: tide({{}})</s>FUNCTION: t ASSISTANT:",
        },
    ),
    "a call that only its result tells": (
        [user(), bot("tide()"), tool(), bot()],
        {1: "tool_call", 3: f"+ {VICUNA} USER: q ASSISTANT: tide()</s>TOOL: t ASSISTANT:"},
    ),
    "a call in words": ([user(), bot('<tool_call>{"name": "tide"}</tool_call>')], {1: "tool_call"}),
    "no calls in the list of calls": ([user(), bot(tool_calls=[])], {1: "+ q"}),
    "a result without a call": (
        [user(), tool(), bot()],
        {2: f"+ {VICUNA} USER: q TOOL: t ASSISTANT:"},
    ),
    "a result without a question": ([tool(), bot()], {1: "nothing_asked"}),
    "a result with a picture": (
        [user(), calling(), tool([IMAGE]), bot()],
        {1: "tool_call", 3: "instruction_not_text"},
    ),
    "a role that nobody knows": (
        [user(), {"role": "narrator", "content": "Night falls."}, bot()],
        {2: f"+ {VICUNA} USER: q NARRATOR: Night falls. ASSISTANT:"},
    ),
    "a role that nobody knows in place of a question": (
        [user(), bot(), {"role": "narrator", "content": "Night falls."}, bot("b")],
        {1: "+ q", 3: "nothing_asked"},
    ),
}

TABLE = ODD_ORDER | EMPTY | PARTS | TOOLS


@pytest.mark.parametrize("case", TABLE)
def test_what_becomes_of_it(case: str) -> None:
    messages, outcomes = TABLE[case]
    before = json.dumps(messages)
    after, told = walk(messages)
    assert told == outcomes
    assert json.dumps(messages) == before
    evolved = {position for position, outcome in outcomes.items() if outcome.startswith("+")}
    for position, (old, new) in enumerate(zip(messages, after, strict=True)):
        assert (new == old) == (position not in evolved)
        assert {**new, "content": None} == {**old, "content": None}
        assert list(new) == list(old)


@pytest.mark.parametrize(
    ("content", "evolved"),
    [
        ("a", "a!"),
        ("", "!"),
        (text("a", "b"), text("ab!")),
        ([{"type": "text", "text": "a", "cache": 1}], [{"type": "text", "text": "a!", "cache": 1}]),
        (["a", "b"], ["ab!"]),
        ([], text("!")),
    ],
    ids=str,
)
def test_an_answer_keeps_its_shape(content: Any, evolved: Any) -> None:
    answer = {"name": "Ann", "content": content, "role": "assistant", "weight": 1}
    (_, after), _ = walk([user(), answer])
    assert json.dumps(after) == json.dumps({**answer, "content": evolved})


def test_an_answer_that_won_against_every_edit_is_untouched() -> None:
    state: Any = {"messages": [user(), bot(text("a", "b"))]}
    state |= new_conversation.invoke(state)
    state |= next_turn.invoke(state)
    state |= end_turn.invoke(state)
    assert state["messages"] == [user(), bot(text("a", "b"))]
    assert state["turns"][0]["response"] == state["turns"][0]["original_response"] == "ab"


@pytest.mark.parametrize(
    "odd", ["{history} {system}", "{0} {}", "%s", "\\1", "USER: x ASSISTANT:", "</s>", "\ud800"]
)
def test_text_from_data_is_no_template(odd: str) -> None:
    _, told = walk([system(odd), user(odd), bot(odd), user(odd), bot()])
    assert told[4] == f"+ {odd} USER: {odd} ASSISTANT: {odd}!</s>USER: {odd} ASSISTANT:"


PIECES = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just(IMAGE), st.just("q"))
CONTENTS = PIECES | st.lists(PIECES | st.just({"type": "text", "text": "q"}), max_size=2)
ROLES = st.sampled_from(["user", "assistant", "assistant", "system", "tool", "narrator"])
CALLS = st.sampled_from([None, None, [], [CALL], "tide"])
MESSAGES: st.SearchStrategy[Said] = st.fixed_dictionaries(
    {"role": ROLES, "content": CONTENTS, "tool_calls": CALLS}
)


@given(st.lists(MESSAGES, max_size=9))
def test_any_conversation_comes_out_whole(messages: list[Said]) -> None:
    after, told = walk(messages)
    assert list(told) == [n for n, each in enumerate(messages) if each["role"] == "assistant"]
    assert all(new["role"] == old["role"] for new, old in zip(after, messages, strict=True))
    for position, (old, new) in enumerate(zip(messages, after, strict=True)):
        assert (new != old) == told.get(position, "").startswith("+")


REFUSED: dict[str, tuple[Any, str]] = {
    "no list": (None, "Field required"),
    "a text": ("q", "valid list"),
    "a message": (user(), "valid list"),
    "a message that is a text": ([user(), "a"], "valid dictionary"),
    "a message that is null": ([None], "valid dictionary"),
    "no role": ([user(), {"content": "a"}], "message 1 has no role"),
    "a role that is null": ([{"role": None, "content": "a"}], "message 0 has no role"),
    "a role that is a number": ([{"role": 1, "content": "a"}], "message 0 has no role"),
    "a blank role": ([{"role": " ", "content": "a"}], "message 0 has no role"),
    "other names of fields": ([{"from": "human", "value": "q"}], "message 0 has no role"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_conversation_is_refused(case: str) -> None:
    messages, reason = REFUSED[case]
    with pytest.raises(ValidationError, match=reason):
        walk(messages)

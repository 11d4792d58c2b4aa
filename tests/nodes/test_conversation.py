"""The nodes of a conversation alone, with settings: limits, the window, nothing of other turns."""

from typing import Any

import pytest

from nodes.conversation import ConversationContext, ConversationState
from nodes.node import Step
from nodes.turns import end_turn, new_conversation, next_turn, takes_turn, whole_conversation
from tests.nodes.alone import earlier_round, update_of

MESSAGES = [
    {"role": role, "content": f"{words} {number}"}
    for number in range(4)
    for role, words in (("user", "question"), ("assistant", "answer"))
]


def evolved_turn(index: int) -> dict[str, Any]:
    """The record of a turn that was evolved."""
    return {
        "index": index,
        "instruction": "",
        "original_response": f"answer {index // 2}",
        "response": f"answer {index // 2}",
        "rounds": [earlier_round()],
        "stop_reason": "not_improved",
        "skipped": None,
    }


def state(**changes: Any) -> dict[str, Any]:
    """A conversation whose first two turns are evolved, the second just now."""
    return {
        "id": "c",
        "messages": MESSAGES,
        "turns": [evolved_turn(1), evolved_turn(3)],
        "turn": 3,
        "instruction": "the second turn's",
        "input": "",
        "response": "answer 1",
        "rounds": [earlier_round()],
        "stop_reason": "not_improved",
        **changes,
    }


async def update(node: Step, given: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return await update_of(node, given, ConversationContext(**settings), ConversationState)


async def test_the_next_turn_begins_with_nothing_of_the_one_before() -> None:
    found = await update(next_turn, state())
    assert found.pop("instruction").endswith("USER: question 2 ASSISTANT:")
    assert found == {
        "turn": 5,
        "input": "",
        "response": "answer 2",
        "rounds": [],
        "stop_reason": None,
        "turns": state()["turns"],
    }


@pytest.mark.parametrize("window", [1, 2, 3, 9])
async def test_the_window_is_what_the_instruction_shows(window: int) -> None:
    instruction = (await update(next_turn, state(), window=window))["instruction"]
    shown = [number for number in range(4) if f"question {number}" in instruction]
    assert shown == [0, 1, 2][-window:]


@pytest.mark.parametrize(
    ("settings", "skipped"),
    [
        ({"max_turns": 2}, "max_turns"),
        ({"max_turns": 3}, None),
        # Four messages of 36 characters are 9 tokens.
        ({"max_conversation_tokens": 9}, "max_conversation_tokens"),
        ({"max_conversation_tokens": 10}, None),
    ],
    ids=str,
)
async def test_limits_leave_later_turns_as_they_are(settings: Any, skipped: str | None) -> None:
    found = await update(next_turn, state(), **settings)
    later = found["turns"][2:]
    if skipped is None:
        assert (found["turn"], later) == (5, [])
        return
    assert found["turn"] is None
    assert [(turn["index"], turn["skipped"]) for turn in later] == [(5, skipped), (7, skipped)]
    assert [turn["response"] for turn in later] == ["answer 2", "answer 3"]


async def test_the_end_of_a_turn_records_it_and_puts_its_response_in_place() -> None:
    before = state(turns=[evolved_turn(1)], response="a better answer")
    found = await update(end_turn, before)
    assert found["messages"] == [
        *MESSAGES[:3], {"role": "assistant", "content": "a better answer"}, *MESSAGES[4:]
    ]  # fmt: skip
    assert found["turns"] == [
        evolved_turn(1),
        {
            **evolved_turn(3),
            "instruction": "the second turn's",
            "response": "a better answer",
        },
    ]


async def test_a_new_conversation_clears_what_a_thread_has_left() -> None:
    given = whole_conversation({"messages": MESSAGES[:2]})
    found = await update(new_conversation, state(**given))
    assert found == {
        "id": "",
        "messages": MESSAGES[:2],
        "beside": "",
        "turns": [],
        "turn": None,
        "instruction": "",
        "input": "",
        "response": "",
        "rounds": [],
        "stop_reason": None,
    }


@pytest.mark.parametrize(("turn", "way"), [(5, "turn"), (None, "done")])
def test_the_way_on(turn: int | None, way: str) -> None:
    given: Any = state(turn=turn)
    assert takes_turn.invoke(given) == way

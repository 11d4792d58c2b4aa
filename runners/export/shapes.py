"""Shapes: lays rows out in the layouts that datasets commonly have."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

from nodes.content import text_of
from nodes.conversation import Message
from runners.data.before import asked_in
from runners.data.rows import Fields, Row
from runners.export.dialogue import Dialogue, Unfit, dialogue_of
from runners.export.source import Item
from runners.export.talk import talk_of
from runners.export.trace_layout import tagged

ShapeName = Literal["alpaca", "sharegpt", "messages", "prompt-completion"]
_SHAREGPT_ROLES = {"user": "human", "assistant": "gpt"}


def read_dialogue(item: Item) -> Dialogue:
    """The dialogue of an item as it is exported. Raises UsageError, or Unfit like `Item.fields`."""
    return dialogue_of(item.format, Row(item.row.where, item.fields))


def reshape(item: Item, shape: ShapeName, notes: Counter[str]) -> Fields:
    """Lay a row out in a shape. A row that has it already stays as it is, to the order of its keys.

    The row's other fields follow those of the shape; one whose name the shape uses is renamed
    `source_NAME`. `notes` counts changes for the user. Raises Unfit for a row that the shape can't
    hold.
    """
    if item.format.name == shape and item.format.is_pure(item.fields):
        return item.fields
    dialogue = read_dialogue(item)
    shaped = _LAYOUTS[shape](dialogue, notes)
    return {**shaped, **_beside(dialogue.others, shaped)}


def alpaca_row(dialogue: Dialogue, notes: Counter[str]) -> Fields:
    """Instruction, input and output; what came before in LLaMA-Factory's `system` and `history`.

    Both are in every row, empty if there is nothing; `Spool` removes them if all are empty.
    """
    talk = talk_of(tagged(dialogue).messages, notes)
    if talk.uses_tools:
        raise Unfit("tool calls")
    texts = [text for _, text in talk.turns]
    instruction, given = dialogue.question or (texts[-2], "")
    return {
        "instruction": instruction,
        "input": given,
        "output": texts[-1],
        "system": talk.system,
        "history": [list(pair) for pair in zip(texts[:-2:2], texts[1:-2:2], strict=True)],
    }


def messages_row(dialogue: Dialogue, notes: Counter[str]) -> Fields:
    """The messages in the format of chat APIs, with all of their keys."""
    return {"messages": dialogue.messages}


def _sharegpt_row(dialogue: Dialogue, notes: Counter[str]) -> Fields:
    return {"conversations": [_sharegpt_message(message) for message in dialogue.messages]}


def _sharegpt_message(message: Message) -> Fields:
    kept = {key: value for key, value in message.items() if key not in ("role", "content")}
    text = text_of(message)
    if text is None:
        raise Unfit("a message with content other than text")
    return {"from": _SHAREGPT_ROLES.get(message["role"], message["role"]), "value": text, **kept}


def _prompt_completion_row(dialogue: Dialogue, notes: Counter[str]) -> Fields:
    """Two texts if the row has one question; else TRL's conversational format.

    In the latter, the prompt is all messages before the last answer.
    """
    if dialogue.question is not None:
        texts = {
            "prompt": asked_in(*dialogue.question),
            "completion": tagged(dialogue).messages[-1]["content"],
        }
        return texts | dialogue.columns
    messages = list(dialogue.messages)
    while messages and messages[-1]["role"] != "assistant":
        notes["messages after the last answer, left out"] += 1
        messages.pop()
    if len(messages) < 2:
        raise Unfit("no question and answer")
    return {"prompt": messages[:-1], "completion": messages[-1:]}


_LAYOUTS: Mapping[ShapeName, Callable[[Dialogue, Counter[str]], Fields]] = {
    "alpaca": alpaca_row,
    "sharegpt": _sharegpt_row,
    "messages": messages_row,
    "prompt-completion": _prompt_completion_row,
}


def _beside(others: Fields, shaped: Mapping[str, Any]) -> Fields:
    """The other fields, renamed if a field of the shape has their name."""
    return {f"source_{name}" if name in shaped else name: value for name, value in others.items()}

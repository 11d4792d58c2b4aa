"""Thinking: what a model says to itself before its answer, taken apart from the answer. Pure.

Endpoints tell it in a field beside the content, in parts of the content, or in the text itself:
there `thinking_marks` finds it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from nodes.models.thinking_marks import opens_with_block, split_text

FIELD = "reasoning_content"
"""Where LangChain's messages have thinking, among their additional fields."""
FIELDS = (FIELD, "reasoning", "thinking")
"""Fields of a message: DeepSeek's and older vLLMs', vLLM's and OpenRouter's, Ollama's and gpt-oss'
templates'."""
_THINKING_PARTS = ("thinking", "reasoning", FIELD)
_TEXT_PARTS = ("text", "output_text")


class Spoken(NamedTuple):
    """What a model said, taken apart."""

    text: str
    thinking: str | None = None
    """Without blanks around it; None if there is none."""


def read_content(content: object, fields: Mapping[str, Any]) -> Spoken:
    """What a message says in its content, a text or parts, and what it thinks in parts and fields.

    The text may still begin with thinking: see `separate`. `fields` are those beside the content.
    """
    told = told_in(fields) if fields else ""
    if isinstance(content, str):
        return Spoken(content, told.strip() or None)
    parts = list(_parts(content))
    text = "".join(part for is_thinking, part in parts if not is_thinking)
    thought = "".join(part for is_thinking, part in parts if is_thinking)
    return Spoken(text, joined(told, thought))


def thinking_kept(spoken: Spoken) -> dict[str, Any]:
    """The additional fields of a LangChain message that keep the thinking of what was said."""
    return {} if spoken.thinking is None else {FIELD: spoken.thinking}


def told_in(fields: Mapping[str, Any]) -> str:
    """The thinking that a message, or a piece of a streamed one, has beside its content."""
    for name in FIELDS:
        if (each := fields.get(name)) and isinstance(each, str):
            return each
    return ""


def separate(spoken: Spoken, rewritten: str = "") -> Spoken:
    """Take thinking off the beginning of a text, and put it to what fields told of it.

    `rewritten` is the text of which this is a new version, if it is one. If that opens with
    thinking, so does this: with what the model wrote there, else with what it thought, else with
    the same again.
    """
    if "<" in spoken.text:  # most answers, most of the time, have none
        text, thought = split_text(spoken.text, rewritten)
        spoken = Spoken(text, joined(spoken.thinking, thought))
    if not rewritten or not opens_with_block(rewritten):
        return spoken
    if opens_with_block(spoken.text) or not spoken.text.strip():
        return spoken
    thinking = spoken.thinking or split_text(rewritten)[1].strip()
    return spoken._replace(text=with_thinking(thinking, spoken.text))


def with_thinking(thinking: str, answer: str) -> str:
    """An answer with thinking before it, as Qwen3's and DeepSeek's templates lay it out."""
    return f"<think>\n{thinking}\n</think>\n\n{answer}"


def joined(told: str | None, thought: str) -> str | None:
    """Both together; some servers tell the same thinking in a field and in the text."""
    told, thought = (told or "").strip(), thought.strip()
    if thought and thought not in told:
        told = f"{told}\n\n{thought}" if told else thought
    return told or None


def _parts(content: object) -> Iterator[tuple[bool, str]]:
    """Yield whether each part is thinking, and its text; parts of other kinds have no words."""
    for part in cast("list[Any]", content) if isinstance(content, list) else []:
        if isinstance(part, str):
            yield False, part
        elif isinstance(part, dict):
            fields = cast("dict[str, Any]", part)
            kind = fields.get("type")
            if kind in _TEXT_PARTS or kind in _THINKING_PARTS:
                yield kind in _THINKING_PARTS, _part_text(fields)


def _part_text(part: dict[str, Any]) -> str:
    """The words of a part, under its own name or as text.

    Mistral and OpenAI nest parts in it, Bedrock nests a single one.
    """
    for name in (part["type"], "text", "reasoning", "summary", "content"):
        inner = part.get(name)
        if isinstance(inner, dict):
            inner = cast("dict[str, Any]", inner).get("text")
        if isinstance(inner, str):
            return inner
        if isinstance(inner, list):
            return "".join(text for _, text in _parts(_as_text_parts(inner)))
    return ""


def _as_text_parts(inner: Any) -> list[Any]:
    """Nested parts, of which each with a text counts, such as `summary_text`."""
    return [{**each, "type": "text"} if isinstance(each, dict) else each for each in inner]

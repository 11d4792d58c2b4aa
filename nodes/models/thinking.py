"""Thinking: separates what a model writes before its answer from the answer. Pure.

Endpoints return it in a field beside the content, in parts of the content, or in the text itself,
where `thinking_marks` finds it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from nodes.models.thinking_marks import opens_with_block, split_text

FIELD = "reasoning_content"
"""The key of thinking in the additional fields of LangChain's messages."""
FIELDS = (FIELD, "reasoning", "thinking")
"""Fields of a message: of DeepSeek and older vLLMs; of vLLM and OpenRouter; of Ollama and
gpt-oss's templates."""
_THINKING_PARTS = ("thinking", "reasoning", FIELD)
_TEXT_PARTS = ("text", "output_text")


class Spoken(NamedTuple):
    """A model's message, taken apart."""

    text: str
    thinking: str | None = None
    """Thinking, stripped; None if there is none."""


def read_content(content: object, fields: Mapping[str, Any]) -> Spoken:
    """Separate text and thinking in a message's content (text or parts) and its other `fields`.

    The text may still begin with thinking: see `separate`.
    """
    told = told_in(fields) if fields else ""
    if isinstance(content, str):
        return Spoken(content, told.strip() or None)
    parts = list(_parts(content))
    text = "".join(part for is_thinking, part in parts if not is_thinking)
    thought = "".join(part for is_thinking, part in parts if is_thinking)
    return Spoken(text, joined(told, thought))


def thinking_kept(spoken: Spoken) -> dict[str, Any]:
    """The additional fields for a LangChain message that keep this thinking."""
    return {} if spoken.thinking is None else {FIELD: spoken.thinking}


def told_in(fields: Mapping[str, Any]) -> str:
    """The thinking in the fields of a message, or of a streamed piece of one."""
    for name in FIELDS:
        if (each := fields.get(name)) and isinstance(each, str):
            return each
    return ""


def separate(spoken: Spoken, rewritten: str = "") -> Spoken:
    """Move thinking from the beginning of the text to the thinking that fields returned.

    `rewritten` is the text of which this is a new version, if any. If that opens with thinking,
    then the new version must, too: with the thinking in its own text, else with what fields
    returned, else with the old thinking.
    """
    if "<" in spoken.text:  # most answers have no tag
        text, thought = split_text(spoken.text, rewritten)
        spoken = Spoken(text, joined(spoken.thinking, thought))
    if not rewritten or not opens_with_block(rewritten):
        return spoken
    if opens_with_block(spoken.text) or not spoken.text.strip():
        return spoken
    thinking = spoken.thinking or split_text(rewritten)[1].strip()
    return spoken._replace(text=with_thinking(thinking, spoken.text))


def with_thinking(thinking: str, answer: str) -> str:
    """An answer with thinking before it, as the templates of Qwen3 and DeepSeek lay it out."""
    return f"<think>\n{thinking}\n</think>\n\n{answer}"


def joined(told: str | None, thought: str) -> str | None:
    """Both thinkings together; some servers return the same one in a field and in the text."""
    told, thought = (told or "").strip(), thought.strip()
    if thought and thought not in told:
        told = f"{told}\n\n{thought}" if told else thought
    return told or None


def _parts(content: object) -> Iterator[tuple[bool, str]]:
    """Yield each part's kind (True for thinking) and text; parts of other kinds have no text."""
    for part in cast("list[Any]", content) if isinstance(content, list) else []:
        if isinstance(part, str):
            yield False, part
        elif isinstance(part, dict):
            fields = cast("dict[str, Any]", part)
            kind = fields.get("type")
            if kind in _TEXT_PARTS or kind in _THINKING_PARTS:
                yield kind in _THINKING_PARTS, _part_text(fields)


def _part_text(part: dict[str, Any]) -> str:
    """The text of a part, under its own name or as text.

    Mistral and OpenAI nest a list of parts in it, Bedrock a single part.
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
    """Nested parts as text parts: each that has a text counts, such as `summary_text`."""
    return [{**each, "type": "text"} if isinstance(each, dict) else each for each in inner]

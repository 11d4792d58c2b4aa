"""Formats: where in a row the instruction and the response are, or a conversation's messages."""

from collections.abc import Sequence

from nodes.conversation import Conversation
from nodes.guards.layout import LayoutCheck
from nodes.state import Sample
from runners.data.answer_format import AnswerFormat
from runners.data.field_format import FieldFormat
from runners.data.marked_format import MarkedFormat, new_mark
from runners.data.message_format import MessageFormat
from runners.data.rows import Row, digest
from runners.data.texts import names_in
from runners.errors import UsageError

Task = Sample | Conversation
"""What a row gives to a graph."""

Format = FieldFormat | MessageFormat | AnswerFormat | MarkedFormat


def task_digest(task: Task) -> str:
    """What tasks have in common that agents can't tell apart: all of it but the id, hashed."""
    return digest(task.model_dump(exclude={"id"}))


FORMATS: tuple[Format, ...] = (
    AnswerFormat("preference-messages", "prompt", "chosen", "rejected"),
    MessageFormat("messages", "messages", "role", "content"),
    MessageFormat("sharegpt", "conversations", "from", "value"),
    MessageFormat("sharegpt-items", "items", "from", "value"),
    MessageFormat("lima", "conversations"),
    MessageFormat("ultrachat", "data"),
    FieldFormat("dolly", "instruction", "response", "context"),
    FieldFormat("alpaca", "instruction", "output", "input"),
    FieldFormat("preference", "prompt", "chosen"),
    FieldFormat("question-answer", "question", "answer", "context"),
    FieldFormat("query-response", "query", "response"),
    FieldFormat("prompt-response", "prompt", "response"),
    AnswerFormat("nemotron", "input", "output"),
    AnswerFormat("prompt-completion-messages", "prompt", "completion"),
    FieldFormat("prompt-completion", "prompt", "completion"),
    MarkedFormat("marked-text", "text"),
)
"""Known formats, the more particular ones first. WizardLM and Deita have those of others."""


def holds_conversations(format: Format) -> bool:
    """Whether rows are conversations, whose turns are evolved one after another."""
    return isinstance(format, MessageFormat | MarkedFormat)


def layout_of(format: Format) -> LayoutCheck | None:
    """What finds in an edit what rows of a format can't keep; None if they keep any text."""
    return new_mark if isinstance(format, MarkedFormat) else None


def find_format(rows: Sequence[Row]) -> Format:
    """The format that a dataset's first rows look like: the first that any of them fits.

    Rows that only have a field of Alpaca's are taken for it, so that reading them says what they
    lack. Raises UsageError with the fields found and the formats known.
    """
    whole = [row for row in rows if row.fault is None]
    for row in whole:
        for each in FORMATS:
            if each.fits(row.fields):
                return each
    if not whole:
        raise UsageError(str(rows[0].fault))
    if {"instruction", "output"} & whole[0].fields.keys():
        return parse_format("alpaca")
    raise unknown_format(whole[0])


def parse_format(text: str) -> Format:
    """Read a format's name, or `map:instruction=FIELD,response=FIELD,input=FIELD`.

    Raises UsageError naming the formats known.
    """
    if text.startswith("map:"):
        pairs = [pair.partition("=") for pair in text.removeprefix("map:").split(",")]
        fields = {key.strip(): field.strip() for key, _, field in pairs}
        needed, known_keys = {"instruction", "response"}, {"instruction", "response", "input"}
        if needed <= fields.keys() <= known_keys and all(fields.values()):
            return FieldFormat(text, **fields)
        raise UsageError(f"--map {text[4:]}: write instruction=FIELD,response=FIELD[,input=FIELD]")
    for known in FORMATS:
        if known.name == text:
            return known
    raise UsageError(f"--format {text}: unknown; known are {', '.join(f.name for f in FORMATS)}")


def unknown_format(row: Row) -> UsageError:
    """The error for a row that looks like no format."""
    found = names_in(row.fields)
    known = "; ".join(f"{each.name} ({', '.join(_fields_of(each))})" for each in FORMATS)
    return UsageError(
        f"{row.where}: no known format; fields found: {found}; formats known: {known}; "
        "or name yours: --map instruction=FIELD,response=FIELD"
    )


def _fields_of(known: Format) -> list[str]:
    if isinstance(known, MessageFormat | MarkedFormat):
        return [known.field]
    if isinstance(known, AnswerFormat):
        return [known.asked, known.answer]
    return [name for name in (known.instruction, known.input, known.response) if name is not None]

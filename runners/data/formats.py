"""Formats: where a row has its instruction and response, or the messages of a conversation."""

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
"""What a graph is given of a row."""

Format = FieldFormat | MessageFormat | AnswerFormat | MarkedFormat


def task_digest(task: Task) -> str:
    """A hash of a task without its id: agents can't tell tasks with equal hashes apart."""
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
"""Known formats; more specific ones first. WizardLM and Deita use formats of others."""


def holds_conversations(format: Format) -> bool:
    """Whether rows are conversations, whose turns are evolved one after another."""
    return isinstance(format, MessageFormat | MarkedFormat)


def layout_of(format: Format) -> LayoutCheck | None:
    """The check for text that rows of a format can't hold; None if they can hold any."""
    return new_mark if isinstance(format, MarkedFormat) else None


def find_format(rows: Sequence[Row]) -> Format:
    """The first known format that any of a dataset's first rows fits.

    Rows that only have one of Alpaca's fields count as Alpaca, so that reading them says what is
    missing. Raises UsageError with the fields found and the formats known.
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
    """The error for a row that fits no format."""
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

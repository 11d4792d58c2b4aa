"""Rows whose responses have thinking traces, read and written according to `--traces`."""

from collections.abc import Mapping

from nodes.content import text_of
from nodes.conversation import Conversation
from nodes.trace_choice import Traces
from nodes.traces import as_shown, with_answer, without_trace
from runners.data.before import SampleInTalk
from runners.data.formats import Format, Task
from runners.data.rows import Fields, Row
from runners.data.texts import checked


def read_traced_task(format: Format, row: Row, traces: Traces) -> Task:
    """Read the task from a row, with responses as agents are to see them.

    Raises UsageError with file, row and field.
    """
    task = format.read(row)
    if isinstance(task, Conversation):
        is_answer = [message["role"] == "assistant" for message in task.messages]
        pairs = zip(task.messages, is_answer, strict=True)
        messages = [as_shown(message, traces) if is_it else message for message, is_it in pairs]
        return task.model_copy(update={"messages": messages})
    answer = format.responses(row.fields)[0]
    shown = as_shown(answer, traces)
    if shown is answer:
        return task
    told = checked(text_of(shown) or "", f"{row.where}, the thinking before its response")
    update: Fields = {"response": told}
    if isinstance(task, SampleInTalk):
        update["answer"] = shown
    return task.model_copy(update=update)


def write_row(
    format: Format, fields: Fields, changes: Mapping[int, str], traces: Traces = "keep"
) -> Fields:
    """The row with responses replaced, by position; all else stays unchanged and in order.

    With `drop`, none of its responses has a trace any more.
    """
    if not changes and traces != "drop":
        return fields
    responses = format.responses(fields)
    put = {n: with_answer(responses[n], text, traces) for n, text in changes.items()}
    if traces == "drop":
        bare = {n: without_trace(each) for n, each in responses.items() if n not in put}
        put |= {n: each for n, each in bare.items() if each is not responses[n]}
    return format.put(fields, put)

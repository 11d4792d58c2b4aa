"""Records: what happened to each row."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, Field

from nodes.conversation import Conversation, Turn
from nodes.guards.own import GuardFailedError
from nodes.human import PERSON
from nodes.orders import judge_of
from nodes.state import Answer, Edit, Round, Sample, StopReason
from runners.calls.faults import CallError
from runners.data.formats import Format, Task, holds_conversations
from runners.data.passing import RowSkipped

BAD_ROW = "BadRow"
"""The error class of a row that can't be read, or does not fit its dataset's format."""

GUARD = "guard"
"""The stage of rows that failed in a user-defined guard."""


class Failure(BaseModel):
    """Why a row was not evolved to its end. Responses without an accepted edit are unchanged."""

    stage: str
    """The node whose call failed; `data` for a bad row."""
    error: str
    """The name of the error's class."""
    message: str
    """The endpoint's message, on one line."""
    attempts: int
    """How often the call was sent."""
    may_pass: bool = True
    """Whether the same call may succeed another time."""


class Usage(BaseModel):
    """Calls and tokens of a row, including answers from the journal; None if not reported."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    """Output tokens spent on thinking."""
    cached_tokens: int | None = Field(default=None, exclude_if=lambda value: value is None)
    """Input tokens read from caches; left out if not reported."""
    cache_written_tokens: int | None = Field(default=None, exclude_if=lambda value: value is None)
    """Input tokens written into caches; left out if not reported."""
    cache_written_1h_tokens: int | None = Field(
        default=None, exclude_if=lambda value: value is None
    )
    """Those of the written tokens that are kept for an hour; left out if there are none."""


class _Record(BaseModel):
    """The fields that all records have."""

    id: str
    flags: list[str] = []
    usage: Usage = Usage()
    failure: Failure | None = None
    skipped: RowSkipped | None = Field(default=None, exclude_if=lambda value: value is None)
    """Why the row as a whole was not evolved; left out if it was."""
    same_as: str | None = Field(default=None, exclude_if=lambda value: value is None)
    """The id of the row with the same task whose record was taken over; left out otherwise."""

    @property
    def evolved_as(self) -> str:
        """The id of the row that was evolved: its own, or for a repeat the first one's."""
        return self.same_as or self.id

    @property
    def is_bad(self) -> bool:
        """Whether the row could not be read."""
        return self.failure is not None and self.failure.error == BAD_ROW


class Evolution(_Record):
    """What happened to a sample: every round with its speeches, edit and judgements."""

    kind: Literal["sample"] = "sample"
    instruction: str
    input: str
    original_response: str
    response: str
    """The final response: the original if no edit won."""
    rounds: list[Round] = []
    stop_reason: StopReason | None = None
    """None for a row that failed, or passed untouched."""

    @property
    def accepted(self) -> int:
        """The number of rounds whose edit won."""
        return accepted_of(self.rounds)

    @property
    def changes(self) -> dict[int, str]:
        """The response to put back into the row, by position; empty if no edit won."""
        return {0: self.response} if self.accepted else {}


class ConversationEvolution(_Record):
    """What happened to a conversation, by turns; `messages` are the original ones."""

    kind: Literal["conversation"] = "conversation"
    messages: list[dict[str, Any]]
    turns: list[Turn] = []

    @property
    def accepted(self) -> int:
        """The number of rounds whose edit won, over all turns."""
        return sum(accepted_of(turn["rounds"]) for turn in self.turns)

    @property
    def changes(self) -> dict[int, str]:
        """The responses to put back into the row, by the positions of their messages."""
        return {t["index"]: t["response"] for t in self.turns if accepted_of(t["rounds"])}


Record = Evolution | ConversationEvolution
"""The record of a row."""
TaggedRecord = Annotated[Record, Field(discriminator="kind")]
"""A record as JSON, with its kind."""


def accepted_of(rounds: Iterable[Round]) -> int:
    """The number of rounds whose edit replaced the response: it won, or there is no judge."""
    return sum(map(is_accepted, rounds))


def is_accepted(round: Round) -> bool:
    """Whether the round's edit replaced the response."""
    return round["outcome"] in ("improved", "adopted")


def finished(task: Task, output: Mapping[str, Any]) -> Record:
    """The record of a row that went through its graph; `output` is the graph's."""
    kept = ("turns",) if isinstance(task, Conversation) else ("response", "rounds", "stop_reason")
    record = _unevolved(task).model_copy(update={name: output[name] for name in kept})
    rounds = rounds_of(record)
    record.flags = list(dict.fromkeys(flag for each in rounds for flag in each["flags"]))
    record.usage = _usage(rounds)
    return record


def failure_of(error: CallError) -> Failure:
    """The failure of a call that failed for good."""
    fault = error.fault
    return Failure(
        stage=error.stage,
        error=fault.name,
        message=fault.message,
        attempts=error.attempts,
        may_pass=fault.kind.may_pass,
    )


def failure_of_guard(error: GuardFailedError) -> Failure:
    """The failure of a user-defined guard that raised an error."""
    return Failure(stage=GUARD, error=type(error).__name__, message=str(error), attempts=1)


def failed(task: Task, failure: Failure, so_far: Mapping[str, Any] | None = None) -> Record:
    """The record of a row with a failure.

    `so_far` is the graph's output until then, whose finished rounds are kept; None without any.
    """
    record = _unevolved(task) if so_far is None else finished(task, so_far)
    return record.model_copy(update={"failure": failure})


def bad_row(id: str, format: Format, reason: str) -> Record:
    """The record of a row that can't be read, and is passed through unchanged."""
    failure = Failure(stage="data", error=BAD_ROW, message=reason, attempts=0, may_pass=False)
    if holds_conversations(format):
        return ConversationEvolution(id=id, messages=[], failure=failure)
    record = _unevolved_sample(Sample(id=id, instruction=""))
    return record.model_copy(update={"failure": failure})


def passed_over(task: Task, reason: RowSkipped) -> Record:
    """The record of a row that no agent is asked about."""
    return _unevolved(task).model_copy(update={"skipped": reason})


def _unevolved(task: Task) -> Record:
    if isinstance(task, Conversation):
        return ConversationEvolution(id=task.id, messages=task.messages)
    return _unevolved_sample(task)


def _unevolved_sample(sample: Sample) -> Evolution:
    return Evolution(
        id=sample.id,
        instruction=sample.instruction,
        input=sample.input,
        original_response=sample.response,
        response=sample.response,
    )


def rounds_of(record: Record) -> list[Round]:
    """All rounds of a row; for a conversation, those of its turns in order."""
    if isinstance(record, Evolution):
        return record.rounds
    return [each for turn in record.turns for each in turn["rounds"]]


def answers_of(round: Round) -> list[Answer]:
    """All models' answers in a round, in the order of the graph."""
    return [answer for _, answer in answers_by_role(round)]


def answers_by_role(round: Round) -> list[tuple[str, Answer]]:
    """The same answers, each with its role; frameworks may lack roles.

    Additional debaters go by the names of their nodes.
    """
    advice = round["suggestions"]
    judgements = {judge: each for judge, each in round["judgements"].items() if judge != PERSON}
    return [
        *((_speaker(node), speech) for node, speech in round["speeches"].items()),
        *([] if advice is None else [("advisor", advice)]),
        *(("editor", each) for each in edits_of(round)),
        *((judge_of(name), each) for name, each in judgements.items()),
    ]


def edits_of(round: Round) -> list[Edit]:
    """The round's edit, preceded by those that were refused and asked for again."""
    return [*(each["edit"] for each in round.get("repaired", ())), round["edit"]]


def thinking_of(round: Round) -> list[tuple[str, str]]:
    """The agents' thinking, by the names of their nodes."""
    advice = round["suggestions"]
    answers = [
        *round["speeches"].items(),
        *([] if advice is None else [("advisor", advice)]),
        *(("editor", each) for each in edits_of(round)),
        *round["judgements"].items(),
    ]
    return [(node, answer["thinking"]) for node, answer in answers if "thinking" in answer]


def _speaker(node: str) -> str:
    return node.removesuffix("_predetermined").removesuffix("_free")


def _usage(rounds: list[Round]) -> Usage:
    answers = [answer for each in rounds for answer in answers_of(each)]
    return Usage(
        calls=len(answers),
        **{name: _told(answers, name) for name in Usage.model_fields if name != "calls"},
    )


def _told(answers: list[Answer], name: str) -> int | None:
    """The sum of the answers' counts of this name; None if no answer has one."""
    told = [count for answer in answers if (count := answer.get(name)) is not None]
    return sum(cast("list[int]", told)) if told else None

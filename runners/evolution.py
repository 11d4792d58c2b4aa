"""Evolution: the full record of what happened to one row."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from nodes.state import Answer, Round, Sample, StopReason


class Failure(BaseModel):
    """Why a row could not be evolved; its original response goes out unchanged."""

    stage: str
    """The node whose call failed."""
    error: str
    """The error's class."""
    message: str
    """What the endpoint said, on one line."""
    attempts: int
    """How often the call was sent."""


class Usage(BaseModel):
    """Calls and tokens of a row, answers from the journal included; None where none were told."""

    calls: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None


class Evolution(BaseModel):
    """What happened to one row: every round with its speeches, suggestions, edit and judgements."""

    id: str
    instruction: str
    input: str
    original_response: str
    response: str
    """The final response: the original where no edit won or the row failed."""
    rounds: list[Round] = []
    stop_reason: StopReason | None = None
    """None for a row that failed."""
    flags: list[str] = []
    usage: Usage = Usage()
    failure: Failure | None = None

    @property
    def accepted(self) -> int:
        """The number of rounds whose edit won."""
        return sum(each["outcome"] == "improved" for each in self.rounds)


def evolved(sample: Sample, output: Mapping[str, Any]) -> Evolution:
    """Make the record of a row that went through the graph; `output` is the graph's."""
    rounds: list[Round] = output["rounds"]
    flags = dict.fromkeys(flag for each in rounds for flag in each["flags"])
    return _unevolved(sample).model_copy(
        update={
            "response": output["response"],
            "rounds": rounds,
            "stop_reason": output["stop_reason"],
            "flags": list(flags),
            "usage": _usage(rounds),
        }
    )


def failed(sample: Sample, failure: Failure) -> Evolution:
    """Make the record of a row that keeps its original response."""
    return _unevolved(sample).model_copy(update={"failure": failure})


def _unevolved(sample: Sample) -> Evolution:
    return Evolution(
        id=sample.id,
        instruction=sample.instruction,
        input=sample.input,
        original_response=sample.response,
        response=sample.response,
    )


def answers_of(round: Round) -> list[Answer]:
    """All answers that a round consists of, in the order of the graph."""
    debate, judgements = round["speeches"].values(), round["judgements"].values()
    return [*debate, round["suggestions"], round["edit"], *judgements]


def _usage(rounds: list[Round]) -> Usage:
    answers = [answer for each in rounds for answer in answers_of(each)]
    told = [(a["input_tokens"], a["output_tokens"]) for a in answers]
    inputs = [count for count, _ in told if count is not None]
    outputs = [count for _, count in told if count is not None]
    return Usage(
        calls=len(answers),
        input_tokens=sum(inputs) if inputs else None,
        output_tokens=sum(outputs) if outputs else None,
    )

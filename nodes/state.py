"""State of the graph: plain data, so that any checkpoint can be read, edited and resumed."""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator
from typing_extensions import TypedDict  # pydantic asks for this one before Python 3.12

from nodes.models.logprobs import Token
from nodes.serving import check_size
from prompts.roles import Seat

T = TypeVar("T")

Verdict = Literal["original", "edited", "tie", "unparsable", "unfinished"]
EditFault = Literal["edit_empty", "edit_truncated", "edit_unfinished", "edit_filtered"]
"""Why an edit is incomplete: it is empty, was cut off, ended during the thinking, or was
filtered by the endpoint."""
UnjudgedOutcome = EditFault | Literal["edit_refused"]
"""Outcomes of rounds whose edit is not judged and can't win: it is incomplete or flawed."""
Outcome = Literal["improved", "adopted", "not_improved"] | UnjudgedOutcome
StopReason = Literal["max_rounds", "adopted", "not_improved"] | UnjudgedOutcome


class Sample(BaseModel):
    """One instruction-tuning sample: what goes into the graph (section 2.1)."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(default="", description="A name for this sample in traces and records.")
    instruction: str = Field(
        description="The task.",
        examples=["Rewrite the message so that it sounds polite."],
    )
    input: str = Field(
        default="",
        description="The content that the task is about; empty or <noinput> if there is none.",
        examples=["Send me the report today."],
    )
    response: str = Field(
        default="",
        description="The response to improve; may be empty.",
        examples=["could you please send me  the report by the end of today"],
    )

    @model_validator(mode="after")
    def _is_not_too_long(self) -> Self:
        check_size((self.instruction, self.input, self.response))
        return self


class Answer(TypedDict):
    """What a model answered to one call."""

    text: str
    """The text without the thinking before it, otherwise byte for byte."""
    thinking: NotRequired[str]
    """What the model thought before; absent if nothing. It enters no prompt and no verdict."""
    finish_reason: str | None
    """Why the model stopped, in the endpoint's words (see `nodes.guards.finish`), such as `stop`
    or `length` (cut off by max_tokens); None if not reported."""
    model: str | None
    """The model that the endpoint says it used; None if not reported."""
    input_tokens: int | None
    """Tokens of the prompt as the endpoint counts them; None if not reported."""
    output_tokens: int | None
    """Tokens of the answer as the endpoint counts them; None if not reported."""
    reasoning_tokens: NotRequired[int]
    """Answer tokens spent on thinking; absent if not reported."""
    cached_tokens: NotRequired[int]
    """Prompt tokens read from the endpoint's cache; absent if not reported."""
    cache_written_tokens: NotRequired[int]
    """Prompt tokens written into the endpoint's cache; absent if not reported."""
    cache_written_1h_tokens: NotRequired[int]
    """Those of the written tokens that are kept for an hour; absent if there are none."""
    logprobs: NotRequired[list[Token]]
    """Its tokens with their likeliest alternatives, if the agent asked for them; not in any
    record."""


class Edit(Answer):
    """The editor's answer, and what is left of it when the guards have cleaned it."""

    response: str
    """r', the edited response: the text without what the guards removed."""


class Refusal(TypedDict):
    """A flaw for which an edit was refused."""

    guard: str
    """The guard that found it, by its name in `nodes.guards.flaws`, or a user-defined one."""
    at: int
    """Where in r', in characters from 0."""
    text: str
    """The text there, shortened if it is long."""
    reason: NotRequired[str]
    """What is wrong, if the guard's name does not say so already."""


class Guarded(TypedDict):
    """What the guards did to an edit."""

    cleaned: list[str]
    """What was removed, by its name in `nodes.guards.cleaning`."""
    refused: list[Refusal]
    """Why the edit can't win; empty if it can."""
    seconds: NotRequired[dict[str, float]]
    """Seconds that each user-defined guard took, by name; absent if none was asked."""


class Repaired(TypedDict):
    """An edit that was refused and asked for again."""

    edit: Edit
    """The edit as the guards left it."""
    guarded: Guarded
    """Why it was refused."""


class Judgement(Answer):
    """The judge's answer for one order of the two responses."""

    verdict: Verdict
    """Which response won, whatever its place. `unparsable` and `unfinished` (the answer ended
    during the thinking) count as ties."""
    original_score: float
    """Points of the original: 0 or 1 (Eq. 4), the grade in mode `score`, the probability, 0 to
    1, in mode `probability`."""
    edited_score: float
    """Points of the edited response, likewise."""
    unparsable: NotRequired[Literal["no verdict", "contradicts itself", "no probability"]]
    """Why no verdict could be read; absent if one was."""
    is_bound: NotRequired[Literal[True]]
    """Present if the loser's probability was not reported, so that its points are an upper
    bound."""


class Round(TypedDict):
    """The record of one iteration of Algorithm 1."""

    k: int
    """Number of the round, from 1."""
    response: str
    """r, the response that this round tried to improve."""
    speeches: dict[str, Answer]
    """The debate: each debater node's answer, by node name; empty without a debate."""
    suggestions: Answer | None
    """The advisor's answer: at most three writing suggestions; None without an advisor."""
    edit: Edit
    """The editor's answer and the edited response r'."""
    judgements: dict[str, Judgement]
    """Both judgements by node name, or a person's under `person`, which then counts alone; empty
    if the edit was not judged."""
    original_score: float
    """s(r), summed over both orders, or for probabilities their mean; 0 without judgements."""
    edited_score: float
    """s(r'), likewise."""
    outcome: Outcome
    """`improved` if r' won and replaced r, `adopted` if it replaced r unjudged (section 4.1),
    otherwise why it did not."""
    flags: list[str]
    """Warnings for the reader, such as `judge_delimiter` (see `nodes.verdict`)."""
    guarded: NotRequired[Guarded]
    """What the guards did; absent if they found nothing."""
    repaired: NotRequired[list[Repaired]]
    """Edits that were asked for again before this one; absent if there were none."""


def merge(left: dict[str, T], right: dict[str, T] | None) -> dict[str, T]:
    """Reducer of channels that parallel nodes write, each under its own name; None clears it."""
    return {} if right is None else {**left, **right}


class Output(TypedDict):
    """What a person sees of the graph: the sample's way and its result."""

    id: str
    """The sample's id."""
    response: str
    """r, the response so far; in the end, the final response."""
    k: int
    """Number of the present round, from 1."""
    speeches: Annotated[dict[str, Answer], merge]
    """This round's debate, by node name."""
    suggestions: Answer | None
    """This round's suggestions."""
    edit: Edit | None
    """This round's edit."""
    guarded: Guarded | None
    """What the guards did to this round's edit."""
    repairs: list[Repaired] | None
    """This round's edits that were refused and asked for again."""
    judgements: Annotated[dict[str, Judgement], merge]
    """This round's judgements, by node name."""
    outcome: Outcome | None
    """How this round ended; None while it goes on."""
    rounds: list[Round]
    """All finished rounds, for people: no agent sees them."""
    stop_reason: StopReason | None
    """Why the evolution ended; None while it goes on."""


class State(Output):
    """All channels of the graph. `speeches` to `outcome` are this round's memory."""

    instruction: str
    """The sample's instruction."""
    input: str
    """The sample's input."""
    seat: Literal["person"] | None
    """`person` if a person replaces the judge in this round."""
    judges: Sequence[Seat] | None
    """The judges that a judge's node is to ask, if each of a panel has a node run of its own."""


class Update(TypedDict, total=False):
    """What a node returns: new values for some of the channels of State.

    LangGraph drops a name that is no channel, without a word; here the type checker finds it.
    """

    id: str
    instruction: str
    input: str
    response: str
    k: int
    speeches: dict[str, Answer] | None
    """Speeches to add; None clears them all."""
    suggestions: Answer | None
    edit: Edit | None
    guarded: Guarded | None
    repairs: list[Repaired] | None
    judgements: dict[str, Judgement] | None
    """Judgements to add; None clears them all."""
    seat: Literal["person"] | None
    outcome: Outcome | None
    rounds: list[Round]
    stop_reason: StopReason | None


def written(value: T | None) -> T:
    """The value of a channel that an earlier node of this round has written.

    Raises LookupError if none has, as when a node is invoked on an incomplete state.
    """
    if value is None:
        raise LookupError("a node ran before the one whose result it needs")
    return value

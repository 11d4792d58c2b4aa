"""Fitting: models in the process are loaded with room for the calls of a run's longest row.

Nothing that comes out depends on it, but what does not fit has no answer. So each start looks at
the rows that are left, and the journal does not know of it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from nodes.conversation import Conversation, ConversationContext
from nodes.models.gguf import context_of
from nodes.models.gguf_context import given_context, usual_context
from nodes.models.request import longest_answer
from nodes.models.settings import ModelSettings
from prompts.roles import Speaker
from runners.calls.call_options import CallOptions
from runners.calls.greeting import is_local
from runners.data.formats import Task
from runners.data.samples import samples_of
from runners.errors import usage_errors
from runners.folder.left import tasks_of
from runners.run.active import ActiveRun
from runners.run.frameworks import speakers_of
from runners.run.words import prompt_tokens

FIRST = 10_000
"""Rows that are looked at: 0.2 s of CPU for samples of 1,500 characters, 2.7 s for conversations of
eight messages. A longer row behind them may not fit, and fails."""
_ASCII, _NO_DIGIT = bytes(range(128)), bytes({*range(256)} - {*b"0123456789"})
_OF_ASCII, _OF_OTHERS = 0.4, 0.67
"""Tokens a byte; a digit is one. SmolLM2, with its small vocabulary, took 0.25 to 0.36 for English,
German and code, 0.43 for Russian and 0.61 for Chinese. An estimate's CHARACTERS_A_TOKEN is a mean;
this has to be enough."""
_WORDS = 2
"""Prompts have the pack's words up to twice (a debater's second one) with a chat's marks."""


class Lengths(NamedTuple):
    """A sample's lengths in tokens, roughly."""

    request: int
    """Instruction and input; in a conversation, with the history."""
    response: int
    """Of two that are compared, both together."""
    earlier: int = 0
    """Answers in the history that were evolved before, and may have grown."""


class _Parts(NamedTuple):
    """How often a prompt of a role has request and response, and how many answers beside.

    The role's own answer is one of them, and so is the edit. Tables 7 to 9, and the editor with its
    edit to repair.
    """

    requests: int
    responses: int
    answers: int


_DEBATER = _Parts(1, 1, 3)
_JUDGE = _Parts(1, 1, 2)
_PARTS: Mapping[Speaker, _Parts] = {
    "positive": _DEBATER,
    "critical": _DEBATER,
    "advisor": _Parts(1, 1, 5),
    "editor": _Parts(2, 2, 3),
}
"""All others are judges."""


def fitted_to_rows(run: ActiveRun, say: Callable[[str], None]) -> CallOptions:
    """A run's options, with room for the first rows that are left. Raises UsageError."""
    plan = run.plan
    speakers = speakers_of(plan.framework, plan.context)
    tasks = islice(tasks_of(run.dataset, run.ledger, plan.context), FIRST)
    samples = (each for task in tasks for each in lengths_of(task, plan.context))
    return fitted(plan.conduct.options, plan.context, speakers, samples, say)


def fitted(
    options: CallOptions,
    context: ConversationContext,
    speakers: Collection[Speaker],
    samples: Iterable[Lengths],
    say: Callable[[str], None],
) -> CallOptions:
    """The options with room for calls about these samples, which is said where it is unusual.

    The samples are only looked at if a speaker's model is in the process, and the user has not said
    how much room it has. Raises UsageError.
    """
    local: dict[Speaker, ModelSettings] = {
        speaker: settings
        for speaker in sorted(speakers)
        if is_local(settings := context.settings[speaker]) and given_context(settings) is None
    }
    if not local:
        return options
    needed = call_tokens(context, speakers, local, samples)
    options = options._replace(call_tokens=needed)
    with usage_errors():
        for line in dict.fromkeys(_line(each, options) for each in local.values()):
            if line is not None:
                say(line)
    return options


def call_tokens(
    context: ConversationContext,
    speakers: Iterable[Speaker],
    local: Iterable[Speaker],
    samples: Iterable[Lengths],
) -> int:
    """Tokens of the longest call about the samples by one of the `local` speakers; 0 for none.

    An answer of any of the `speakers` may be in it, or have become the response.
    """
    answer = max(longest_answer(context.settings[each]) for each in speakers)
    parts = {_PARTS.get(each, _JUDGE) for each in local}
    words = round(_WORDS * max(prompt_tokens(context.pack).values()))
    return max((words + _longest(parts, each, answer) for each in samples), default=0)


def _longest(parts: Iterable[_Parts], sample: Lengths, answer: int) -> int:
    request = sample.request + sample.earlier * answer
    response = max(sample.response, answer)
    return max(
        each.requests * request + each.responses * response + each.answers * answer
        for each in parts
    )


def lengths_of(task: Task, context: ConversationContext) -> Iterator[Lengths]:
    """The lengths of a row's sample, or of each turn that would be evolved."""
    for number, sample in enumerate(samples_of(task, context)):
        earlier = min(number, context.window - 1) if isinstance(task, Conversation) else 0
        yield lengths(sample.instruction + sample.input, sample.response, earlier=earlier)


def lengths(request: str, *responses: str, earlier: int = 0) -> Lengths:
    """The lengths of a request and its responses."""
    return Lengths(_tokens(request), sum(map(_tokens, responses)), earlier)


def _tokens(text: str) -> int:
    """No fewer tokens than a text usually has."""
    data = text.encode("utf-8", "surrogatepass")
    digits, others = (len(data.translate(None, each)) for each in (_NO_DIGIT, _ASCII))
    return round(digits + _OF_OTHERS * others + _OF_ASCII * (len(data) - digits - others))


def _line(settings: ModelSettings, options: CallOptions) -> str | None:
    """How much room calls have; None if it is the usual."""
    needed, usual = options.call_tokens, usual_context(settings)
    if needed <= usual:
        return None
    room = context_of(settings, options.concurrency[1], needed)
    told = f"{settings.model}: a call has room for {room:,} tokens"
    if room < needed:
        told += ", all that its training or the memory allows"
    return f"{told} (the longest row may need {needed:,})"

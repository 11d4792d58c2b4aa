"""Estimate: calls, tokens and money of a run, before anything is sent."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from graph.frameworks import Framework
from nodes.content import CHARACTERS_A_TOKEN, text_of
from nodes.context import Context
from nodes.conversation import ConversationContext
from nodes.history import instruction_of, reason_to_skip
from nodes.models.request import longest_answer
from nodes.state import Sample
from prompts.roles import Role
from runners.calls.price import Price
from runners.calls.spent import Spent, sum_of
from runners.data.before import as_asked
from runners.data.formats import Task
from runners.run.frameworks import roles_of

PROMPT_TOKENS: dict[Role, int] = {
    "positive": 90,
    "critical": 90,
    "advisor": 130,
    "editor": 120,
    "judge": 190,
}
"""Tokens of each role's own words (the built-in pack, role-play prompt included)."""
SPEECH_TOKENS = 250
"""A debater's answer; likewise the judge's and, for three suggestions, the advisor's."""
JUDGEMENT_TOKENS = 130
ADVICE_TOKENS = 120
REPAIR_TOKENS = 60
"""What the editor is told when it is asked again: the pack's words and a flaw or two."""
GROWTH = 1.7
"""An edited response is so many times as long as the one before, and no shorter than this: """
SHORTEST_EDIT = 120

ASSUMPTIONS = (
    f"{CHARACTERS_A_TOKEN} characters a token; a speech has {SPEECH_TOKENS} tokens, suggestions "
    f"{ADVICE_TOKENS}, a judgement {JUDGEMENT_TOKENS}; an edit is {GROWTH:g} times as long as the "
    f"response, at least {SHORTEST_EDIT} tokens. For a better figure: --pilot 20."
)
ROUNDS = "Least: every row stops after one round. Most: every row goes through all rounds."


class Estimate(NamedTuple):
    """What a run takes by one assumption on the rounds; cost in US dollars, None if unknown."""

    rows: int
    spent: Spent
    cost: float | None


def samples_of(task: Task, context: ConversationContext) -> Iterator[Sample]:
    """The samples that a row has: itself, or one for each turn that would be evolved."""
    if isinstance(task, Sample):
        yield as_asked(task, context)
        return
    for position, message in enumerate(task.messages):
        is_turn = message["role"] == "assistant"
        if is_turn and reason_to_skip(task.messages, position, context.window) is None:
            layout = context.pack.conversation
            asked = instruction_of(task.messages, position, context.window, layout, task.beside)
            yield Sample(id="", instruction=asked, input="", response=text_of(message) or "")


def estimate(
    samples: Iterable[Sample],
    context: Context,
    rounds: int,
    prices: Mapping[str, Price | None],
    framework: Framework = "coevol",
    repairs: int = 0,
) -> Estimate:
    """Estimate a run whose samples all take so many rounds, from their lengths.

    In each round the editor is asked again `repairs` times.
    """
    longest = longest_answer(context.settings["editor"])
    rows = 0
    total: dict[Role, Spent] = {}
    for sample in samples:
        rows += 1
        response = len(sample.response) / CHARACTERS_A_TOKEN
        request = (len(sample.instruction) + len(sample.input)) / CHARACTERS_A_TOKEN
        for _ in range(rounds):
            edited = min(max(response * GROWTH, SHORTEST_EDIT), longest)
            for role, spent in _round(framework, request, response, edited).items():
                total[role] = total.get(role, Spent()).plus(spent)
            again = _repair(framework, request, response, edited)
            for _ in range(repairs):
                total["editor"] = total["editor"].plus(again)
            response = edited
    return Estimate(rows, sum_of(total.values()), _cost(total, context, prices))


def _round(
    framework: Framework, request: float, response: float, edited: float
) -> dict[Role, Spent]:
    """Tokens of one round's calls, by role: eight calls, or those that the framework has of them.

    The prompts are those of Tables 7 to 9, or the pack's for agents that are alone.
    """
    spoken = 4 if "positive" in roles_of(framework) else 0
    shown = request + response
    first = PROMPT_TOKENS["positive"] + shown
    debate = Spent(2, 0, round(2 * first + 2 * SPEECH_TOKENS), 2 * SPEECH_TOKENS)
    read = request if framework == "advise-blind" else shown + spoken * SPEECH_TOKENS
    edit = _read_by_editor(framework, request, response)
    judgement = PROMPT_TOKENS["judge"] + request + response + edited
    parts: dict[Role, Spent] = {
        "positive": debate,
        "critical": debate,
        "advisor": Spent(1, 0, round(PROMPT_TOKENS["advisor"] + read), ADVICE_TOKENS),
        "editor": Spent(1, 0, round(edit), round(edited)),
        "judge": Spent(2, 0, round(2 * judgement), 2 * JUDGEMENT_TOKENS),
    }
    return {role: parts[role] for role in parts if role in roles_of(framework)}


def _read_by_editor(framework: Framework, request: float, response: float) -> float:
    own = PROMPT_TOKENS["editor"]
    return own + request if framework == "edit" else own + ADVICE_TOKENS + 2 * (response + request)


def _repair(framework: Framework, request: float, response: float, edited: float) -> Spent:
    """The editor asked once more: with its prompt and its edit in memory, and the flaws named."""
    read = _read_by_editor(framework, request, response) + edited + REPAIR_TOKENS
    return Spent(1, 0, round(read), round(edited))


def _cost(
    total: Mapping[Role, Spent], context: Context, prices: Mapping[str, Price | None]
) -> float | None:
    cost = 0.0
    for role, spent in total.items():
        price = prices[context.settings[role].model]
        if price is None:
            return None
        cost += spent.input_tokens * price.input + spent.output_tokens * price.output
    return cost

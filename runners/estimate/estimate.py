"""Estimate: calls, tokens and money of a run, before anything is sent."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from graph.frameworks import Framework
from nodes.content import CHARACTERS_A_TOKEN
from nodes.context import Context
from nodes.models.request import longest_answer
from nodes.state import Sample
from prompts.roles import Role, Seat, Speaker
from runners.calls.price import USUAL, Price, Terms
from runners.calls.spent import Spent, sum_of
from runners.estimate.judging import judgement_tokens, judgements_of
from runners.estimate.known import NOTHING, Known
from runners.run.frameworks import roles_of
from runners.run.words import prompt_tokens

_Words = Mapping[Role, float]
"""Tokens of each role's own words."""

SPEECH_TOKENS = 250
"""A debater's answer."""
ADVICE_TOKENS = 120
"""The advisor's: three suggestions."""
REPAIR_TOKENS = 60
"""What the editor is told when it is asked again: the pack's words and a flaw or two."""
GROWTH = 1.7
"""An edited response is so many times as long as the one before, and no shorter than this: """
SHORTEST_EDIT = 120

ROUNDS = "Least: every row stops after one round. Most: every row goes through all rounds."


class Estimate(NamedTuple):
    """What a run takes by one assumption on the rounds; money in US dollars, None if unknown."""

    rows: int
    spent: Spent
    cost: float | None
    saved: float | None = None
    """What caches save, already taken off the cost."""


class Course(NamedTuple):
    """How all samples of a run go."""

    rounds: int
    """How many each takes."""
    won: bool = True
    """Whether judges find so in each; where they differ, economy spares none of them."""
    repairs: int = 0
    """How often the editor is asked again in each."""


def assumptions(context: Context) -> str:
    """What an estimate goes by, for people."""
    tokens = dict.fromkeys(judgement_tokens(context, judge) for judge in context.judges)
    return (
        f"{CHARACTERS_A_TOKEN} characters a token; a speech has {SPEECH_TOKENS} tokens, "
        f"suggestions {ADVICE_TOKENS}, a judgement {' or '.join(map(str, tokens))}; an edit is "
        f"{GROWTH:g} times as long as the response, at least {SHORTEST_EDIT} tokens. For a better "
        "figure: --pilot 20."
    )


def estimate(
    samples: Iterable[Sample],
    context: Context,
    course: Course,
    prices: Mapping[str, Price | None],
    framework: Framework = "coevol",
    known: Known = NOTHING,
    terms: Terms = USUAL,
) -> Estimate:
    """Estimate a run whose samples all take the same course, from their lengths."""
    longest = longest_answer(context.settings["editor"])
    judged, own = judgements_of(context, won=course.won), prompt_tokens(context.pack)
    rows = 0
    total: dict[Speaker, Spent] = {}
    for sample in samples:
        rows += 1
        response = len(sample.response) / CHARACTERS_A_TOKEN
        request = (len(sample.instruction) + len(sample.input)) / CHARACTERS_A_TOKEN
        for _ in range(course.rounds):
            edited = min(max(response * GROWTH, SHORTEST_EDIT), longest)
            parts = _round(framework, own, request, response, edited)
            if "judge" in roles_of(framework):
                read = own["judge"] + request + response + edited
                parts |= _judged(context, judged, read)
            again = _repair(framework, own, request, response, edited)
            parts["editor"] = sum_of((parts["editor"], *(again,) * course.repairs))
            for speaker, spent in parts.items():
                total[speaker] = total.get(speaker, Spent()).plus(spent)
            response = edited
    total = {speaker: known.added_to(speaker, spent) for speaker, spent in total.items()}
    cost, saved = (
        _money(total, context, prices, terms, of) for of in (Price.cost_of, Price.saved_on)
    )
    return Estimate(rows, sum_of(total.values()), cost, saved)


def _round(
    framework: Framework, own: _Words, request: float, response: float, edited: float
) -> dict[Speaker, Spent]:
    """Tokens of one round's calls but the judges', by role: those that the framework has of them.

    The prompts are those of Tables 7 and 8, or the pack's for agents that are alone.
    """
    spoken = 4 if "positive" in roles_of(framework) else 0
    shown = request + response
    read = request if framework == "advise-blind" else shown + spoken * SPEECH_TOKENS
    edit = _read_by_editor(framework, own, request, response)
    parts: dict[Speaker, Spent] = {
        "positive": _debate(own["positive"] + shown),
        "critical": _debate(own["critical"] + shown),
        "advisor": Spent(1, 0, round(own["advisor"] + read), ADVICE_TOKENS),
        "editor": Spent(1, 0, round(edit), round(edited)),
    }
    return {role: parts[role] for role in parts if role in roles_of(framework)}


def _debate(first: float) -> Spent:
    """Tokens of a debater's two speeches, the first of which has a prompt with so many tokens."""
    return Spent(2, 0, round(2 * first + 2 * SPEECH_TOKENS), 2 * SPEECH_TOKENS)


def _judged(context: Context, judged: Mapping[Seat, int], read: float) -> dict[Speaker, Spent]:
    """Tokens of a round's judgements; their prompt is that of Table 9, with `read` tokens."""
    return {
        judge: Spent(count, 0, round(count * read), count * judgement_tokens(context, judge))
        for judge, count in judged.items()
    }


def _read_by_editor(framework: Framework, own: _Words, request: float, response: float) -> float:
    if framework == "edit":
        return own["editor"] + request
    return own["editor"] + ADVICE_TOKENS + 2 * (response + request)


def _repair(
    framework: Framework, own: _Words, request: float, response: float, edited: float
) -> Spent:
    """The editor asked once more: with its prompt and its edit in memory, and the flaws named."""
    read = _read_by_editor(framework, own, request, response) + edited + REPAIR_TOKENS
    return Spent(1, 0, round(read), round(edited))


def _money(
    total: Mapping[Speaker, Spent],
    context: Context,
    prices: Mapping[str, Price | None],
    terms: Terms,
    of: Callable[[Price, Spent], float],
) -> float | None:
    """US dollars of all speakers' calls, by what is `of` interest; None if a price is unknown."""
    money = 0.0
    for speaker, spent in total.items():
        price = prices[context.settings[speaker].model]
        if price is None:
            return None
        money += of(price.at(terms), spent)
    return money

"""The rounds of one sample: the tokens of their calls, computed from the lengths of its texts.

The prompts are those of Tables 6 to 9 of the paper, or the pack's for agents of an ablation.
"""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from graph.frameworks import Framework
from nodes.content import CHARACTERS_A_TOKEN
from nodes.context import Context
from nodes.models.request import longest_answer
from nodes.state import Sample
from prompts.roles import Speaker
from runners.calls.spent import Spent, sum_of
from runners.estimate.judging import judgement_tokens, judgements_of
from runners.run.frameworks import roles_of
from runners.run.words import prompt_tokens

SPEECH_TOKENS = 250
"""Length of a debater's speech."""
ADVICE_TOKENS = 120
"""Length of the advisor's three suggestions."""
REPAIR_TOKENS = 60
"""Length of the request to repair an edit: the pack's words, and a flaw or two."""
GROWTH = 1.7
"""Length of an edit, as a multiple of the response's."""
SHORTEST_EDIT = 120
"""Least length of an edit, in tokens: short responses grow by more."""


def edit_tokens(response: float) -> float:
    """Length of the edit of a response, if no limit cuts it off; both in tokens."""
    return max(response * GROWTH, SHORTEST_EDIT)


class Scenario(NamedTuple):
    """What is assumed to happen to every sample of a run."""

    rounds: int
    won: bool = True
    """Whether the judges prefer the edit in each round. They are taken to agree; where they do not,
    economy saves less than is computed here."""
    repairs: int = 0
    """How often the editor is asked again in each round."""


class Lengths(NamedTuple):
    """The lengths of the texts of a round, in tokens."""

    request: float
    """Of instruction and input."""
    response: float
    """Of the response before the round."""
    edit: float

    @property
    def sample(self) -> float:
        """Of request and response together."""
        return self.request + self.response


class RoundEstimator:
    """Computes the calls of a sample's rounds; an edit takes the response's place in each."""

    def __init__(self, context: Context, framework: Framework, scenario: Scenario) -> None:
        self._context, self._framework, self._scenario = context, framework, scenario
        self._roles = roles_of(framework)
        self._words = prompt_tokens(context.pack)
        self._judgements = judgements_of(context, won=scenario.won)
        self._longest = longest_answer(context.settings["editor"])

    def rounds(self, sample: Sample) -> Iterator[Mapping[Speaker, Spent]]:
        """Yield the calls and tokens of each round, by speaker."""
        request = (len(sample.instruction) + len(sample.input)) / CHARACTERS_A_TOKEN
        response = len(sample.response) / CHARACTERS_A_TOKEN
        for _ in range(self._scenario.rounds):
            edit = min(edit_tokens(response), self._longest)
            yield self._round(Lengths(request, response, edit))
            response = edit

    def _round(self, lengths: Lengths) -> dict[Speaker, Spent]:
        calls: dict[Speaker, Spent] = {}
        if "positive" in self._roles:
            calls["positive"] = self._debater("positive", lengths)
            calls["critical"] = self._debater("critical", lengths)
        if "advisor" in self._roles:
            calls["advisor"] = self._advisor(lengths)
        calls["editor"] = self._editor(lengths)
        if "judge" in self._roles:
            calls |= self._judges(lengths)
        return calls

    def _debater(self, role: Literal["positive", "critical"], lengths: Lengths) -> Spent:
        """Two speeches; the second prompt has the first one, its speech and the other's with it."""
        read = 2 * (self._words[role] + lengths.sample) + 2 * SPEECH_TOKENS
        return Spent(2, 0, round(read), 2 * SPEECH_TOKENS)

    def _advisor(self, lengths: Lengths) -> Spent:
        """The advice: on the sample and four speeches, on the sample, or on the request alone."""
        speeches = 4 * SPEECH_TOKENS if "positive" in self._roles else 0
        is_blind = self._framework == "advise-blind"
        read = lengths.request if is_blind else lengths.sample + speeches
        return Spent(1, 0, round(self._words["advisor"] + read), ADVICE_TOKENS)

    def _editor(self, lengths: Lengths) -> Spent:
        """The edit, and the repairs, for which the editor has its prompt and its edit in memory."""
        read = self._read_by_editor(lengths)
        edit = Spent(1, 0, round(read), round(lengths.edit))
        repair = Spent(1, 0, round(read + lengths.edit + REPAIR_TOKENS), round(lengths.edit))
        return sum_of((edit, *(repair,) * self._scenario.repairs))

    def _read_by_editor(self, lengths: Lengths) -> float:
        if self._framework == "edit":
            return self._words["editor"] + lengths.request
        return self._words["editor"] + ADVICE_TOKENS + 2 * lengths.sample

    def _judges(self, lengths: Lengths) -> dict[Speaker, Spent]:
        """The judgements of each judge, of the response and the edit."""
        read = self._words["judge"] + lengths.sample + lengths.edit
        return {
            judge: Spent(
                count, 0, round(count * read), count * judgement_tokens(self._context, judge)
            )
            for judge, count in self._judgements.items()
        }

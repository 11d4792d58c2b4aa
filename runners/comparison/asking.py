"""Asks a judge about two existing responses, in both orders, in any judge mode.

said = await judge_pair(round_of(instruction, input, a, b), engine.context)
said.scores.original, said.scores.edited  # s(a), s(b)
"""

from typing import Any, NamedTuple, Self, cast

from graph.comparison import graph
from nodes.context import Context
from nodes.orders import judge_of, judges_of, verdicts_among
from nodes.scores import Scores, scores_of
from nodes.state import Judgement, State, Verdict
from prompts.roles import Seat


class PairJudgement(NamedTuple):
    """The judgements on a pair by a judge or panel; A is called original, B edited."""

    judgements: dict[str, Judgement]
    """By node, as in a round's record: text, tokens and points in each order."""
    scores: Scores
    """s(A) and s(B) over both orders, in the points of the judge mode."""

    @property
    def verdicts(self) -> tuple[Verdict, Verdict] | None:
        """The verdicts with A first and with B first; None unless judged in both orders."""
        return verdicts_among(self.judgements)

    @classmethod
    def of(cls, judgements: dict[str, Judgement], context: Context) -> Self:
        """The sum of these judgements."""
        return cls(judgements, scores_of(judgements.values(), context))

    def by_judge(self, context: Context) -> "dict[Seat, PairJudgement]":
        """Each judge's own judgements."""
        said = self.judgements.items()
        return {
            judge: self.of({name: each for name, each in said if judge_of(name) == judge}, context)
            for judge in judges_of(self.judgements)
        }


async def judge_pair(pair: State, context: Context) -> PairJudgement:
    """Ask the context's judges about a pair, in both orders and in its judge mode.

    The calls go through the context's models (`Engine.context`: journal, limits, budget). Raises
    CallError for a call that fails for good, and the RunError that stops a run.
    """
    output: dict[str, Any] = await graph.ainvoke(pair, context=context, output_keys=("judgements",))
    judgements: dict[str, Judgement] = output["judgements"]
    return PairJudgement.of(judgements, context)


def round_of(instruction: str, input: str, a: str, b: str) -> State:
    """The state of a round that is ready for its judges: A is r, and B the editor's result."""
    edit = {"text": b, "response": b, "finish_reason": "stop"}
    task = {"instruction": instruction, "input": input, "response": a, "edit": edit}
    return cast("State", {**task, "judgements": {}, "k": 1, "rounds": []})

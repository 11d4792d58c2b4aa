"""Reviewed rounds: verdicts from `coevol review`, as pairs with votes."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from runners.comparison.pairs import Pair
from runners.comparison.votes import Vote
from runners.errors import UsageError
from runners.folder.opened import open_run
from runners.people.report import OUTCOME_OF
from runners.people.rounds import JudgedRound, judged_rounds
from runners.people.verdicts import PersonsVerdict, Standing, read_verdicts


def reviewed_pairs(run: Path, limit: int | None) -> tuple[list[Pair], list[Vote]]:
    """The rounds of a run that people reviewed (A is r, B the edit), and a vote for each verdict.

    `limit` is the most rows of the run to use. Raises UsageError if there are no such rounds.
    """
    said = _by_round(read_verdicts(run))
    pairs: list[Pair] = []
    votes: list[Vote] = []
    with open_run(run) as opened:
        for each in judged_rounds(opened):
            if each.named.name in said and (limit is None or each.position < limit):
                pair = _pair(each)
                pairs.append(pair)
                votes += _votes(pair, said[each.named.name])
    if not pairs:
        raise UsageError(f"{run}: nobody has reviewed a round of it; coevol review {run}")
    return pairs, votes


def _by_round(verdicts: Standing) -> dict[str, list[PersonsVerdict]]:
    found: defaultdict[str, list[PersonsVerdict]] = defaultdict(list)
    for each in verdicts.values():
        found[each.round].append(each)
    return dict(found)


def _pair(each: JudgedRound) -> Pair:
    texts = each.instruction, each.input, each.original, each.edited
    return Pair(each.position, *texts, None, each.turn, each.id, each.id, each.round["k"])


def _votes(pair: Pair, verdicts: list[PersonsVerdict]) -> Iterator[Vote]:
    for each in verdicts:
        if each.verdict is not None:
            yield Vote(pair.place, OUTCOME_OF[each.verdict])

"""When a judge's verdicts carry no information, and what is said of it."""

import pytest

from nodes.judging.fitness import (
    NOT_ASKED,
    ONCE,
    RoundVerdicts,
    complaints,
    fitness_in,
    fitness_of,
    is_unfit,
    warning_of,
)
from nodes.judging.last_verdicts import LastVerdicts

ALWAYS_FIRST = ("original", "edited")
ALWAYS_SECOND = ("edited", "original")
UNREAD = ("unparsable", "unparsable")
AGREED = ("edited", "edited")


def test_fewer_than_fifty_rounds_make_no_judge_unfit() -> None:
    assert not is_unfit(fitness_of({}))
    assert not is_unfit(fitness_of({UNREAD: 49}))
    assert is_unfit(fitness_of({UNREAD: 50}))


@pytest.mark.parametrize(
    "verdicts",
    [
        {},
        {("edited", "unparsable"): 1, AGREED: 4},
        {ALWAYS_FIRST: 2},
        {("edited", "tie"): 3},
        {("tie", "tie"): 4},
        {ONCE: 11},
        {ONCE: 90, AGREED: 10},
    ],
)
def test_what_may_be_chance_is_not_said(verdicts: dict[tuple[str, str], int]) -> None:
    assert warning_of(fitness_of(verdicts)) is None


def test_the_last_verdicts_count() -> None:
    last = LastVerdicts([RoundVerdicts(UNREAD, (UNREAD, ALWAYS_FIRST))] * 150)
    assert is_unfit(last.fitness)
    for _ in range(200):
        last.add(RoundVerdicts(AGREED, (AGREED, ALWAYS_SECOND)))
    assert last.fitness == fitness_of({AGREED: 200}, {AGREED: 200, ALWAYS_SECOND: 200})


def test_a_panels_place_is_that_of_its_judges() -> None:
    """Of a sum it can't be told: one judge looks at places, two agree on the edit or on neither."""
    won = RoundVerdicts(("tie", "edited"), (ALWAYS_FIRST, AGREED))
    tied = RoundVerdicts(ALWAYS_FIRST, (ALWAYS_FIRST, ("tie", "tie")))
    fitness = fitness_in([won] * 30 + [tied] * 10)
    assert fitness.position == (80 + 30, 30)
    assert fitness.flips == (10, 40)  # whether its decision changes is a matter of the sum
    assert fitness_of({("tie", "edited"): 30, ALWAYS_FIRST: 10}).position.share_first == 1


def test_rounds_decided_in_one_order_are_in_no_other_share() -> None:
    alone = fitness_of({AGREED: 20})
    fitness = fitness_of({ONCE: 60, AGREED: 20})
    both = (alone.once, alone.first_throughout)
    assert fitness._replace(once=both[0], first_throughout=both[1]) == alone
    assert not is_unfit(fitness_of({ONCE: 500}))
    tied = fitness_of({ONCE: 60, ("tie", NOT_ASKED): 40})  # with a margin, a tie may decide it
    assert (tied.once, tied.rounds, warning_of(tied)) == ((60, 100), 0, None)


@pytest.mark.parametrize(
    ("verdicts", "said", "unfit"),
    [
        ({AGREED: 40, ("original", "original"): 40, ALWAYS_FIRST: 10}, [], False),
        ({AGREED: 60, ("tie", "tie"): 30, ("edited", "unparsable"): 10}, [], False),
        (
            {ALWAYS_FIRST: 50},
            ["the judge named Assistant 1 in 100% of its verdicts, whatever stood there",
             "the judge's winner changes with the order in 100% of rounds"],
            True,
        ),
        (
            {ALWAYS_SECOND: 94, AGREED: 6},
            ["the judge named Assistant 2 in 97% of its verdicts, whatever stood there",
             "the judge's winner changes with the order in 94% of rounds"],
            False,
        ),
        ({ALWAYS_SECOND: 48, ALWAYS_FIRST: 48, AGREED: 4},
         ["the judge's winner changes with the order in 96% of rounds"], True),
        ({UNREAD: 60}, ["100% of the judge's answers state no verdict that can be read"], True),
        ({UNREAD: 89, AGREED: 11},
         ["89% of the judge's answers state no verdict that can be read"], False),
        ({UNREAD: 90, AGREED: 10},
         ["90% of the judge's answers state no verdict that can be read"], True),
        ({("unfinished", "unfinished"): 50},
         ["100% of the judge's answers never came after the thinking"], True),
        ({("unfinished", "unparsable"): 60},
         ["50% of the judge's answers state no verdict that can be read",
          "50% of the judge's answers never came after the thinking"], True),
        ({("tie", "tie"): 90, AGREED: 10},
         ["the judge calls the two equal in 90% of its answers"], False),
    ],
)  # fmt: skip
def test_what_is_said_of_a_judge(
    verdicts: dict[tuple[str, str], int], said: list[str], unfit: bool
) -> None:
    fitness = fitness_of(verdicts)
    assert (complaints(fitness), is_unfit(fitness)) == (said, unfit)


@pytest.mark.parametrize(
    ("verdicts", "warning"),
    [
        ({AGREED: 60}, None),
        ({UNREAD: 2}, "over 2 pairs, 100% of the judge's answers state no verdict that can be "
         "read: read some of them, then try coevol calibrate, another --judge-model, "
         "--judge-mode or --prompt-pack"),
        ({ONCE: 96, AGREED: 4}, "over 4 pairs, the judge named Assistant 1 wherever it was asked "
         "in 96% of 100 pairs (in 96 of them --economy asked for one order alone, with the "
         "original there: it may be right, or go by the place): try coevol calibrate, or some "
         "rows without --economy"),
        ({ONCE: 14, ALWAYS_FIRST: 4}, "over 4 pairs, the judge's winner changes with the order in "
         "100% of pairs, and the judge named Assistant 1 wherever it was asked in 100% of 18 pairs "
         "(in 14 of them --economy asked for one order alone, with the original there: it may be "
         "right, or go by the place): try coevol calibrate, or some rows without --economy"),
        ({ALWAYS_SECOND: 50}, "over 50 pairs, the judge named Assistant 2 in 100% of its verdicts, "
         "whatever stood there, and the judge's winner changes with the order in 100% of pairs: "
         "its verdicts carry no information; try coevol calibrate, another "
         "--judge-model or --judge-mode"),
    ],
)  # fmt: skip
def test_what_a_person_reads(verdicts: dict[tuple[str, str], int], warning: str | None) -> None:
    assert warning_of(fitness_of(verdicts), "pairs") == warning

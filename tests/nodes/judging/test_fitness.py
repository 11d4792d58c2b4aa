"""When a judge's verdicts carry no information, and what is said of it."""

import pytest

from nodes.judging.fitness import complaints, fitness_of, is_unfit

ALWAYS_FIRST = ("original", "edited")
ALWAYS_SECOND = ("edited", "original")
UNREAD = ("unparsable", "unparsable")
AGREED = ("edited", "edited")


def test_fewer_than_fifty_rounds_say_nothing() -> None:
    assert fitness_of({}) is None
    assert fitness_of({UNREAD: 49}) is None
    assert fitness_of({UNREAD: 50}) is not None


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
        ({("tie", "tie"): 90, AGREED: 10}, ["the judge calls 90% of pairs equal"], False),
    ],
)  # fmt: skip
def test_what_is_said_of_a_judge(
    verdicts: dict[tuple[str, str], int], said: list[str], unfit: bool
) -> None:
    fitness = fitness_of(verdicts)
    assert fitness is not None
    assert (complaints(fitness), is_unfit(fitness)) == (said, unfit)

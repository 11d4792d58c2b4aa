"""How likely a judge was to name the one and the other: found where its answer decides."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from nodes.judging.probability import Spot, chances_of, weighed
from nodes.judging.ruling import Ruling, parse_ruling
from prompts.verdicts import Verdicts

Told = tuple[str, Mapping[str, float]]


def spots(*told: str | Told) -> list[Spot]:
    """Tokens; of one that is text alone nothing else was likely."""
    pairs = [(each, {each: 1.0}) if isinstance(each, str) else each for each in told]
    return [
        Spot(said.encode(), {k.encode(): p for k, p in likely.items()}) for said, likely in pairs
    ]


def read(answer: Sequence[Spot], verdicts: Verdicts | None = None) -> Ruling:
    text = b"".join(each.said for each in answer).decode()
    return weighed(parse_ruling(text, "probability", verdicts), answer, verdicts)


ONE: Told = ("1", {"1": 0.7, "2": 0.3})
SHAPES: dict[str, Sequence[str | Told]] = {
    "as asked": ("<", "assistant", " ", ONE, ">"),
    "a number with its blank": ("<assistant", (" 1", {" 1": 0.7, " 2": 0.3}), ">"),
    "a name in pieces": ("Ass", "istant", (" 1", {" 1": 0.7, " 2": 0.2, "2": 0.1})),
    "all in one token": (("<assistant 1>", {"<assistant 1>": 0.7, "<assistant 2>": 0.3}),),
    "a number alone": (ONE,),
    "a number with its bracket": ("<assistant ", ("1>", {"1>": 0.7, "2>": 0.3})),
    "bold": ("**", "Assistant", " ", ONE, "**"),
    "after a label": ("Output", ":", " <", "assistant", " ", ONE, ">"),
    "under another name": ("Response", " ", ONE),
    "a letter": ("Assistant", (" A", {" A": 0.7, " B": 0.3})),
    "an underline": ("<assistant", "_", ONE, ">"),
    "with reasons after it": ("<assistant", " ", ONE, ">", "\n", "It", " is", " longer", "."),
    "in a sentence": ("Assistant", " ", ONE, " is", " better", "."),
    "more alternatives of the same": ("<assistant", (" 1", {" 1": 0.6, "1": 0.1, " 2": 0.3})),
    "alternatives that say nothing": ("Assistant", (" 1", {" 1": 0.35, " 2": 0.15, "'s": 0.5})),
    "decided in an earlier place, too": (
        ("assistant", {"assistant": 0.5, "1": 0.35, "2": 0.15}), " ", ONE,
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_token_that_decides(shape: str) -> None:
    found = read(spots(*SHAPES[shape]))
    assert (found.verdict, found.is_bound) == ("first", False)
    assert found.scores == pytest.approx((0.7, 0.3))


def test_the_likelier_name_wins_though_the_other_was_said() -> None:
    found = read(spots("<assistant", (" 2", {" 1": 0.8, " 2": 0.2}), ">"))
    assert (found.verdict, found.scores) == ("first", pytest.approx((0.8, 0.2)))


@pytest.mark.parametrize(
    ("likely", "first"),
    [
        ({" 1": 0.9}, 0.9),  # 0.1 is left for the other, if it is the only one
        ({" 1": 0.9, " the": 0.02, " a": 0.01}, 0.9 / 0.91),  # no likelier than the last
        ({" 1": 1.0}, 1.0),
        ({" 1": 0.3}, 0.5),
    ],
)
def test_a_name_that_is_not_told_gives_a_bound(likely: dict[str, float], first: float) -> None:
    found = read(spots("Assistant", (" 1", likely)))
    assert found.is_bound
    assert found.scores == pytest.approx((first, 1 - first))


def test_a_tie_is_divided() -> None:
    tie: Told = ("assistant", {"assistant": 0.8, "equal": 0.2})
    assert read(spots("<", tie, " ", ONE, ">")).scores == pytest.approx((0.66, 0.34))
    equal = read(spots("<", ("equal", {"equal": 0.6, "assistant": 0.4}), ">"))
    assert (equal.verdict, equal.scores) == ("tie", (0.5, 0.5))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (("I", " can't", " say", "."), "no verdict"),
        (("Assistant", " 1", "'s", " response", " is", " too", " short"), "no verdict"),
        (("Assistant", " 1", " is", " worse", " than", " Assistant", " 2", "."), "no probability"),
        (("\u52a9\u624b", "1"), "no verdict"),
        ((), "no verdict"),
    ],
)
def test_what_decides_nothing_is_unparsable(answer: Sequence[str], reason: str) -> None:
    found = read(spots(*answer))
    assert found == Ruling("unparsable", (0.5, 0.5), reason)  # pyright: ignore[reportArgumentType]


def test_an_answer_without_tokens_is_unparsable() -> None:
    assert weighed(parse_ruling("<assistant 1>"), [], None).unparsable == "no probability"


CHINESE = Verdicts(first=("\u52a9\u624b1",), second=("\u52a9\u624b2",))
LEFT_RIGHT = Verdicts(first=("\u5de6",), second=("\u53f3",), tie=("\u540c",))
PHRASES = Verdicts(first=("the former\u2026",), second=("the latter\u2026",))


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        (CHINESE, ("\u2039", "\u52a9\u624b", ONE, "\u203a")),
        (CHINESE, ("\u52a9\u624b", ("\uff11", {"\uff11": 0.7, "2": 0.3}))),
        (LEFT_RIGHT, (("\u5de6", {"\u5de6": 0.7, "\u53f3": 0.3}),)),
        (PHRASES, ("The", (" form", {" form": 0.7, " lat": 0.3}), "er", " is", " better")),
    ],
)
def test_the_words_of_a_pack(verdicts: Verdicts, answer: Sequence[str | Told]) -> None:
    assert read(spots(*answer), verdicts).scores == pytest.approx((0.7, 0.3))


def test_letters_in_several_tokens() -> None:
    """The two names share their first byte, and differ in the second."""
    left, right = "\u5de6".encode(), "\u53f3".encode()
    assert left[:1] == right[:1]
    answer = [
        Spot(left[:1], {left[:1]: 1.0}),
        Spot(left[1:2], {left[1:2]: 0.7, right[1:2]: 0.3}),
        Spot(left[2:], {left[2:]: 1.0}),
    ]
    assert chances_of(answer, "first", LEFT_RIGHT) == pytest.approx((0.7, 0.3, False))


def test_whatever_an_endpoint_tells_is_no_crash() -> None:
    weird: list[Any] = [
        spots(("1", {"1": 0.0})),
        spots(("1", {"1": 0.0, "2": 0.0})),
        spots(("1", {"1": 1.2, "2": 0.3})),
        spots(("", {"": 1.0}), ONE),
    ]
    for answer in weird:
        found = read(answer)
        assert sum(found.scores) == pytest.approx(1)

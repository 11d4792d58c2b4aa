"""Verdicts in the words of a prompt pack: other languages, read as strictly as the built-in one."""

import pytest

from nodes.judging.ruling import parse_ruling
from prompts.verdicts import Verdicts
from tests.nodes.judging.answers import BOTH, NONE, Reading

CHINESE = Verdicts(
    first=("助手1", "助手1更好…", "答案:助手1"),
    second=("助手2", "助手2更好…", "答案:助手2"),
    tie=("相同", "平局"),
)
ANSWERS: list[tuple[str, Reading]] = [
    ("助手1", "first"),
    ("\u2039助手1\u203a", "first"),
    ("<助手2>", "second"),
    ("《助手2》。", "second"),
    ("**助手1**", "first"),
    ("助手1", "first"),
    ("助手1更好", "first"),
    ("助手2更好,因为它更详细。", "second"),
    ("**助手2**更好。", "second"),
    ("答案:助手1", "first"),
    ("助手\uff11", "first"),
    ("助手2更好\uff0c因为它更详细。", "second"),
    ("答案\uff1a助手1", "first"),
    ("\uff1c助手1\uff1e", "first"),
    ("Output: 助手2", "second"),
    ("\\boxed{助手1}", "first"),
    ('```json\n{"winner": "助手2"}\n```', "second"),
    ("助手1\n它列出了来源。", "first"),
    ("助手1。它列出了来源。", "first"),
    ("两个回答都正确。\n\n助手2", "second"),
    ("相同", "tie"),
    ("平局。", "tie"),
    ("助手1的回答太短。", NONE),
    ("助手1:太短", NONE),
    ("助手1,但是太短", NONE),
    ("助手1还是助手2?", NONE),
    ("助手1?", NONE),
    ("助手1\uff1f", NONE),
    ("助手1\uff0c但是太短", NONE),
    ("助手12", NONE),
    ("助手3", NONE),
    ("没有更好的。", NONE),
    ("助手1\n它很短。\n助手2更好。", BOTH),
    # The pack's words stand in the place of the built-in ones.
    ("<assistant 1>", NONE),
    ("1", NONE),
    ("", NONE),
]


@pytest.mark.parametrize(("text", "reading"), ANSWERS)
def test_a_chinese_pack(text: str, reading: Reading) -> None:
    ruling = parse_ruling(text, verdicts=CHINESE)
    assert (ruling.unparsable or ruling.verdict) == reading


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("Assistent 1 ist besser.", "first"),
        ("Assistent 1 ist besser, denn er nennt Quellen.", "first"),
        ("ASSISTENT 1 IST BESSER", "first"),
        ("Assistent 1 ist besserwisserisch.", NONE),
        ("Assistent 2 ist kürzer.", NONE),
        ("Assistent 2 ist schlechter.", "first"),
        ("Gleich gut.", "tie"),
    ],
)
def test_a_german_pack(text: str, reading: Reading) -> None:
    verdicts = Verdicts(
        first=("Assistent 1 ist besser…", "Assistent 2 ist schlechter…"),
        second=("Assistent 2 ist besser…", "Assistent 1 ist schlechter…"),
        tie=("gleich gut",),
    )
    ruling = parse_ruling(text, verdicts=verdicts)
    assert (ruling.unparsable or ruling.verdict) == reading

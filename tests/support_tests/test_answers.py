"""The scripted model: a pure function of words, never at a loss, varied enough to be of use."""

from collections import Counter
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import paper_prompts as paper
from tests.support.answers import answer, complete, cut, task_of
from tests.support.reference import Message, evolve
from tests.support.reference_ablations import Framework, evolve_by
from tests.support.rows import rows


def ask(messages: list[Message]) -> tuple[str, str]:
    said = complete(messages, max_tokens=1000)
    return said.text, said.finish_reason


@given(st.sampled_from(list(paper.ROLES.values())), st.text(), st.text())
def test_any_text_gets_the_same_answer_each_time(role: str, task: str, more: str) -> None:
    native = [{"role": "system", "content": role}, {"role": "user", "content": f"{task} {more}"}]
    merged = [{"role": "user", "content": f"{role}\n\n{task}\n\t{more}"}]
    assert answer(native) == answer(merged)
    assert task_of(native) == task_of(merged) != "unknown"


@pytest.mark.parametrize("system_role", ["native", "merge"])
@pytest.mark.parametrize(
    ("framework", "tasks"),
    [
        ("edit", ["editor_alone"]),
        ("advise-blind", ["advisor_blind", "editor"]),
        ("advise", ["advisor_alone", "editor"]),
    ],
)
def test_prompts_of_agents_that_are_alone_are_known(
    framework: Framework, tasks: list[str], system_role: Literal["native", "merge"]
) -> None:
    asked: list[str] = []

    def listen(messages: list[Message]) -> tuple[str, str]:
        asked.append(task_of(messages))
        return ask(messages)

    for row in rows(60):
        asked.clear()
        evolve_by(framework, row, listen, 1, system_role)
        assert asked == tasks, row


@pytest.mark.parametrize("messages", [[], [{"role": "user", "content": ""}]])
def test_a_strange_prompt_is_answered_too(messages: list[Message]) -> None:
    assert task_of(messages) == "unknown"
    assert answer(messages)


def test_cut() -> None:
    assert cut("one  two\nthree", 2).text == "one  two"
    assert cut("one  two\nthree", 2).finish_reason == "length"
    assert cut("one  two\nthree", 3) == cut("one  two\nthree")
    assert cut("one\ntwo", stop=["\n"]).text == "one"


def test_evolutions_of_every_length_are_common() -> None:
    results = [evolve(row, ask, max_rounds=6) for row in rows(300, seed=1)]
    rounds = [played for result in results for played in result.rounds]
    judged = [played for played in rounds if played.original_first]
    verdicts = Counter(v for p in judged for v in (p.original_first, p.edited_first))
    accepted = Counter(min(4, sum(p.advanced for p in result.rounds)) for result in results)
    assert 0.55 < sum(played.advanced for played in judged) / len(judged) < 0.65
    assert min(accepted[count] for count in range(5)) >= 0.05 * len(results)
    assert 0.01 < verdicts["unparsable"] / verdicts.total() < 0.06
    assert 0.1 < verdicts["tie"] / verdicts.total() < 0.3


def test_rows_are_repeatable_and_varied() -> None:
    assert rows(60) == rows(60) != rows(60, seed=1)
    given_inputs = [row["input"].strip().lower() in paper.NO_INPUT for row in rows(60)]
    assert 20 < sum(given_inputs) < 40
    assert any(row["response"].strip() == "" for row in rows(60))
    assert any("{sample}" in str(row) for row in rows(60))

"""The pack shared-prefix: how much of a row's prompts an endpoint has read before."""

import json
from itertools import combinations
from os.path import commonprefix
from pathlib import Path
from typing import Any, cast, get_args

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from pydantic import PrivateAttr

from graph.ablations import build
from graph.coevol import graph
from graph.frameworks import Framework
from nodes.context import Context
from nodes.messages import opening, values_of
from nodes.models.rehearsal import RehearsalModel
from prompts.pack import BUILT_IN, load_pack
from prompts.render import beginnings, fill, sample_values
from prompts.roles import JudgeMode
from tests.nodes.alone import state, words
from tests.support import paper_prompts as paper

EXAMPLES = Path(__file__).parents[2] / "examples" / "alpaca_small.json"
GIVEN = {"adv_sugg": "", "pre_resp": "", "pos_pred": "", "crt_pred": "", "pos_free": ""}
MORE = {"crt_free": "", "resp_1": "", "resp_2": "", "judge_question": "", "role_play": ""}


class Listening(RehearsalModel):
    """The rehearsal model, which takes down what it is asked."""

    _heard: list[list[BaseMessage]] = PrivateAttr(default_factory=list[list[BaseMessage]])

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        self._heard.append(messages)
        return super()._generate(messages, *args, **kwargs)

    @property
    def prompts(self) -> list[str]:
        """Each prompt as a chat template lays it out, message by message."""
        return ["".join(f"<|{m.type}|>{m.text}" for m in each) for each in self._heard]


def row_of_two_rounds() -> dict[str, str]:
    row = json.loads(EXAMPLES.read_text("utf-8"))[2]
    given = f"{row['input']} {'This is why. ' * 80}"
    return {**row, "input": given, "output": f"{row['output']} {'It goes on for a while. ' * 40}"}


def prompts_of(pack: str, framework: Framework = "coevol", **settings: Any) -> list[str]:
    """All prompts of a row, in order, round by round."""
    row, model = row_of_two_rounds(), Listening()
    context = Context(prompt_pack=pack, max_rounds=2, **settings)
    texts = {"instruction": row["instruction"], "input": row["input"], "response": row["output"]}
    (graph if framework == "coevol" else build(framework)).invoke(
        cast("Any", texts),
        context=context.with_models(lambda _: cast("BaseChatModel", model)),
    )
    return model.prompts


def common(*texts: str) -> int:
    """Characters with which all of them begin."""
    return len(commonprefix(texts))  # noqa: RUF071 # not of paths


def share_read_before(prompts: list[str]) -> float:
    """Share of all characters that an earlier prompt begins with, too."""
    again = [max(common(text, each) for each in prompts[:n]) for n, text in enumerate(prompts) if n]
    return sum(again) / sum(map(len, prompts))


def test_how_much_has_been_read_before_by_pack() -> None:
    in_papers_order, sample_first = (prompts_of(pack) for pack in BUILT_IN)
    assert len(in_papers_order) == len(sample_first) == 16
    assert 0.3 < share_read_before(in_papers_order) < 0.4
    assert share_read_before(sample_first) > 0.55


def test_all_prompts_of_a_row_share_the_request_from_the_first_message_on() -> None:
    row = row_of_two_rounds()
    request = paper.request(row["instruction"], row["input"])
    head = f"<|human|>{paper.preamble(row['input'])}\n\n{request}\n\n"
    assert common(*prompts_of("shared-prefix")) >= len(head)
    assert prompts_of("shared-prefix")[0].startswith(head)


def test_prompts_of_a_round_that_show_the_response_share_it() -> None:
    prompts = prompts_of("shared-prefix")
    for start in (0, 8):
        seeing = prompts[start : start + 6]
        assert common(*seeing) > len(row_of_two_rounds()["output"]) * 0.9


@pytest.mark.parametrize("mode", ["choice", "score", "reasoned"])  # rules tell no probabilities
def test_a_judge_shares_what_it_was_shown_in_both_orders_and_two_rounds(mode: JudgeMode) -> None:
    prompts = prompts_of("shared-prefix", judge_mode=mode)
    judged = [each for each in prompts if "[System]" in each]
    assert len(judged) == 4
    shown = "[The Start of Assistant 1's Response]"
    assert common(*judged) > judged[0].index(shown)
    # The edit that won stands first in one order of its round and in the other of the next.
    longest = max(common(*pair) for pair in combinations(judged, 2))
    assert longest > judged[0].index("[The End of Assistant 1's Response]") * 0.9


@pytest.mark.parametrize("framework", get_args(Framework))
def test_agents_alone_begin_alike_too(framework: Framework) -> None:
    prompts = prompts_of("shared-prefix", framework)
    if framework != "edit":  # makes the only call of its row
        assert row_of_two_rounds()["instruction"] in prompts[0][: common(*prompts)]


@pytest.mark.parametrize("field", ["tasks", "ablations"])
def test_its_words_are_the_papers(field: str) -> None:
    """Each text has the same words as the paper's; the preamble opens the debaters' too."""
    own, base = load_pack("shared-prefix"), load_pack()
    for name, text in getattr(base, field).model_dump().items():
        other = getattr(getattr(own, field), name).replace("{role_play}", "")
        if name.endswith("_predetermined"):
            other = other.replace("{preamble}", "")
        assert sorted(words(other).split()) == sorted(words(text).split())


def test_all_else_is_the_papers() -> None:
    own, base = load_pack("shared-prefix"), load_pack()
    others = {"name", "description", "tasks", "ablations"}
    assert own.model_dump(exclude=others) == base.model_dump(exclude=others)
    assert "another order than the paper's" in own.description
    assert own.hash != base.hash


def test_a_message_says_how_it_begins() -> None:
    given = state(input="Those of lights.")
    context = Context(prompt_pack="shared-prefix")
    pack, values = context.pack, values_of(given, context)
    [message] = opening(context, "editor", pack.tasks.editor, {**values, **GIVEN, **MORE})
    request, sample = message.additional_kwargs["beginnings"]
    assert message.text[:request].endswith(values["sample_request"])
    assert message.text[:sample].endswith(values["sample"])


def test_a_text_that_begins_with_something_else_shares_nothing() -> None:
    pack = load_pack()
    values = {**sample_values(pack, "Sum up.", "", "red"), **GIVEN, **MORE}
    assert beginnings(pack.tasks.editor, values) == []  # the suggestions come first
    task = pack.tasks.advisor
    [*_, whole] = beginnings(task, values)
    assert fill(task, values)[:whole].endswith(values["sample"])

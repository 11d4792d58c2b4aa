"""What the model is sent while one sample evolves for two rounds, and when."""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, cast

import pytest
import pytest_asyncio

from graph.coevol import graph
from tests.support import paper_prompts as paper
from tests.support.answers import Task, complete
from tests.support.reference import Message, evolve
from tests.support.rows import Row, rows
from tests.support.server import Request, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

STAGES: tuple[tuple[Task, ...], ...] = (
    ("positive_predetermined", "critical_predetermined"),
    ("positive_free", "critical_free"),
    ("advisor",),
    ("editor",),
    ("judge", "judge"),
)
ROUNDS = 2


def ask(messages: list[Message]) -> tuple[str, str]:
    said = complete(messages)
    return said.text, said.finish_reason


def _row_of_two_rounds() -> Row:
    return next(row for row in rows(60) if len(evolve(row, ask, ROUNDS).rounds) == ROUNDS)


ROW = _row_of_two_rounds()


@dataclass(frozen=True)
class Evolved:
    """A sample's evolution, as the model saw it."""

    system_role: Literal["native", "merge"]
    response: str
    """Accepted in the first round."""
    requests: list[Request]

    def stages(self, k: int) -> list[list[Request]]:
        """The calls of iteration k, stage by stage, by what they ask for."""
        calls = self.requests[8 * (k - 1) : 8 * k]
        return [[call for call in calls if call.task in tasks] for tasks in STAGES]


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=["native", "merge"], name="evolved"
)
async def evolve_one(server: Server, request: pytest.FixtureRequest) -> Evolved:
    """Evolve the row with a model slow enough for calls to overlap."""
    before = len(server.requests)
    server.change(latency=0.05)
    context = {
        "model": "openai:test-model",
        "base_url": server.base_url,
        "max_rounds": ROUNDS,
        "system_role": request.param,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENAI_API_KEY", "not-a-key")
        result = await graph.ainvoke(cast("Any", ROW), context=cast("Any", context))
    accepted = result["rounds"][0]["edit"]["response"]
    return Evolved(request.param, accepted, server.requests[before:])


def said(request: Request) -> str:
    """What the model answered."""
    assert request.answer
    return request.answer


def words(text: str) -> str:
    """A text with its white space evened out."""
    return " ".join(text.split())


def prompt_of(request: Request) -> str:
    """All messages of a call."""
    return words("\n".join(message["content"] for message in request.messages))


def plain(messages: list[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    """Roles and words; white space is free."""
    return tuple((message["role"], words(message["content"])) for message in messages)


async def test_eight_calls_an_iteration(evolved: Evolved) -> None:
    assert len(evolved.requests) == 8 * ROUNDS
    for k in range(1, ROUNDS + 1):
        tasks = [sorted(call.task for call in stage) for stage in evolved.stages(k)]
        assert tasks == [sorted(stage) for stage in STAGES]


async def test_both_calls_of_a_stage_are_in_flight_together(evolved: Evolved) -> None:
    for k in range(1, ROUNDS + 1):
        pairs = [stage for stage in evolved.stages(k) if len(stage) == 2]
        assert len(pairs) == 3
        assert all(one.overlaps(other) for one, other in pairs)


async def test_five_stages_follow_one_another(evolved: Evolved) -> None:
    stages = [stage for k in range(1, ROUNDS + 1) for stage in evolved.stages(k)]
    for before, after in pairwise(stages):
        assert not any(one.overlaps(other) for one in before for other in after)


async def test_a_debater_remembers_its_first_speech(evolved: Evolved) -> None:
    for k in range(1, ROUNDS + 1):
        first, second, *_ = evolved.stages(k)
        opened = {call.task: call for call in first}
        spoken = {call.task: call for call in second}
        for own, other in (("positive", "critical"), ("critical", "positive")):
            opening = opened[cast("Task", f"{own}_predetermined")]
            heard = said(opened[cast("Task", f"{other}_predetermined")])
            review = f"### Review from others:\n{heard}\n{paper.SECOND_ROUND}"
            assert plain(spoken[cast("Task", f"{own}_free")].messages) == plain(
                [
                    *opening.messages,
                    {"role": "assistant", "content": said(opening)},
                    {"role": "user", "content": review},
                ]
            )


async def test_a_new_iteration_remembers_the_accepted_response_alone(evolved: Evolved) -> None:
    *forgotten, edits, verdicts = evolved.stages(1)
    texts = [words(said(call)) for stage in (*forgotten, verdicts) for call in stage]
    assert (len(texts), len(edits)) == (7, 1)
    for stage in evolved.stages(2):
        for call in stage:
            assert not [text for text in texts if text in prompt_of(call)]
    assert all(words(evolved.response) in prompt_of(call) for call in evolved.stages(2)[0])


async def test_roles_of_messages(evolved: Evolved) -> None:
    for request in evolved.requests:
        roles = [message["role"] for message in request.messages]
        memory = ["user", "assistant", "user"] if "free" in request.task else ["user"]
        assert roles == (memory if evolved.system_role == "merge" else ["system", *memory])


async def test_every_prompt_is_the_papers(evolved: Evolved) -> None:
    asked: Counter[tuple[tuple[str, str], ...]] = Counter()

    def note(messages: list[Message]) -> tuple[str, str]:
        asked[plain(messages)] += 1
        return ask(messages)

    evolve(ROW, note, ROUNDS, evolved.system_role)
    assert Counter(plain(request.messages) for request in evolved.requests) == asked

"""A node run alone: on a state as the nodes before it leave it, with a scripted model.

heard = await alone(editor, state(response="red"), "Red.")
heard.update, heard.sent, heard.roles
"""

from typing import Any, NamedTuple, cast

from langgraph.graph import END, START, StateGraph

from nodes.context import Context
from nodes.node import Node
from nodes.state import Answer, Edit, Judgement, Round, State, Verdict
from prompts.roles import Speaker
from tests.support.scripted import Line, Scripted

INSTRUCTION, RESPONSE = "Name three colours.", "red amber green"
SPEECHES = ("positive_predetermined", "critical_predetermined", "positive_free", "critical_free")
POINTS: dict[Verdict, tuple[float, float]] = {
    "original": (1, 0), "edited": (0, 1), "tie": (1, 1), "unparsable": (1, 1)
}  # fmt: skip
"""Of the original and of the edited response, by Eq. 4."""

Message = tuple[str, str]
"""Type and words of a message; white space is free."""


class Heard(NamedTuple):
    """What a node did."""

    update: dict[str, Any]
    sent: list[list[Message]]
    """The messages of each call."""
    stops: list[list[str] | None]
    roles: list[Speaker]
    """Whose model was called."""


async def alone(node: Node, given: State, *lines: Line, **settings: Any) -> Heard:
    """Run a node by itself, in a graph of nothing else."""
    model, roles = Scripted(*lines), list[Speaker]()

    def provide(role: Speaker) -> Scripted:
        roles.append(role)
        return model

    update = await update_of(node, given, Context(**settings).with_models(provide))
    sent = [[(m.type, words(m.text)) for m in call.messages] for call in model.asked]
    return Heard(update, sent, [call.stop for call in model.asked], roles)


async def update_of(
    node: Node, given: Any, context: Context, schema: type[Any] = State
) -> dict[str, Any]:
    """What a node by itself writes into a state of this schema."""
    stream = graph_of(node, type(context), schema).astream(
        given, context=context, stream_mode="updates"
    )
    [update] = [each[node.get_name()] async for each in stream]
    return update or {}


def graph_of(
    node: Node, context: type[Context] = Context, schema: type[Any] = State, **options: Any
) -> Any:
    """A graph of nothing else."""
    builder = StateGraph(schema, context_schema=context)
    builder.add_node(node.get_name(), node)
    builder.add_edge(START, node.get_name())
    builder.add_edge(node.get_name(), END)
    return builder.compile(**options)


def words(text: str) -> str:
    """A text with its white space evened out."""
    return " ".join(text.split())


def answer(text: str, finish_reason: str | None = "stop") -> Answer:
    """An answer of the scripted model."""
    return Answer(
        text=text,
        finish_reason=finish_reason,
        model="scripted",
        input_tokens=7,
        output_tokens=3,
    )


def edit(response: str = "Red, amber, green.", finish_reason: str = "stop") -> Edit:
    return Edit(**answer(response, finish_reason), response=response)


def judgement(verdict: Verdict) -> Judgement:
    original, edited = POINTS[verdict]
    said = answer(f"It is {verdict}.")
    return Judgement(**said, verdict=verdict, original_score=original, edited_score=edited)


def earlier_round() -> Round:
    """The record of a first round that was won; all its texts say so."""
    return Round(
        k=1,
        response="a response of round 1",
        speeches={name: answer(f"{name} of round 1") for name in SPEECHES},
        suggestions=answer("suggestions of round 1"),
        edit={**edit(RESPONSE), "text": "an edit of round 1"},
        judgements={"judge_original_first": judgement("edited")},
        original_score=0,
        edited_score=1,
        outcome="improved",
        flags=[],
    )


def state(**changes: Any) -> State:
    """A second round, come as far as a node may need it."""
    whole = State(
        id="colours",
        instruction=INSTRUCTION,
        input="",
        response=RESPONSE,
        k=2,
        speeches={name: answer(f"{name} speaks") for name in SPEECHES},
        suggestions=answer("Use a list."),
        edit=edit(),
        guarded=None,
        repairs=None,
        judgements={},
        seat=None,
        judges=None,
        outcome=None,
        rounds=[earlier_round()],
        stop_reason=None,
    )
    return cast("State", {**whole, **changes})

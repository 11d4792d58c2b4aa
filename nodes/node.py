"""Nodes: turns plain functions into nodes that run both sync and async.

An agent is a generator: it yields a question to its role's model, is sent the answer, and returns
its update of the state. This keeps what an agent says apart from how models are called.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable, RunnableConfig
from langgraph.types import Command, Send

from nodes.answer import read_answer
from nodes.context import Context, current_context
from nodes.generators import arun_to_end, run_to_end
from nodes.guards.finish import check_answered
from nodes.models.errors import call_error, call_errors
from nodes.models.logprobs import ASKED
from nodes.progress import teller
from nodes.serving import check_prompt
from nodes.state import Answer, State, Update
from prompts.roles import Role, Seat


class Ask(NamedTuple):
    """A model call that an agent asks for."""

    messages: list[BaseMessage]
    stop: list[str] | None = None
    """Texts at which the model may stop; None to let it finish."""
    rewritten: str = ""
    """The text of which the answer is to be a new version, if any."""
    logprobs: bool = False
    """Whether the answer should keep the logprobs that the call asks for."""
    judge: Seat | None = None
    """Which judge of a panel is asked; None for the model of the node's role."""
    first_line: bool = False
    """Whether a few tokens are enough, because only the judge's first line is wanted."""


Talk = Generator[Ask, Answer, Update]
"""An agent at work: yields questions, is sent the answers, returns an update."""


class Agent(Runnable[State, Update]):
    """A node that talks to the model of its role."""

    def __init__(self, talk: Callable[[State, Context], Talk], role: Role) -> None:
        self.name = talk.__name__
        self.role: Role = role
        self.talk = talk
        """The generator function: a user's agent may `yield from` it and change its update."""

    def invoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Update:
        """Run the agent, calling the model in this thread."""
        context = current_context()

        def answer(ask: Ask) -> Answer:
            model = context.model_of(ask.judge or self.role, first_line=ask.first_line)
            with self._followed(input, context, ask):
                return _read(model.invoke(ask.messages, stop=ask.stop), ask)

        return run_to_end(self.talk(input, context), answer)

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Update:
        """Run the agent, awaiting the model."""
        context = current_context()

        async def answer(ask: Ask) -> Answer:
            model = context.model_of(ask.judge or self.role, first_line=ask.first_line)
            with self._followed(input, context, ask):
                return _read(await model.ainvoke(ask.messages, stop=ask.stop), ask)

        return await arun_to_end(self.talk(input, context), answer)

    @contextmanager
    def _followed(self, state: State, context: Context, ask: Ask) -> Generator[None]:
        """Stream a call's beginning and end.

        Raises ModelCallError in place of clients' errors, ValueError if a server's client has made
        the prompt longer than it may.
        """
        check_prompt(ask.messages)
        node, tell = self.get_name(), teller()
        tell({"k": state["k"], "node": node, "role": self.role, "status": "begins"})
        try:
            yield
        except call_errors() as error:
            raise call_error(node, context.settings[ask.judge or self.role], error) from None
        tell({"k": state["k"], "node": node, "role": self.role, "status": "ends"})


def _read(reply: AIMessage, ask: Ask) -> Answer:
    """Turn a reply into an Answer. Raises BrokenAnswerError if the endpoint aborted it."""
    answer = read_answer(reply, ask.rewritten)
    check_answered(answer["finish_reason"])
    if ask.logprobs:
        answer["logprobs"] = reply.response_metadata.get(ASKED, [])
    return answer


class Step(Runnable[State, Any]):
    """A node or router that only computes and calls no model."""

    def __init__(self, compute: Callable[[State, Context], Any]) -> None:
        self.name = compute.__name__
        self._compute = compute

    def invoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Any:
        """Compute the update of the state, or the router's choice."""
        return self._compute(input, current_context())

    async def ainvoke(self, input: State, config: RunnableConfig | None = None, **_: Any) -> Any:
        """Compute in the event loop: a thread would cost more than the work."""
        return self._compute(input, current_context())


Node = Runnable[State, Any]
"""A node of the graph: an agent, a step, the guard."""
Route = Callable[[State, Context], Sequence[str | Send]]
"""Chooses the next nodes, given the state updated by the node itself."""


class Routed(Runnable[State, "Command[str]"]):
    """A node whose update also says where the graph goes next.

    A conditional edge would do the same, but copies all channels of the graph to read them again.
    """

    def __init__(self, node: Node, route: Route) -> None:
        self.name = node.get_name()
        self.node, self._route = node, route

    def invoke(
        self, input: State, config: RunnableConfig | None = None, **_: Any
    ) -> "Command[str]":
        """Run the node, and choose the next ones."""
        return self._command(input, self.node.invoke(input, config))

    async def ainvoke(
        self, input: State, config: RunnableConfig | None = None, **_: Any
    ) -> "Command[str]":
        """Await the node, and choose the next ones."""
        return self._command(input, await self.node.ainvoke(input, config))

    def _command(self, state: State, update: Update) -> "Command[str]":
        after = cast("State", {**state, **update})
        return Command(update=update, goto=self._route(after, current_context()))


def agent(role: Role) -> Callable[[Callable[[State, Context], Talk]], Agent]:
    """Make a generator function the node of an agent that speaks as `role`."""
    return lambda talk: Agent(talk, role)

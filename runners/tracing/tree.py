"""Shapes the tree of a row's trace for reading: round and role on every run, no text twice."""

from typing import Any, cast

from langchain_core.tracers import LangChainTracer
from langchain_core.tracers.schemas import Run
from langgraph.types import Command

from graph.ablations import build
from graph.frameworks import FRAMEWORKS
from nodes.conversation import Conversation
from nodes.node import Agent
from nodes.state import Sample
from runners.folder.records import finished
from runners.tracing.scores import outcome_of

RunFields = dict[str, Any]

ROLES = {
    name: node.bound.role
    for framework in FRAMEWORKS
    for name, node in build(framework).nodes.items()
    if isinstance(node.bound, Agent)
}
"""The role of each agent's node, over all frameworks."""
_HISTORY = ("rounds", "turns")
"""Channels whose content earlier runs of the trace have shown already."""
_AUTOMATIC = ("graph:step:", "seq:step:")
"""LangGraph's own tags; `langgraph_step` in the metadata says the same."""


class RowTracer(LangChainTracer):
    """LangChain's tracer for the graph run of a row, whose id is its name.

    It has no state of its own, because LangChain copies it.
    """

    def _on_chain_start(self, run: Run) -> None:
        if _is_row(run):
            run.inputs = _task_of(cast("RunFields", run.inputs))
        else:
            self._place(run)
            run.inputs = _without_history(run.inputs)
        super()._on_chain_start(run)

    def _on_chain_end(self, run: Run) -> None:
        if _is_row(run):
            run.outputs = _outcome(run)
        else:
            run.outputs = _without_history(_update_in(cast("RunFields", run.outputs or {})))
        super()._on_chain_end(run)

    def _on_chat_model_start(self, run: Run) -> None:
        self._place(run)
        super()._on_chat_model_start(run)

    def _on_llm_end(self, run: Run) -> None:
        _tell_source(run)
        super()._on_llm_end(run)

    def _place(self, run: Run) -> None:
        """Add round and role to a run's metadata and tags."""
        parent = self.run_map[str(run.parent_run_id)]
        begun = sum(child.name == "new_round" for child in parent.child_runs)
        k = begun or parent.metadata.get("k")
        role = ROLES.get(run.name, parent.metadata.get("role"))
        told = {"k": k, "role": role}
        run.extra["metadata"] = {**run.metadata, **{key: v for key, v in told.items() if v}}
        tags = [tag for tag in run.tags or [] if not tag.startswith(_AUTOMATIC)]
        places = [f"round:{k}"] if k else []
        run.tags = [*tags, *places, *([f"role:{role}"] if role else [])]


def _is_row(run: Run) -> bool:
    """Whether a run is that of the whole graph: the root, except in experiments."""
    return run.name == run.metadata.get("sample_id")


def _task_of(inputs: RunFields) -> RunFields:
    """The row, which LangChain wraps in a dict."""
    task = inputs.get("input")
    if isinstance(task, Sample | Conversation):
        return task.model_dump(exclude={"id"})
    return inputs


def _outcome(run: Run) -> RunFields:
    kind = Conversation if "messages" in run.inputs else Sample
    outputs = cast("RunFields", run.outputs or {})
    return outcome_of(finished(kind.model_validate(run.inputs), outputs))


def _update_in(outputs: RunFields) -> Any:
    """A node's update, unwrapped if it returned a Command."""
    command = outputs.get("output")
    return command.update if isinstance(command, Command) else outputs


def _without_history(channels: Any) -> Any:
    if not isinstance(channels, dict):
        return channels
    shown = cast("RunFields", channels)
    return {name: value for name, value in shown.items() if name not in _HISTORY}


def _tell_source(run: Run) -> None:
    """Record whether an answer came from the journal; then its tokens were paid earlier."""
    batches = cast("list[list[RunFields]]", (run.outputs or {}).get("generations", []))
    for generation in (each for batch in batches for each in batch):
        known = is_from_journal(generation)
        run.extra["metadata"] = {**run.metadata, "from_journal": known}
        if known:
            generation["message"]["kwargs"].pop("usage_metadata", None)


def is_from_journal(generation: RunFields) -> bool:
    """Whether an answer came from the journal."""
    info: RunFields = generation.get("generation_info") or {}
    return bool(info.get("from_journal"))

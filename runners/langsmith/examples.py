"""Examples of a LangSmith dataset: read as tasks to evolve, traced and scored in an experiment."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langsmith import Client
from langsmith.schemas import Example
from pydantic import ValidationError

from nodes.conversation import Conversation
from nodes.state import Sample
from runners.data.formats import Task
from runners.data.rows import digest
from runners.errors import UsageError
from runners.tracing.trace import RowTrace
from runners.tracing.tree import RowTracer


def read_example(example: Example) -> Task:
    """The sample or conversation in an example's inputs.

    Its id is that of the row which it was pushed from, else the example's own. Raises UsageError if
    the inputs are neither.
    """
    inputs = {**(example.inputs or {})}
    kind = Conversation if "messages" in inputs else Sample
    row = (example.metadata or {}).get("row_id") or example.id
    try:
        return kind.model_validate({**inputs, "id": str(row)})
    except ValidationError as error:
        problem = error.errors()[0]
        field = ".".join(str(part) for part in problem["loc"])
        hint = "inputs are instruction, input and response, or messages"
        raise UsageError(f"example {example.id}, {field}: {problem['msg']}; {hint}") from None


def evaluator_of(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An evaluator that takes the score `key` from an outcome; it gives none if there is none."""

    def evaluator(outputs: dict[str, Any]) -> dict[str, Any]:
        score = outputs.get(key)
        return {"results": [] if score is None else [{"key": key, "score": score}]}

    evaluator.__name__ = key
    return evaluator


class ExampleTasks:
    """The examples of a dataset, with the task of each."""

    def __init__(self, examples: Iterable[Example]) -> None:
        """Read all examples. Raises UsageError for one whose inputs no graph can take."""
        self.listed = list(examples)
        self._tasks = {_digest(each.inputs): read_example(each) for each in self.listed}

    def task_of(self, inputs: dict[str, Any]) -> Task:
        """The task of an example, by its inputs: LangSmith passes on nothing else of it."""
        return self._tasks[_digest(inputs)]


def _digest(inputs: dict[str, Any] | None) -> str:
    return digest(inputs or {})


class ExampleTracer:
    """Gives each row's graph a readable tree below the experiment's run."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def place(self, id: str, position: int) -> None:
        """Do nothing: an example has its place in LangSmith."""

    @contextmanager
    def row(self, task: Task) -> Generator[RowTrace]:
        """Trace a row for as long as the block lasts."""
        yield RowTrace(
            RunnableConfig(
                run_name=task.id,
                tags=["framework:coevol"],
                metadata={"sample_id": task.id},
                callbacks=[RowTracer(client=self._client)],
            )
        )

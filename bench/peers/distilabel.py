# pyright: basic, reportMissingImports=false
"""The eight calls of an iteration by distilabel.

    .venv-bench/distilabel/bin/python -m bench.peers.distilabel ROWS OUT URL

Each call is a task with a process of its own. A task asks for a whole batch of rows at once, waits
for all of it and passes it on, and several tasks work on different batches at a time. They form one
chain: putting the two calls of a stage side by side, with steps that join their answers, was
slower.
"""

from itertools import pairwise
from typing import Any

from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps.tasks import Task

from bench.flow import MAX_TOKENS, STAGES, TEMPERATURE, TOP_P, answer_of, evolved, messages_of
from bench.job import Job, read_job

_GIVEN = ["instruction", "input", "output"]


class Call(Task):
    """The call of one node."""

    node: str
    needed: list[str]

    @property
    def inputs(self) -> list[str]:
        """The columns in the node's prompt."""
        return self.needed

    @property
    def outputs(self) -> list[str]:
        """The node's answer."""
        return [self.node]

    def format_input(self, input: dict[str, Any]) -> Any:
        """The node's chat messages."""
        return messages_of(self.node, input)

    def format_output(
        self, output: str | None, input: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """What is kept of the answer."""
        return {self.node: answer_of(self.node, output or "", input or {})}


def main() -> None:
    """Do the job."""
    job = read_job(__doc__)
    with Pipeline(name="coevol", cache_dir=job.out / "cache") as pipeline:
        for one, following in pairwise(_calls(job)):
            one.connect(following)
    made = pipeline.run(dataset=job.rows(), dataset_batch_size=job.concurrency, use_cache=False)
    job.write(evolved(row) for row in made["default"]["train"])


def _calls(job: Job) -> list[Call]:
    """The tasks, each with the columns of its prompt."""
    parameters = {"temperature": TEMPERATURE, "top_p": TOP_P, "max_new_tokens": MAX_TOKENS}
    needed, calls = _GIVEN, list[Call]()
    for stage in STAGES:
        for node in stage:
            model = OpenAILLM(
                model="test-model", base_url=job.base_url, api_key="-", generation_kwargs=parameters
            )
            calls.append(
                Call(
                    name=node,
                    node=node,
                    needed=needed,
                    llm=model,
                    input_batch_size=job.concurrency,
                    add_raw_input=False,
                    add_raw_output=False,
                )
            )
        needed = [*needed, *stage]
    return calls


if __name__ == "__main__":
    main()

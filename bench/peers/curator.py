# pyright: basic, reportMissingImports=false
"""The eight calls of an iteration by bespokelabs-curator.

    .venv-bench/curator/bin/python -m bench.peers.curator ROWS OUT URL

An `LLM` takes a whole dataset through one call, so an iteration is five passes: the two calls of a
stage are independent, and go through one pass as two rows.
"""

from typing import Any

import litellm.litellm_core_utils.default_encoding  # noqa: F401 - has tiktoken's tables: none is fetched
from bespokelabs import curator

from bench.flow import MAX_TOKENS, STAGES, TEMPERATURE, TOP_P, answer_of, evolved, messages_of
from bench.job import Job, read_job


class Stage(curator.LLM):
    """The calls of a stage: the row says which node is to speak."""

    def prompt(self, input: dict[str, Any]) -> Any:
        """The node's chat messages."""
        return messages_of(input["node"], input)

    def parse(self, input: dict[str, Any], response: Any) -> dict[str, Any]:
        """Which answer it is of which row."""
        node = input["node"]
        return {"number": input["number"], "node": node, "text": answer_of(node, response, input)}


def main() -> None:
    """Do the job."""
    job = read_job(__doc__)
    rows = job.rows()
    llm = _stage(job)
    for nodes in STAGES:
        asked = [
            {**row, "node": node, "number": number}
            for number, row in enumerate(rows)
            for node in nodes
        ]
        for answer in llm(asked, working_dir=str(job.out)).dataset:
            rows[answer["number"]][answer["node"]] = answer["text"]
    job.write(map(evolved, rows))


def _stage(job: Job) -> Stage:
    return Stage(
        model_name="test-model",
        backend="openai",
        generation_params={
            "temperature": TEMPERATURE,
            "top_p": TOP_P,
            "max_completion_tokens": MAX_TOKENS,
        },
        backend_params={
            "base_url": job.base_url,
            "max_concurrent_requests": job.concurrency,
            "max_requests_per_minute": 1_000_000,
            "max_tokens_per_minute": 1_000_000_000,
        },
    )


if __name__ == "__main__":
    main()

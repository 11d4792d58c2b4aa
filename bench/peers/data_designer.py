# pyright: basic, reportMissingImports=false
"""The eight calls of an iteration by data-designer.

    .venv-bench/data-designer/bin/python -m bench.peers.data_designer ROWS OUT URL

Each call is an LLM text column, whose prompt is a Jinja template over the columns that it needs.
The rows are the seed dataset, with the texts as prompts show them. A column has a single prompt, so
a debater's memory goes before its second task in the same message: the same words, in the same
order.
"""

from typing import Any

import data_designer.config as dd
import pandas as pd
from data_designer.interface import DataDesigner

from bench.flow import (
    MAX_TOKENS,
    NODES,
    TEMPERATURE,
    TOP_P,
    Row,
    answer_of,
    evolved,
    messages_of,
    sample_of,
)
from bench.job import Job, read_job

_GIVEN = ("output", "preamble", "sample", "sample_request")
_SAID = "editor_said"
"""The editor's whole answer; the response alone is what later columns see."""


@dd.custom_column_generator(required_columns=[_SAID, "output"])
def strip_editor(row: dict[str, Any]) -> dict[str, Any]:
    """Remove what editors leak around a response."""
    return {**row, "editor": answer_of("editor", row[_SAID], row)}


def main() -> None:
    """Do the job."""
    job = read_job(__doc__)
    rows = job.rows()
    seed = pd.DataFrame([row | sample_of(row) for row in rows])
    config = dd.DataDesignerConfigBuilder(model_configs=[_model(job)])
    config.with_seed_dataset(dd.DataFrameSeedSource(df=seed))
    for node in NODES:
        config.add_column(_column(node))
    config.add_column(dd.CustomColumnConfig(name="editor", generator_function=strip_editor))
    made = _designer(job, len(rows)).create(config, num_records=len(rows)).load_dataset()
    job.write(evolved(row) for row in made.to_dict("records"))


def _column(node: str) -> Any:
    """The node's call."""
    columns: Row = {name: f"{{{{ {name} }}}}" for name in (*_GIVEN, *NODES)}
    system, *others = messages_of(node, columns, columns)
    return dd.LLMTextColumnConfig(
        name=_SAID if node == "editor" else node,
        model_alias="model",
        system_prompt=system["content"],
        prompt="\n\n".join(message["content"] for message in others),
    )


def _model(job: Job) -> Any:
    parameters = dd.ChatCompletionInferenceParams(
        temperature=TEMPERATURE,
        top_p=TOP_P,
        max_tokens=MAX_TOKENS,
        max_parallel_requests=job.concurrency,
    )
    return dd.ModelConfig(
        alias="model",
        model="test-model",
        provider="loopback",
        inference_parameters=parameters,
        skip_health_check=True,
    )


def _designer(job: Job, rows: int) -> DataDesigner:
    provider = dd.ModelProvider(name="loopback", endpoint=job.base_url, api_key="none")
    designer = DataDesigner(artifact_path=job.out / "artifacts", model_providers=[provider])
    designer.set_run_config(
        dd.RunConfig(
            buffer_size=rows,  # all rows in one group: no call waits for the end of another group
            jinja_rendering_engine=dd.JinjaRenderingEngine.NATIVE,
            otel_metrics_port=None,
        )
    )
    return designer


if __name__ == "__main__":
    main()

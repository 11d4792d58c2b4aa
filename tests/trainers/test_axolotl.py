# pyright: basic, reportMissingImports=false
"""Axolotl's own validation, preprocessing and command line over exports.

It trains with NCCL alone, so without a GPU its training starts nowhere: `axolotl preprocess` is as
far as it goes.
"""

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from axolotl.cli.main import cli
from axolotl.cli.preprocess import do_cli
from axolotl.utils import distributed
from axolotl.utils.config import validate_config
from axolotl.utils.dict import DictDefault
from datasets import load_from_disk
from transformers import AutoTokenizer

from tests.trainers.conftest import ExportOf
from tests.trainers.exports import (
    DATASETS,
    RECIPES,
    THOUGHT,
    TRACED,
    TRACES,
    learned,
    read_rows,
    responses,
    stripped,
    with_thoughts,
)

H100 = {"bf16": True, "fp8": True, "tf32": True, "n_gpu": 8, "compute_capability": "sm_90"}


@pytest.mark.parametrize(
    ("recipe", "cutoff", "epochs"), [("llama2", 4096, 3), ("mistral", 8192, 6)]
)
def test_the_configuration_is_valid_as_it_stands(
    export: ExportOf, monkeypatch: pytest.MonkeyPatch, recipe: str, cutoff: int, epochs: int
):
    folder = export("conversations", "axolotl").folder
    monkeypatch.chdir(folder)
    written = yaml.safe_load(Path(f"train_{recipe}.yaml").read_text())
    config = validate_config(DictDefault(written), H100, {"torch_version": "2.13.0"})
    assert [name for name in written if name not in config] == []  # it drops what it does not know
    assert config.micro_batch_size * config.gradient_accumulation_steps == 512
    assert (config.sequence_len, config.num_epochs) == (cutoff, epochs)
    assert (config.learning_rate, config.lr_scheduler) == (2e-5, "cosine")
    assert (config.warmup_ratio, config.bf16, config.adapter) == (0.1, True, None)


@pytest.fixture
def preprocess(tiny_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that does what `axolotl preprocess` does; returns the tokenizer and the rows."""

    def run(folder: Path, recipe: str, **more: Any) -> tuple[Any, Any]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["axolotl"])
        monkeypatch.setattr(distributed, "distributed_state", None)  # it expects one a process
        prepared_at = tmp_path / "prepared"
        do_cli(f"train_{recipe}.yaml", **_here(tiny_model, tmp_path, prepared_at), **more)
        [info] = prepared_at.glob("*/dataset_info.json")
        return AutoTokenizer.from_pretrained(tiny_model), load_from_disk(info.parent)

    return run


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_preprocessing_counts_the_responses_and_nothing_else(
    preprocess: Any, export: ExportOf, dataset: str, recipe: str
):
    folder = export(dataset, "axolotl").folder
    tokenizer, prepared = preprocess(folder, recipe)
    rows = read_rows(folder / "data" / "train.jsonl")
    # It shuffles them.
    said = sorted(learned(tokenizer, each["labels"]) for each in prepared)
    assert said == sorted(stripped(responses(row)) for row in rows)
    spelled = [tokenizer.decode(each["input_ids"]) for each in prepared]
    assert all(each.startswith("<s>[INST] ") for each in spelled)


@pytest.mark.parametrize("traces", TRACES)
@pytest.mark.parametrize("dataset", TRACED)
def test_traces_are_learned_as_the_run_left_them(
    preprocess: Any, export: ExportOf, dataset: str, traces: str
):
    folder = export(dataset, "axolotl", traces).folder
    tokenizer, prepared = preprocess(folder, "llama2")
    said = sorted(learned(tokenizer, each["labels"]) for each in prepared)
    rows = read_rows(folder / "data" / "train.jsonl")
    assert said == sorted(stripped(responses(row)) for row in rows)
    assert with_thoughts([text for [text] in said], traces)


@pytest.mark.parametrize("layout", ["tags", "field"])
@pytest.mark.parametrize("dataset", TRACED)
def test_a_reasoning_models_template_lays_traces_out(
    preprocess: Any, export: ExportOf, dataset: str, layout: str
):
    folder = export(dataset, "axolotl", "keep", layout).folder
    tokenizer, prepared = preprocess(folder, "llama2", chat_template="qwen3")
    # It does not learn the opening tag, which its template for Qwen3 writes by itself.
    said = [tokenizer.decode([n for n in each["labels"] if n != -100]) for each in prepared]
    spelled = [tokenizer.decode(each["input_ids"]) for each in prepared]
    for row in read_rows(folder / "data" / "train.jsonl"):
        answer = responses(row)[0].rpartition("</think>")[2].strip()
        assert sum(answer in text for text in said) == 1
    assert sum(THOUGHT in text for text in said) == 2
    assert sum(f"<think>\n{THOUGHT}\n</think>" in text for text in spelled) == 2


def test_the_printed_command_is_understood(export: ExportOf, monkeypatch: pytest.MonkeyPatch):
    folder, said = export("questions", "axolotl")
    monkeypatch.chdir(folder)
    [line] = [each for each in said.splitlines() if "train_llama2.yaml" in each]
    program, command, *arguments = shlex.split(line)
    assert program == "axolotl"
    context = cli.commands[command].make_context(command, arguments)
    assert context.params["config"] == "train_llama2.yaml"
    assert context.params["launcher"] == "torchrun"
    assert context.args == ["--nproc-per-node=1"]


def _here(model: str, out: Path, prepared: Path) -> dict[str, Any]:
    """What the machine and the test ask for: no hub, one process, folders of their own."""
    return {
        "base_model": model,
        "output_dir": str(out),
        "dataset_prepared_path": str(prepared),
        "dataset_num_proc": 1,
    }

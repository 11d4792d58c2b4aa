# pyright: basic, reportMissingImports=false
"""LLaMA-Factory's own argument parser, dataset parser and command over exports."""

import json
import math
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from llamafactory.model import load_tokenizer

from tests.trainers.conftest import ExportOf, RunOf
from tests.trainers.exports import (
    DATASETS,
    RECIPES,
    THOUGHT,
    TRACED,
    TRACES,
    evolved_responses,
    learned,
    read_rows,
    responses,
    stripped,
    with_thoughts,
)
from tests.trainers.shapes import SHAPES


@pytest.fixture
def parse(tiny_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that reads a training file as `llamafactory-cli train` does, in its folder."""
    for name, value in _launch().items():
        monkeypatch.setenv(name, value)

    def read(folder: Path, settings: dict[str, Any]) -> tuple[Any, ...]:
        monkeypatch.chdir(folder)
        here = {"model_name_or_path": tiny_model, "output_dir": str(tmp_path), "use_cpu": True}
        return get_train_args(settings | here)

    return read


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_every_row_is_taken_and_its_responses_learned(
    parse: Any, export: ExportOf, dataset: str, recipe: str
):
    folder = export(dataset, "llama-factory").folder
    tokenizer, prepared = _load(*parse(folder, _settings(folder, recipe)), stage="sft")
    rows = read_rows(folder / "train.jsonl")
    assert len(prepared) == len(rows)
    for row, tokens in zip(rows, prepared, strict=True):
        said = learned(tokenizer, tokens["labels"])
        if row.get("tools"):  # its template has a spelling of its own for calls
            assert "weather" in said[0]
            assert said[1:] == stripped(responses(row)[1:])
        else:
            assert said == stripped(responses(row))


@pytest.mark.parametrize("name", SHAPES)
def test_of_every_shape_just_the_evolved_responses_are_learned(
    parse: Any, export: ExportOf, run_of: RunOf, name: str
):
    folder = export(name, "llama-factory").folder
    tokenizer, prepared = _load(*parse(folder, _settings(folder, "llama2")), stage="sft")
    said = [learned(tokenizer, each["labels"]) for each in prepared]
    evolved = evolved_responses(run_of(name), SHAPES[name].before)
    if SHAPES[name].has_calls:  # its template has a spelling of its own for them
        assert all("weather" in first and "1.5" in first for first, *_ in said)
        said, evolved = [texts[1:] for texts in said], [texts[-1:] for texts in evolved]
    assert said == [stripped(texts) for texts in evolved]


def test_system_and_tools_reach_the_prompt(parse: Any, export: ExportOf):
    folder = export("conversations", "llama-factory").folder
    tokenizer, prepared = _load(*parse(folder, _settings(folder, "llama2")), stage="sft")
    prompts = [tokenizer.decode(each["input_ids"]) for each in prepared]
    assert "<<SYS>>\nYou answer in short sentences.\n<</SYS>>" in prompts[1]
    assert "The weather in a city." in prompts[3]
    assert '{"sky": "rain"}' in prompts[3]


@pytest.mark.parametrize("traces", TRACES)
@pytest.mark.parametrize("dataset", TRACED)
def test_traces_are_learned_as_the_run_left_them(
    parse: Any, export: ExportOf, dataset: str, traces: str
):
    folder = export(dataset, "llama-factory", traces).folder
    tokenizer, prepared = _load(*parse(folder, _settings(folder, "llama2")), stage="sft")
    said = [learned(tokenizer, each["labels"]) for each in prepared]
    assert said == [stripped(responses(row)) for row in read_rows(folder / "train.jsonl")]
    assert with_thoughts([text for [text] in said], traces)


@pytest.mark.parametrize("dataset", TRACED)
@pytest.mark.parametrize("thinks", [True, False])
def test_a_reasoning_template_knows_the_traces(
    parse: Any, export: ExportOf, dataset: str, thinks: bool
):
    folder = export(dataset, "llama-factory").folder
    settings = {**_settings(folder, "llama2"), "template": "qwen3", "enable_thinking": thinks}
    tokenizer, prepared = _load(*parse(folder, settings), stage="sft")
    said = [tokenizer.decode([n for n in each["labels"] if n != -100]) for each in prepared]
    # Asked not to think it takes the trace off; where there is none it adds an empty one.
    assert [THOUGHT in text for text in said] == [thinks, thinks, False]
    for text, row in zip(said, read_rows(folder / "train.jsonl"), strict=True):
        answer = responses(row)[0].rpartition("</think>")[2].strip()
        assert text.rpartition("</think>")[2].strip().startswith(answer)


@pytest.mark.parametrize(
    ("recipe", "cutoff", "epochs"), [("llama2", 4096, 3), ("mistral", 8192, 6)]
)
def test_the_papers_settings_arrive(
    parse: Any, export: ExportOf, recipe: str, cutoff: int, epochs: int
):
    folder = export("questions", "llama-factory").folder
    _, data, args, finetuning, _ = parse(folder, _settings(folder, recipe))
    assert args.per_device_train_batch_size * args.gradient_accumulation_steps == 512
    assert (data.template, data.cutoff_len, args.num_train_epochs) == (recipe, cutoff, epochs)
    assert (args.learning_rate, args.lr_scheduler_type, args.bf16) == (2e-5, "cosine", True)
    assert args.get_warmup_steps(1000) == 100
    assert (finetuning.stage, finetuning.finetuning_type) == ("sft", "full")
    assert args.hf_deepspeed_config.config["zero_optimization"]["stage"] == 2


@pytest.mark.parametrize("dataset", DATASETS)
def test_preferences_are_taken(parse: Any, export: ExportOf, dataset: str):
    folder = export(dataset, "preference").folder / "llama_factory"
    settings = {
        "stage": "dpo",
        "do_train": True,
        "finetuning_type": "full",
        "dataset_dir": ".",
        "dataset": "coevol_preference",
        "template": "llama2",
        "report_to": "none",
    }
    tokenizer, prepared = _load(*parse(folder, settings), stage="rm")
    rows = read_rows(folder / "train.jsonl")
    assert len(prepared) == len(rows) > 0
    for row, tokens in zip(rows, prepared, strict=True):
        for side in ("chosen", "rejected"):
            assert learned(tokenizer, tokens[f"{side}_labels"]) == [row[side]["value"].strip()]


def test_the_printed_command_trains_with_zero2(export: ExportOf, tiny_model: str, tmp_path: Path):
    done = export("conversations", "llama-factory").train(
        "llama2", f"model_name_or_path={tiny_model} output_dir={tmp_path} use_cpu=true max_steps=2"
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "DeepSpeed" in done.stdout
    history = json.loads((tmp_path / "trainer_state.json").read_text())["log_history"]
    steps = [each for each in history if "loss" in each]
    assert [each["learning_rate"] for each in steps] == pytest.approx([0, 2e-5])
    assert all(math.isfinite(each["loss"]) and each["loss"] > 0 for each in steps)


def _launch() -> dict[str, str]:
    """What `torchrun` tells a process that is alone; without it no DeepSpeed settings are taken."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    alone = {"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1"}
    return alone | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}


def _settings(folder: Path, recipe: str) -> dict[str, Any]:
    return yaml.safe_load((folder / f"train_{recipe}.yaml").read_text())


def _load(model: Any, data: Any, args: Any, *_: Any, stage: Any) -> tuple[Any, list[Any]]:
    """The tokenizer, and the rows as the trainer gets them."""
    loaded = load_tokenizer(model)
    template = get_template_and_fix_tokenizer(loaded["tokenizer"], data)
    module = get_dataset(template, model, data, args, stage=stage, **loaded)
    return loaded["tokenizer"], list(module["train_dataset"])

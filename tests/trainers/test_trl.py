# pyright: basic, reportMissingImports=false
"""TRL's own argument parsers, data preparation and trainers over exports."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
import trl
from datasets import load_dataset
from safetensors.torch import load_file
from transformers import AutoTokenizer
from trl import DPOTrainer, SFTTrainer
from trl.scripts import dpo, sft

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

HERE = ["--use_cpu", "true", "--max_steps", "2"]
"""What the machine asks for: no GPU, and no patience for three epochs."""

SKY = {
    "llama2": (
        "<s>[INST] <<SYS>>\nYou answer in short sentences.\n<</SYS>>\n\n"
        "Why is the sky blue? [/INST]"
        " Air scatters blue light more than red light. </s>"
        "<s>[INST] And at sunset? [/INST] The light's way is longer, so red is left. </s>"
        "<s>[INST] Thanks, and on Mars? [/INST]"
        " Dust makes the day sky butterscotch and the sunset blue. </s>"
    ),
    "mistral": (
        "<s>[INST] You answer in short sentences.\n\nWhy is the sky blue? [/INST]"
        " Air scatters blue light more than red light.</s>"
        "[INST] And at sunset? [/INST] The light's way is longer, so red is left.</s>"
        "[INST] Thanks, and on Mars? [/INST]"
        " Dust makes the day sky butterscotch and the sunset blue.</s>"
    ),
}
"""How a conversation with a system message is to be spelled, to the last space."""


@pytest.fixture
def sft_trainer(export: ExportOf, tiny_model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that does what `trl sft` does with its arguments, up to the training."""

    def make(dataset: str, recipe: str, *traces: str, template: str | None = None) -> SFTTrainer:
        monkeypatch.chdir(export(dataset, "trl", *traces).folder)
        own = [] if template is None else ["--chat_template_path", template]
        script, training, model, _ = sft.make_parser().parse_args_and_config(
            ["--config", f"sft_{recipe}.yaml", *own, *_overrides(tiny_model, tmp_path)]
        )
        data = load_dataset(script.dataset_name)[script.dataset_train_split]
        return SFTTrainer(model=model.model_name_or_path, args=training, train_dataset=data)

    return make


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_sft_counts_the_responses_and_nothing_else(
    sft_trainer: Any, export: ExportOf, dataset: str, recipe: str
):
    trainer = sft_trainer(dataset, recipe)
    rows = read_rows(export(dataset, "trl").folder / "data" / "train.jsonl")
    prepared = list(trainer.train_dataset)
    assert len(prepared) == len(rows)
    for row, tokens in zip(rows, prepared, strict=True):
        assert learned(trainer.processing_class, tokens["labels"]) == stripped(responses(row))


@pytest.mark.parametrize("name", [each for each in SHAPES if not SHAPES[each].has_calls])
def test_of_every_shape_just_the_evolved_responses_are_learned(
    sft_trainer: Any, run_of: RunOf, name: str
):
    trainer = sft_trainer(name, "llama2")
    said = [learned(trainer.processing_class, each["labels"]) for each in trainer.train_dataset]
    evolved = evolved_responses(run_of(name), SHAPES[name].before)
    assert said == [stripped(texts) for texts in evolved]


@pytest.mark.parametrize("traces", TRACES)
@pytest.mark.parametrize("dataset", TRACED)
def test_traces_are_learned_as_the_run_left_them(
    sft_trainer: Any, export: ExportOf, dataset: str, traces: str
):
    trainer = sft_trainer(dataset, "llama2", traces)
    rows = read_rows(export(dataset, "trl", traces).folder / "data" / "train.jsonl")
    said = [learned(trainer.processing_class, each["labels"]) for each in trainer.train_dataset]
    assert said == [stripped(responses(row)) for row in rows]
    assert with_thoughts([text for [text] in said], traces)


@pytest.mark.parametrize("layout", ["tags", "field"])
@pytest.mark.parametrize("dataset", TRACED)
def test_a_reasoning_models_template_lays_traces_out(
    sft_trainer: Any, export: ExportOf, dataset: str, layout: str
):
    template = Path(str(trl.__file__)).parent / "chat_templates" / "qwen3_training.jinja"
    trainer = sft_trainer(dataset, "llama2", "keep", layout, template=str(template))
    rows = read_rows(export(dataset, "trl", "keep", layout).folder / "data" / "train.jsonl")
    said = [
        trainer.processing_class.decode([n for n in each["labels"] if n != -100])
        for each in trainer.train_dataset
    ]
    for text, row, is_traced in zip(said, rows, (True, True, False), strict=True):
        answer = responses(row)[0].rpartition("</think>")[2].strip()
        assert f"</think>\n\n{answer}<|im_end|>" in text
        assert (f"<think>\n{THOUGHT}\n</think>" in text) is is_traced


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_conversation_is_spelled_as_the_models_authors_do(sft_trainer: Any, recipe: str):
    trainer = sft_trainer("conversations", recipe)
    spelled = [trainer.processing_class.decode(each["input_ids"]) for each in trainer.train_dataset]
    assert spelled[1] == SKY[recipe]


@pytest.mark.parametrize(
    ("recipe", "cutoff", "epochs"), [("llama2", 4096, 3), ("mistral", 8192, 6)]
)
def test_the_papers_settings_arrive(sft_trainer: Any, recipe: str, cutoff: int, epochs: int):
    args = sft_trainer("questions", recipe).args
    assert args.per_device_train_batch_size * args.gradient_accumulation_steps == 512
    assert (args.max_length, args.num_train_epochs) == (cutoff, epochs)
    assert (args.learning_rate, args.lr_scheduler_type, args.bf16) == (2e-5, "cosine", True)
    assert args.get_warmup_steps(1000) == 100


def test_sft_steps_change_the_model(sft_trainer: Any, tiny_model: str):
    trainer = sft_trainer("conversations", "llama2")
    trainer.train()
    _assert_two_steps(trainer.state.log_history)
    before = load_file(Path(tiny_model) / "model.safetensors")["lm_head.weight"]
    assert not torch.equal(trainer.model.lm_head.weight.detach().float(), before.float())


def test_the_printed_command_trains_with_zero2(export: ExportOf, tiny_model: str, tmp_path: Path):
    done = export("questions", "trl").train("mistral", *_overrides(tiny_model, tmp_path))
    assert done.returncode == 0, done.stdout[-3000:]
    assert "DeepSpeed" in done.stdout
    [state] = tmp_path.glob("checkpoint-2/trainer_state.json")
    _assert_two_steps(json.loads(state.read_text())["log_history"])


@pytest.mark.parametrize("dataset", DATASETS)
def test_dpo_steps_over_the_preferences(
    export: ExportOf, tiny_model: str, tmp_path: Path, dataset: str
):
    folder = export(dataset, "preference").folder / "trl"
    template = export(dataset, "trl").folder / "llama2.jinja"
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    tokenizer.chat_template = template.read_text()  # a model that was fine-tuned has one
    quiet = ["--logging_steps", "1", "--report_to", "none"]
    script, training, model, _ = dpo.make_parser().parse_args_and_config(
        ["--dataset_name", str(folder), *quiet, *_overrides(tiny_model, tmp_path)]
    )
    trainer = DPOTrainer(
        model=model.model_name_or_path,
        args=training,
        train_dataset=load_dataset(script.dataset_name)["train"],
        processing_class=tokenizer,
    )
    rows, prepared = read_rows(folder / "train.jsonl"), list(trainer.train_dataset)
    assert len(prepared) == len(rows) > 0
    for row, tokens in zip(rows, prepared, strict=True):
        for side in ("chosen", "rejected"):
            said = learned(tokenizer, tokens[f"{side}_ids"])
            assert said == [row[side][0]["content"].strip()]
    trainer.train()
    first, second = [each["loss"] for each in trainer.state.log_history if "loss" in each]
    assert first == pytest.approx(math.log(2), abs=1e-4)  # policy and reference are still the same
    assert math.isfinite(second)


def _overrides(model: str, out: Path) -> list[str]:
    return ["--model_name_or_path", model, "--output_dir", str(out), *HERE]


def _assert_two_steps(history: list[dict[str, float]]) -> None:
    """Warmed up over a tenth of two steps, which is one: the second has the full rate."""
    steps = [each for each in history if "loss" in each]
    assert [each["learning_rate"] for each in steps] == pytest.approx([0, 2e-5])
    assert all(math.isfinite(each["loss"]) and each["loss"] > 0 for each in steps)

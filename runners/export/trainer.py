"""Trainers: targets that write settings for each of the recipes beside the data."""

from pathlib import Path
from typing import Any

from nodes.counted import counted
from runners.export.files import write_yaml
from runners.export.recipe import (
    LEARNING_RATE,
    RECIPES,
    SCHEDULER,
    Recipe,
    TrainingBatch,
    split_batch,
)
from runners.export.target import RowTarget


class TrainerTarget(RowTarget):
    """Supervised fine-tuning. A subclass gives the trainer's settings and command."""

    prefix = "train"
    """The beginning of the names of the files of settings."""

    def __init__(self, gpus: int) -> None:
        """Raises UsageError if the batch can't be divided among the GPUs."""
        self._plans = [(recipe, split_batch(recipe, gpus)) for recipe in RECIPES]

    def settings(self, recipe: Recipe, batch: TrainingBatch) -> dict[str, Any]:
        """The trainer's configuration for a recipe."""
        raise NotImplementedError

    def command(self, file: str, gpus: int) -> str:
        """The shell command that starts the trainer in the export's folder."""
        raise NotImplementedError

    def write_settings(self, folder: Path) -> list[str]:
        """Write the files of settings; return remarks on how to train with them."""
        remarks = ["to train, run in that folder:"]
        for recipe, batch in self._plans:
            path = folder / f"{self.prefix}_{recipe.name}.yaml"
            command = self.command(path.name, batch.gpus)
            comment = f"In this folder, on {counted(batch.gpus, 'GPU')}: {command}"
            write_yaml(path, self.settings(recipe, batch), comment)
            remarks.append(f"  {command}")
        return remarks


def training_arguments(recipe: Recipe, batch: TrainingBatch) -> dict[str, Any]:
    """Settings by their names in TrainingArguments of transformers; the warmup's has changed."""
    return {
        "output_dir": f"saves/{recipe.name}",
        "logging_steps": 1,
        "save_strategy": "epoch",
        "save_only_model": True,
        "report_to": "none",
        "per_device_train_batch_size": batch.per_device,
        "gradient_accumulation_steps": batch.accumulation,
        "learning_rate": LEARNING_RATE,
        "num_train_epochs": float(recipe.epochs),
        "lr_scheduler_type": SCHEDULER,
        "bf16": True,
    }

"""TRL: conversational data, and a configuration of `trl sft` for each recipe.

Settings as in its SFTConfig and docs/source/clis.md, version 1.
"""

from pathlib import Path
from typing import Any

from runners.export.chat import DATA, ChatTarget, write_template
from runners.export.files import write_yaml
from runners.export.recipe import (
    LEARNING_RATE,
    RECIPES,
    SCHEDULER,
    WARMUP_RATIO,
    Recipe,
    split_batch,
)
from runners.export.spool import Spool


class TrlTarget(ChatTarget):
    """Supervised fine-tuning with TRL. ZeRO-2 is a profile that TRL has itself."""

    def __init__(self, gpus: int) -> None:
        """Raises UsageError if the batch can't be divided among the GPUs."""
        self._gpus = gpus
        self._batches = {recipe.name: split_batch(recipe, gpus) for recipe in RECIPES}

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the data and all that `trl sft` needs."""
        self.write_data(spool, folder)
        remarks = ["to train, in that folder:"]
        for recipe in RECIPES:
            path = folder / f"sft_{recipe.name}.yaml"
            launch = f"--accelerate_config zero2 --num_processes {self._gpus}"
            command = f"trl sft --config {path.name} {launch}"
            settings = self._training(recipe, write_template(recipe, folder))
            write_yaml(path, settings, f"In this folder, on {self._gpus} GPUs: {command}")
            remarks.append(f"  {command}")
        return remarks

    def _training(self, recipe: Recipe, template: str) -> dict[str, Any]:
        batch = self._batches[recipe.name]
        return {
            "model_name_or_path": recipe.model,
            "dataset_name": DATA.parent.as_posix(),
            "chat_template_path": template,
            "assistant_only_loss": True,
            "max_length": recipe.cutoff,
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
            # Below 1 a share of all steps; transformers 5.2 and newer have no warmup_ratio.
            "warmup_steps": WARMUP_RATIO,
            "bf16": True,
        }

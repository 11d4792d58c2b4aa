"""Axolotl: messages for its `chat_template` strategy, and a configuration for each recipe.

Settings as in its configuration reference, version 0.19.
"""

from pathlib import Path
from typing import Any

from runners.export.chat import DATA, ChatTarget, write_template
from runners.export.files import write_json, write_yaml
from runners.export.recipe import (
    LEARNING_RATE,
    RECIPES,
    SCHEDULER,
    WARMUP_RATIO,
    ZERO2,
    Recipe,
    split_batch,
)
from runners.export.spool import Spool

_ZERO2 = "zero2.json"


class AxolotlTarget(ChatTarget):
    """Supervised fine-tuning with Axolotl."""

    def __init__(self, gpus: int) -> None:
        """Raises UsageError if the batch can't be divided among the GPUs."""
        self._gpus = gpus
        self._batches = {recipe.name: split_batch(recipe, gpus) for recipe in RECIPES}

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the data and all that `axolotl train` needs."""
        self.write_data(spool, folder)
        write_json(folder / _ZERO2, ZERO2)
        remarks = ["to train, in that folder:"]
        for recipe in RECIPES:
            path = folder / f"train_{recipe.name}.yaml"
            command = (
                f"axolotl train {path.name} --launcher torchrun -- --nproc-per-node={self._gpus}"
            )
            settings = self._training(recipe, write_template(recipe, folder))
            write_yaml(path, settings, f"In this folder, on {self._gpus} GPUs: {command}")
            remarks.append(f"  {command}")
        return remarks

    def _training(self, recipe: Recipe, template: str) -> dict[str, Any]:
        batch = self._batches[recipe.name]
        data = {
            "path": DATA.as_posix(),
            "ds_type": "json",
            "type": "chat_template",
            "field_messages": "messages",
            "roles_to_train": ["assistant"],
            "train_on_eos": "turn",
        }
        return {
            "base_model": recipe.model,
            "datasets": [data],
            "chat_template": "jinja",
            "chat_template_jinja": template,
            "sequence_len": recipe.cutoff,
            "excess_length_strategy": "truncate",
            "sample_packing": False,
            "val_set_size": 0.0,
            "output_dir": f"saves/{recipe.name}",
            "dataset_prepared_path": f"prepared/{recipe.name}",
            "logging_steps": 1,
            "save_strategy": "epoch",
            "save_only_model": True,
            "micro_batch_size": batch.per_device,
            "gradient_accumulation_steps": batch.accumulation,
            "gradient_checkpointing": True,
            "optimizer": "adamw_torch_fused",
            "learning_rate": LEARNING_RATE,
            "num_epochs": float(recipe.epochs),
            "lr_scheduler": SCHEDULER,
            "warmup_ratio": WARMUP_RATIO,
            "bf16": True,
            "deepspeed": _ZERO2,
        }

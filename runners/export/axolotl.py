"""Axolotl: writes messages for its `chat_template` strategy, and a configuration for each recipe.

Settings are those of its configuration reference, version 0.19.
"""

from pathlib import Path
from typing import Any

from runners.export.chat import DATA, ChatTarget, template_file
from runners.export.files import write_json
from runners.export.recipe import (
    LEARNING_RATE,
    SCHEDULER,
    WARMUP_RATIO,
    ZERO2,
    Recipe,
    TrainingBatch,
)
from runners.export.spool import Spool

_ZERO2 = "zero2.json"


class AxolotlTarget(ChatTarget):
    """Supervised fine-tuning with Axolotl."""

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the data and everything that `axolotl train` needs."""
        write_json(folder / _ZERO2, ZERO2)
        return super().write(spool, folder)

    def command(self, file: str, gpus: int) -> str:
        """The command that starts `axolotl train`."""
        return f"axolotl train {file} --launcher torchrun -- --nproc-per-node={gpus}"

    def settings(self, recipe: Recipe, batch: TrainingBatch) -> dict[str, Any]:
        """The configuration of `axolotl train`."""
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
            "chat_template_jinja": template_file(recipe.name),
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

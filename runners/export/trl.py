"""TRL: writes conversational data, and a configuration of `trl sft` for each recipe.

Settings are those of its SFTConfig and docs/source/clis.md, version 1.
"""

from typing import Any

from runners.export.chat import DATA, ChatTarget, template_file
from runners.export.recipe import WARMUP_RATIO, Recipe, TrainingBatch
from runners.export.trainer import training_arguments


class TrlTarget(ChatTarget):
    """Supervised fine-tuning with TRL, which has a profile for ZeRO-2 itself."""

    prefix = "sft"

    def command(self, file: str, gpus: int) -> str:
        """The command that starts `trl sft`."""
        return f"trl sft --config {file} --accelerate_config zero2 --num_processes {gpus}"

    def settings(self, recipe: Recipe, batch: TrainingBatch) -> dict[str, Any]:
        """The configuration of `trl sft`."""
        return {
            "model_name_or_path": recipe.model,
            "dataset_name": DATA.parent.as_posix(),
            "chat_template_path": template_file(recipe.name),
            "assistant_only_loss": True,
            "max_length": recipe.cutoff,
            **training_arguments(recipe, batch),
            # Below 1 it is a share of all steps; transformers 5.2 and newer have no warmup_ratio.
            "warmup_steps": WARMUP_RATIO,
        }

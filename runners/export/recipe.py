"""How the paper trains on its data (appendix C), for all trainers alike."""

from typing import Literal, NamedTuple

from runners.errors import UsageError

GLOBAL_BATCH = 512
LEARNING_RATE = 2e-5
SCHEDULER = "cosine"
WARMUP_RATIO = 0.1


class Recipe(NamedTuple):
    """How the paper trains a model: full fine-tuning in bf16, with DeepSpeed ZeRO-2."""

    name: Literal["llama2", "mistral"]
    """Also the name of its chat template."""
    model: str
    """Its name on the Hugging Face Hub."""
    cutoff: int
    """Tokens at which longer samples are cut off."""
    epochs: int
    most_per_device: int
    """Most samples on a GPU at a time. Our choice for 80 GB; the paper does not say."""


RECIPES = (
    Recipe("llama2", "meta-llama/Llama-2-7b-hf", 4096, 3, most_per_device=4),
    Recipe("mistral", "mistralai/Mistral-7B-v0.1", 8192, 6, most_per_device=2),
)


class TrainingBatch(NamedTuple):
    """How the global batch of 512 is made up: it is the product of the three."""

    per_device: int
    accumulation: int
    gpus: int


def split_batch(recipe: Recipe, gpus: int) -> TrainingBatch:
    """Divide the global batch among GPUs. Raises UsageError if there is a remainder."""
    if GLOBAL_BATCH % gpus:
        raise UsageError(
            f"--gpus {gpus}: a global batch of {GLOBAL_BATCH} can't be divided by it; "
            "give a power of two up to 512"
        )
    share = GLOBAL_BATCH // gpus
    per_device = min(share, recipe.most_per_device)
    return TrainingBatch(per_device, share // per_device, gpus)


ZERO2 = {
    "bf16": {"enabled": "auto"},
    "zero_optimization": {
        "stage": 2,
        "overlap_comm": True,
        "contiguous_gradients": True,
        "reduce_scatter": True,
    },
    "gradient_clipping": "auto",
    "gradient_accumulation_steps": "auto",
    "train_micro_batch_size_per_gpu": "auto",
    "train_batch_size": "auto",
}
"""DeepSpeed's configuration for ZeRO stage 2; the trainer fills in what is `auto`."""

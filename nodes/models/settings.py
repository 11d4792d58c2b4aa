"""Settings of a call to a model: what decides the answer, nothing else."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Provider = Literal["openai", "vllm", "ollama", "glm", "ernie", "rehearsal"]


class ModelSettings(BaseModel):
    """One model as one role calls it. Hashable: equal settings share one client."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="PROVIDER:NAME, or rehearsal.")
    base_url: str | None = None
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1000

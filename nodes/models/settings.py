"""Settings of a model call: everything that affects the answer, and nothing else."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class ModelSettings(BaseModel):
    """One model as one role calls it. Hashable: equal settings share a client."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="PROVIDER:NAME, or rehearsal.")
    base_url: str | None = None
    """The address under which the journal knows the model."""
    more_urls: tuple[str, ...] = ()
    """Further addresses that serve the same model and may be called, too."""
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1000
    params: dict[str, JsonValue] = {}
    """Additional entries of a call's body; None removes an entry."""

    headers: dict[str, str] = {}
    """Headers of its calls, with references to environment variables as values."""

    def __hash__(self) -> int:
        return hash(self.identity(self.base_url))

    def identity(self, base_url: str | None) -> str:
        """What determines an answer besides the messages: the journal's `llm_string`.

        `params` is included only if not empty, so that journals from before it existed stay valid.
        Headers are not included: like keys, they grant access and do not affect the answer.
        """
        unused = {"headers", "more_urls", *([] if self.params else ["params"])}
        return self.model_copy(update={"base_url": base_url}).model_dump_json(exclude=unused)

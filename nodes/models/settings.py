"""Settings of a call to a model: what decides the answer, nothing else."""

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class ModelSettings(BaseModel):
    """One model as one role calls it. Hashable: equal settings share one client."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(description="PROVIDER:NAME, or rehearsal.")
    base_url: str | None = None
    """The address that the journal knows the model by."""
    more_urls: tuple[str, ...] = ()
    """Further addresses of the same model, where calls may go as well."""
    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1000
    params: dict[str, JsonValue] = {}
    """More entries of a call's body, or these under other names; None leaves an entry out."""

    headers: dict[str, str] = {}
    """Headers of its calls, by references to the variables with their values."""

    def __hash__(self) -> int:
        return hash(self.identity(self.base_url))

    def identity(self, base_url: str | None) -> str:
        """What decides an answer beside the messages: the journal's `llm_string`.

        Parameters are named where there are any, so that entries from before there were stay good.
        Headers open a gateway, as a key opens an endpoint, and are none of it.
        """
        unused = {"headers", "more_urls", *([] if self.params else ["params"])}
        return self.model_copy(update={"base_url": base_url}).model_dump_json(exclude=unused)

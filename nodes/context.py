"""Context: the settings of a run of the graph, which Studio shows as a form."""

from collections.abc import Callable
from functools import cached_property
from typing import Literal, Self, cast

from langchain_core.language_models import BaseChatModel
from langgraph.config import get_config
from langgraph.runtime import get_runtime
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from nodes.guards.choice import chosen_guards
from nodes.models.models import chat_model
from nodes.models.settings import ModelSettings
from prompts.pack import PromptPack, load_pack
from prompts.roles import JudgeMode, Role

ModelProvider = Callable[[Role], BaseChatModel]
"""Who gives each role its chat model."""

_ROLE_MODEL = "Model of the {} alone; empty means the same as `model`."


class RoleSettings(BaseModel):
    """What one role has different from the others; None means the same as everyone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str | None = Field(default=None, description="Address of this role's endpoint.")
    temperature: float | None = Field(default=None, ge=0, le=2, description="Sampling temperature.")
    top_p: float | None = Field(default=None, gt=0, le=1, description="Nucleus sampling mass.")
    max_tokens: int | None = Field(default=None, ge=1, description="Longest answer, in tokens.")


class Context(BaseModel):
    """Settings of a run. The defaults are the paper's (appendix B), with the rehearsal model."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: str = Field(
        default="rehearsal",
        description="Model of all agents: openai:NAME (any OpenAI-compatible endpoint), vllm:NAME, "
        "ollama:NAME, glm:NAME, ernie:NAME, or rehearsal (rule-based, no language model).",
        examples=["openai:gpt-4o-mini", "vllm:Qwen/Qwen3-8B"],
    )
    base_url: str | None = Field(
        default=None, description="Address of the endpoint, such as http://localhost:8000/v1."
    )
    positive_model: str | None = Field(
        default=None, description=_ROLE_MODEL.format("positive debater")
    )
    critical_model: str | None = Field(
        default=None, description=_ROLE_MODEL.format("critical debater")
    )
    advisor_model: str | None = Field(default=None, description=_ROLE_MODEL.format("advisor"))
    editor_model: str | None = Field(default=None, description=_ROLE_MODEL.format("editor"))
    judge_model: str | None = Field(default=None, description=_ROLE_MODEL.format("judge"))
    temperature: float = Field(default=0.0, ge=0, le=2, description="Sampling temperature.")
    top_p: float = Field(default=1.0, gt=0, le=1, description="Nucleus sampling mass.")
    max_tokens: int = Field(
        default=1000, ge=1, description="Longest answer of an agent, in tokens."
    )
    max_rounds: int = Field(
        default=3, ge=1, le=1000, description="K, the most rounds of evolution."
    )
    prompt_pack: str = Field(
        default="coevol", description="Prompts: coevol (the paper's), or the path of a YAML pack."
    )
    system_role: Literal["native", "merge"] = Field(
        default="native",
        description="merge puts the role-play prompt in front of the first task prompt, for models "
        "without a system role (appendix A.2).",
    )
    judge_mode: JudgeMode = Field(
        default="choice",
        description="choice: the judge names the better response; score: it grades both "
        "(the alternative that section 2.2 rejects).",
    )
    economy: bool = Field(
        default=False,
        description="Ask the judge for its first line only, where the verdict stands: the same "
        "decisions for fewer tokens, without explanations.",
    )
    human_verdict: bool = Field(
        default=False,
        description="A person takes the judge's seat: each round waits before its verdict for "
        "`edited`, `original` or `tie`. Runs on a thread or with a checkpointer only.",
    )
    guards: str = Field(
        default="default",
        description="Guards that refuse a flawed edit before it is judged: default, all, or names "
        "with commas (docs/guards.md); none judges every edit as it came, as the paper does.",
        examples=["default", "none", "default,language"],
    )
    role_settings: dict[Role, RoleSettings] = Field(
        default={},
        description="Other settings of one role, such as {'judge': {'temperature': 0.3}}.",
    )

    _models: ModelProvider | None = PrivateAttr(default=None)

    @field_validator("guards", mode="before")
    @classmethod
    def _are_guards(cls, given: object) -> object:
        """Take a list of names, too. Raises ValueError that names the nearest guard."""
        names = cast("list[str] | tuple[str, ...]", given)
        choice = ",".join(map(str, names)) if isinstance(given, list | tuple) else given
        if isinstance(choice, str):
            chosen_guards(choice)
        return choice

    @cached_property
    def chosen_guards(self) -> tuple[str, ...]:
        """The guards that refuse an edit, by name; none if it is not even cleaned."""
        return chosen_guards(self.guards)

    @cached_property
    def pack(self) -> PromptPack:
        """The prompt pack, loaded once. Raises PromptPackError."""
        return load_pack(self.prompt_pack)

    @cached_property
    def settings(self) -> dict[Role, ModelSettings]:
        """The settings with which each role calls its model."""
        models: dict[Role, str | None] = {
            "positive": self.positive_model,
            "critical": self.critical_model,
            "advisor": self.advisor_model,
            "editor": self.editor_model,
            "judge": self.judge_model,
        }
        return {role: self._settings_of(role, model) for role, model in models.items()}

    def _settings_of(self, role: Role, model: str | None) -> ModelSettings:
        shared = {name: getattr(self, name) for name in RoleSettings.model_fields}
        own = self.role_settings.get(role, RoleSettings()).model_dump(exclude_none=True)
        return ModelSettings(model=model or self.model, **{**shared, **own})

    def model_of(self, role: Role) -> BaseChatModel:
        """The chat model of a role. Raises ModelError if there is no such model, or no key."""
        models = self._models  # once: pydantic takes its time for a private attribute
        return models(role) if models else chat_model(self.settings[role])

    def check(self) -> None:
        """Find out whether the run can do what it is told, before its first call is paid.

        Raises PromptPackError if the pack can't be used, ModelError if a role's model can't be
        made; models from elsewhere are their giver's care.
        """
        if self.pack and self._models is None:
            for role in self.settings:
                self.model_of(role)

    def with_models(self, models: ModelProvider) -> Self:
        """Return the same settings with chat models from elsewhere, such as a run's engine."""
        copy = self.model_copy()
        copy._models = models
        return copy


_DEFAULTS = Context()


def current_context() -> Context:
    """The context of the running graph; the defaults where none was given."""
    try:
        get_config()
    except RuntimeError:  # a node invoked by itself, outside of a graph
        return _DEFAULTS
    return get_runtime(Context).context or _DEFAULTS

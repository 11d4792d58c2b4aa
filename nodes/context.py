"""Context: the settings of a run of the graph, which Studio shows as a form."""

from functools import cached_property
from typing import Any, Self, cast

from langchain_core.language_models import BaseChatModel
from langgraph.runtime import get_runtime
from pydantic import (
    ConfigDict,
    Field,
    JsonValue,
    ValidationInfo,
    field_validator,
    model_validator,
)

from nodes import options as o
from nodes.given import Given
from nodes.guards.choice import chosen_guards
from nodes.models.dialects import Dialect
from nodes.models.logprobs import asking_for
from nodes.models.models import chat_model, make_model
from nodes.models.names import is_own, need_logprobs
from nodes.models.settings import ModelSettings
from nodes.option import option_of
from nodes.role_settings import (
    SHARED,
    RoleSettings,
    dialect_of,
    first_line_key,
    model_settings,
    split_addresses,
    with_params,
)
from nodes.serving import allowance
from prompts.pack import PromptPack, load_pack
from prompts.roles import SEATS, Seat, Speaker


def as_field(declared: Any) -> Any:
    """Make a declared option a field: its default, its help as description, its examples."""
    option = option_of(declared)
    return Field(default=option.default, description=option.help, examples=option.example)


_NAME_TOKENS = 16
"""Most tokens of an answer in judge mode `probability`, where only a name is asked for."""
_ALTERNATIVES = 20
"""Alternatives asked for with each token (`top_logprobs`): OpenAI's and vLLM's maximum."""


class Context(Given):
    """Settings of a run. The defaults are the paper's (appendix B), with the rehearsal model."""

    # An error that quoted its input could leave a password in a base URL in the thread's history.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    model: str = as_field(o.Model)
    base_url: o.BaseUrl = Field(
        default=None,
        description="Address of the endpoint, such as http://localhost:8000/v1. Of several that "
        "serve the same model, the graph alone calls the first; a run spreads its calls.",
    )
    positive_model: str | None = as_field(o.PositiveModel)
    critical_model: str | None = as_field(o.CriticalModel)
    advisor_model: str | None = as_field(o.AdvisorModel)
    editor_model: str | None = as_field(o.EditorModel)
    judge_model: str | list[str] | None = as_field(o.JudgeModel)
    temperature: o.TemperatureValue = as_field(o.Temperature)
    top_p: o.TopPValue = as_field(o.TopP)
    max_tokens: o.TokenCount = as_field(o.MaxTokens)
    params: dict[str, JsonValue] = Field(
        default={},
        description="More entries of a call's body, such as {'seed': 7}; null leaves one out.",
    )
    max_rounds: o.Rounds = as_field(o.Rounds)
    prompt_pack: o.PromptPack = as_field(o.PromptPack)
    system_role: o.SystemRole = as_field(o.SystemRole)
    judge_mode: o.JudgeModeOption = as_field(o.JudgeModeOption)
    margin: o.Margin = as_field(o.Margin)
    economy: o.Economy = as_field(o.Economy)
    human_verdict: bool = Field(
        default=False,
        description="A person takes the judge's seat: each round waits before its verdict for "
        "`edited`, `original` or `tie`. Runs on a thread or with a checkpointer only.",
    )
    guards: o.Guards = as_field(o.Guards)
    repair: o.Repair = as_field(o.Repair)
    role_settings: dict[Speaker, RoleSettings] = Field(
        default={},
        description="Other settings of one role, such as {'judge': {'temperature': 0.3}}.",
    )

    @field_validator("base_url", mode="after")
    @classmethod
    def _are_addresses(cls, given: o.Addresses) -> o.Addresses:
        """Remove duplicates; a single address becomes a plain string."""
        first, more = split_addresses(given)
        return (first, *more) if first is not None and more else first

    @field_validator("guards", mode="before")
    @classmethod
    def _are_guards(cls, given: object) -> object:
        """Accept a list of names, too. Raises ValueError that suggests the nearest guard."""
        names = cast("list[str] | tuple[str, ...]", given)
        choice = ",".join(map(str, names)) if isinstance(given, list | tuple) else given
        if isinstance(choice, str):
            chosen_guards(choice)
        return choice

    @field_validator("economy")
    @classmethod
    def _has_a_first_line(cls, economy: bool, others: ValidationInfo) -> bool:
        """Raise ValueError in judge mode `reasoned`, which states the verdict on its last line."""
        if economy and others.data.get("judge_mode") == "reasoned":
            raise ValueError(
                "asks for the judge's first line alone, and judge mode reasoned has the verdict on "
                "its last: leave out one of them"
            )
        return economy

    @field_validator("judge_model")
    @classmethod
    def _is_a_panel(cls, given: str | list[str] | None) -> str | list[str] | None:
        """Unpack a list of one judge. Raises ValueError for none, too many, or duplicates."""
        if not isinstance(given, list):
            return given
        if not 0 < len(given) <= len(SEATS) or len(set(given)) < len(given):
            raise ValueError(f"a panel has up to {len(SEATS)} judges, each another model")
        return given[0] if len(given) == 1 else given

    @model_validator(mode="after")
    def _is_allowed(self) -> Self:
        """Raise ValueError, naming the setting, for what a server's client may not ask for.

        This is part of validating the context, so a client can't evade it by setting the state.
        """
        allowed = allowance()
        if allowed is not None:
            if "max_rounds" in self.model_fields_set:
                allowed.check_rounds(self.max_rounds)
            allowed.pack(self.prompt_pack)
            said = (self, *self.role_settings.values())
            for own in self.settings.values():
                allowed.check_model(own.model)
                for each in said:
                    allowed.check_params(own.model, each.params)
            for each in said:
                allowed.check_base_urls(each.base_url)
                if "max_tokens" in each.model_fields_set:
                    allowed.check_tokens("max_tokens", each.max_tokens)
        return self

    @cached_property
    def chosen_guards(self) -> tuple[str, ...]:
        """Names of the guards that refuse edits; empty if edits are not even cleaned."""
        return chosen_guards(self.guards)

    @cached_property
    def pack(self) -> PromptPack:
        """The prompt pack, loaded once. Raises PromptPackError."""
        allowed = allowance()
        return load_pack(allowed.pack(self.prompt_pack) if allowed else self.prompt_pack)

    @cached_property
    def judges(self) -> tuple[Seat, ...]:
        """The judges: `judge` alone, or one seat for each model of the panel."""
        return SEATS[: len(self.judge_model)] if isinstance(self.judge_model, list) else SEATS[:1]

    @cached_property
    def settings(self) -> dict[Speaker, ModelSettings]:
        """The settings of each speaker's model: the five roles, and further judges of a panel."""
        judges = self.judge_model if isinstance(self.judge_model, list) else [self.judge_model]
        models: dict[Speaker, str | None] = {
            "positive": self.positive_model,
            "critical": self.critical_model,
            "advisor": self.advisor_model,
            "editor": self.editor_model,
            **dict(zip(SEATS, judges, strict=False)),
        }
        return {speaker: self._settings_of(speaker, model) for speaker, model in models.items()}

    def _settings_of(self, speaker: Speaker, model: str | None) -> ModelSettings:
        own = self._own_settings(speaker)
        asked = self._name_alone if speaker in SEATS else {}
        shared: dict[str, Any] = {name: getattr(self, name) for name in SHARED}
        if asked:
            shared["max_tokens"] = _NAME_TOKENS
        plain = model_settings(model or self.model, own, shared, self._headers)
        params = (asked, self.params, *(each.params for each in own))
        dialect = dialect_of(plain, self._learned, judges=speaker in SEATS)
        return with_params(plain, dialect, *params)

    @property
    def _name_alone(self) -> dict[str, JsonValue]:
        """Additional parameters of calls in judge mode `probability`: the request for logprobs."""
        return asking_for(_ALTERNATIVES) if self.judge_mode == "probability" else {}

    def _own_settings(self, speaker: Speaker) -> list[RoleSettings]:
        """The role settings of a speaker; for a further judge the role's first, then its own."""
        names: list[Speaker] = ["judge", speaker] if speaker in SEATS[1:] else [speaker]
        return [self.role_settings[name] for name in names if name in self.role_settings]

    def dialect_of(self, settings: ModelSettings) -> Dialect:
        """Parameters that the model's endpoint rejects or knows by another name, if known."""
        return dialect_of(settings, self._learned)

    def begins_blank(self, settings: ModelSettings) -> bool:
        """Whether the model was seen to begin its answers with an empty line."""
        return first_line_key(settings) in self._learned

    def model_of(self, speaker: Speaker) -> BaseChatModel:
        """The chat model of a speaker. Raises ModelError if there is no such model, or no key."""
        if self.models is not None:
            return self.models(speaker)
        settings = self.settings[speaker]
        return self._own_models.get(settings.model) or chat_model(settings)

    def check(self) -> None:
        """Check the prompt pack and all models before the first call is paid.

        Raises PromptPackError if the pack can't be used, ModelError if a role's model can't be
        made. Models given by `with_models` are not checked.
        """
        if self.pack and self.models is None:
            self.check_judges()
            for speaker in self.settings:
                self.model_of(speaker)

    def check_judges(self) -> None:
        """Raise ModelError if the judge mode needs logprobs and a judge's provider has none."""
        if self.judge_mode == "probability":
            for judge in self.judges:
                need_logprobs(self.settings[judge].model)

    def check_own_models(self) -> None:
        """Raise ModelError for a string that stands for a chat model object that was not given."""
        for settings in self.settings.values():
            if is_own(settings.model) and settings.model not in self._own_models:
                make_model(settings)


_DEFAULTS = Context()


def current_context() -> Context:
    """The context of the running graph; the defaults where none was given."""
    try:
        return get_runtime(Context).context or _DEFAULTS
    except RuntimeError:  # a node invoked by itself, outside of a graph
        return _DEFAULTS

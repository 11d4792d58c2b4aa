"""Context: the settings of a run of the graph, which Studio shows as a form."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Self, cast

from langchain_core.language_models import BaseChatModel
from langgraph.config import get_config
from langgraph.runtime import get_runtime
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from nodes import options as o
from nodes.guards.choice import chosen_guards
from nodes.guards.own import OwnGuard
from nodes.models.dialects import Dialect, known_dialect, params_of
from nodes.models.headers import name_variables
from nodes.models.logprobs import asking_for
from nodes.models.models import chat_model, make_model
from nodes.models.names import address_of, is_own, need_logprobs
from nodes.models.request import body_of
from nodes.models.settings import ModelSettings
from nodes.option import option_of
from nodes.serving import allowance
from prompts.pack import PromptPack, load_pack
from prompts.roles import SEATS, Seat, Speaker

ModelProvider = Callable[[Speaker], BaseChatModel]
"""Who gives each speaker its chat model."""
Learned = Mapping[str, Dialect]
"""What endpoints have been found to refuse, by model and base URL."""


def as_field(declared: Any) -> Any:
    """Make a declared option a field of a context: its default, and its help as description."""
    option = option_of(declared)
    return Field(default=option.default, description=option.help, examples=option.example)


class RoleSettings(BaseModel):
    """What one role has different from the others; None means the same as everyone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: o.Addresses = Field(
        default=None, description="Address of this role's endpoint, or several."
    )
    temperature: o.Heat | None = Field(default=None, description="Sampling temperature.")
    top_p: o.Probability | None = Field(default=None, description="Nucleus sampling mass.")
    max_tokens: o.Tokens | None = Field(default=None, description="Longest answer, in tokens.")
    params: dict[str, JsonValue] = Field(
        default={}, description="More entries of its calls' body; null leaves one out."
    )


_SHARED = ("base_url", *o.SAMPLING)
"""What all roles have alike unless one says otherwise, beside parameters, which add up."""
_NAME_TOKENS = 16
"""Longest answer of a judge that is asked for a name alone."""
_ALTERNATIVES = 20
"""Tokens told in each place: the most that OpenAI and vLLM tell."""


class Context(BaseModel):
    """Settings of a run. The defaults are the paper's (appendix B), with the rehearsal model."""

    # An error that quoted what was given would keep a password in a base URL with the thread.
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
    temperature: o.Heat = as_field(o.Temperature)
    top_p: o.Probability = as_field(o.TopP)
    max_tokens: o.Tokens = as_field(o.MaxTokens)
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

    _models: ModelProvider | None = PrivateAttr(default=None)
    _own_models: Mapping[str, BaseChatModel] = PrivateAttr(default={})
    _headers: Mapping[str, str] = PrivateAttr(default={})
    _learned: Learned = PrivateAttr(default={})
    _own_guards: tuple[OwnGuard, ...] = PrivateAttr(default=())

    @field_validator("base_url", mode="after")
    @classmethod
    def _are_addresses(cls, given: o.Addresses) -> o.Addresses:
        """Have one address as a text, and none twice."""
        first, more = split_addresses(given)
        return (first, *more) if first is not None and more else first

    @field_validator("guards", mode="before")
    @classmethod
    def _are_guards(cls, given: object) -> object:
        """Take a list of names, too. Raises ValueError that names the nearest guard."""
        names = cast("list[str] | tuple[str, ...]", given)
        choice = ",".join(map(str, names)) if isinstance(given, list | tuple) else given
        if isinstance(choice, str):
            chosen_guards(choice)
        return choice

    @field_validator("economy")
    @classmethod
    def _has_a_first_line(cls, economy: bool, others: ValidationInfo) -> bool:
        """Raises ValueError where the judge's first line is not where its verdict stands."""
        if economy and others.data.get("judge_mode") == "reasoned":
            raise ValueError(
                "asks for the judge's first line alone, and judge mode reasoned has the verdict on "
                "its last: leave out one of them"
            )
        return economy

    @field_validator("judge_model")
    @classmethod
    def _is_a_panel(cls, given: str | list[str] | None) -> str | list[str] | None:
        """One judge in a list is one alone. Raises ValueError for none, too many, or one twice."""
        if not isinstance(given, list):
            return given
        if not 0 < len(given) <= len(SEATS) or len(set(given)) < len(given):
            raise ValueError(f"a panel has up to {len(SEATS)} judges, each another model")
        return given[0] if len(given) == 1 else given

    @model_validator(mode="after")
    def _is_allowed(self) -> Self:
        """Refuse what a server's client may not ask for: no state it sets leads past this.

        Raises ValueError that names the setting.
        """
        allowed = allowance()
        if allowed is not None:
            if "max_rounds" in self.model_fields_set:
                allowed.check_rounds(self.max_rounds)
            allowed.pack(self.prompt_pack)
            said = (self, *self.role_settings.values())
            params = [name for each in said for name in each.params]
            for own in self.settings.values():
                allowed.check_model(own.model)
                allowed.check_params(own.model, params)
            for each in said:
                allowed.check_base_urls(each.base_url)
        return self

    @cached_property
    def chosen_guards(self) -> tuple[str, ...]:
        """The guards that refuse an edit, by name; none if it is not even cleaned."""
        return chosen_guards(self.guards)

    @property
    def own_guards(self) -> tuple[OwnGuard, ...]:
        """Guards of the user's own. No field: who sends a server settings must not choose code."""
        return self._own_guards

    @cached_property
    def pack(self) -> PromptPack:
        """The prompt pack, loaded once. Raises PromptPackError."""
        allowed = allowance()
        return load_pack(allowed.pack(self.prompt_pack) if allowed else self.prompt_pack)

    @cached_property
    def judges(self) -> tuple[Seat, ...]:
        """Who judges: one, or the panel."""
        return SEATS[: len(self.judge_model)] if isinstance(self.judge_model, list) else SEATS[:1]

    @cached_property
    def settings(self) -> dict[Speaker, ModelSettings]:
        """The settings with which each role, and each further judge, calls its model."""
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
        asked = self._name_alone if speaker in SEATS else {}
        shared: dict[str, Any] = {name: getattr(self, name) for name in _SHARED}
        if asked:
            shared["max_tokens"] = _NAME_TOKENS
        params: dict[str, JsonValue] = {}
        for own in self._own_settings(speaker):
            shared |= own.model_dump(include=set(_SHARED), exclude_none=True)
            params |= own.params
        if shared["base_url"] == self.base_url:  # one gateway's is no other endpoint's affair
            shared["headers"] = dict(self._headers)
        first, more = split_addresses(shared.pop("base_url"))
        plain = ModelSettings(model=model or self.model, base_url=first, more_urls=more, **shared)
        dialect = params_of(self.dialect_of(plain), body_of(plain))
        return plain.model_copy(update={"params": {**dialect, **asked, **self.params, **params}})

    @property
    def _name_alone(self) -> dict[str, JsonValue]:
        """What a judge's calls carry besides where it is asked for a name and its probability."""
        return asking_for(_ALTERNATIVES) if self.judge_mode == "probability" else {}

    def _own_settings(self, speaker: Speaker) -> list[RoleSettings]:
        """What a speaker has different; a further judge has the role's own, and then its own."""
        names: list[Speaker] = ["judge", speaker] if speaker in SEATS[1:] else [speaker]
        return [self.role_settings[name] for name in names if name in self.role_settings]

    def dialect_of(self, settings: ModelSettings) -> Dialect:
        """What the model's endpoint does not take, or calls otherwise, as far as is known."""
        learned = self._learned.get(learned_key(settings), {})
        return {**known_dialect(settings.model, settings.base_url), **learned}

    def model_of(self, speaker: Speaker) -> BaseChatModel:
        """The chat model of a speaker. Raises ModelError if there is no such model, or no key."""
        models = self._models  # once: pydantic takes its time for a private attribute
        if models is not None:
            return models(speaker)
        settings = self.settings[speaker]
        return self._own_models.get(settings.model) or chat_model(settings)

    def check(self) -> None:
        """Find out whether the run can do what it is told, before its first call is paid.

        Raises PromptPackError if the pack can't be used, ModelError if a role's model can't be
        made; models from elsewhere are their giver's care.
        """
        if self.pack and self._models is None:
            self.check_judges()
            for speaker in self.settings:
                self.model_of(speaker)

    def check_judges(self) -> None:
        """Raise ModelError if the judge mode needs what a judge's provider never tells."""
        if self.judge_mode == "probability":
            for judge in self.judges:
                need_logprobs(self.settings[judge].model)

    def with_models(self, models: ModelProvider) -> Self:
        """Return the same settings with chat models from elsewhere, such as a run's engine."""
        copy = self.model_copy()
        copy._models = models
        return copy

    @property
    def own_models(self) -> Mapping[str, BaseChatModel]:
        """Chat models of the user's own, by the strings that stand for them."""
        return self._own_models

    def check_own_models(self) -> None:
        """Raise ModelError for a string that stands for an object which nobody gave."""
        for settings in self.settings.values():
            if is_own(settings.model) and settings.model not in self._own_models:
                make_model(settings)

    def with_own_models(self, models: Mapping[str, BaseChatModel]) -> Self:
        """Return the same settings with chat models that some of their strings stand for."""
        copy = self.model_copy()
        copy._own_models = models
        return copy

    def with_own_guards(self, guards: Iterable[OwnGuard]) -> Self:
        """Return the same settings with guards of the user's own."""
        copy = self.model_copy()
        copy._own_guards = tuple(guards)
        return copy

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of calls to where no role's own address leads, by references to variables.

        No field: who sends a server settings must not have its environment sent elsewhere.
        """
        return self._headers

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """Return the same settings with headers, each by a reference to a variable."""
        name_variables(headers)
        copy = self.model_copy()
        copy._headers = headers
        vars(copy).pop("settings", None)  # made anew
        return copy

    def with_learned(self, learned: "Learned") -> Self:
        """Return the same settings for endpoints of which more is known."""
        copy = self.with_fields({})
        copy._learned = learned
        return copy

    def with_fields(self, fields: Mapping[str, Any]) -> Self:
        """Return the same settings but for these, which are valid."""
        copy = self.model_copy(update=fields)
        vars(copy).pop("settings", None)  # made anew
        return copy


def split_addresses(given: o.Addresses) -> tuple[str | None, tuple[str, ...]]:
    """The first of some addresses, None for the provider's own, and the others, each once."""
    listed = (given,) if isinstance(given, str) else given or ()
    first, *more = tuple(dict.fromkeys(listed)) or (None,)
    return first, tuple(filter(None, more))


def learned_key(settings: ModelSettings) -> str:
    """What a dialect is learned of: a model at an address."""
    return f"{settings.model} at {address_of(settings.model, settings.base_url)}"


_DEFAULTS = Context()


def current_context() -> Context:
    """The context of the running graph; the defaults where none was given."""
    try:
        get_config()
    except RuntimeError:  # a node invoked by itself, outside of a graph
        return _DEFAULTS
    return get_runtime(Context).context or _DEFAULTS

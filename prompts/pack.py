"""Prompt packs: the words of every agent, loaded from YAML and checked before anything is sent."""

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import ValidationError, model_validator

from prompts.parts import (
    Ablations,
    ConversationLayout,
    InputVariants,
    JudgeQuestions,
    PackPart,
    Roles,
    Tasks,
)
from prompts.placeholders import check_placeholders
from prompts.repair import DEFAULT, Repair
from prompts.roles import JudgeMode
from prompts.verdicts import Verdicts

_DELIMITER = re.compile(r"\[[^\[\]{}\n]+\]|<[^<>{}\n]+>")
_OPTIONAL_QUESTIONS = ("probability", "reasoned")
"""Judge's questions that a pack may leave out; the built-in pack's are then asked."""
BUILT_IN = ("coevol", "shared-prefix")
"""Packs that are given by name rather than by path."""


class PromptPackError(ValueError):
    """A prompt pack that can't be used; the message names the pack, the field and what to do."""


class PromptPack(PackPart):
    """Every text that the agents are sent."""

    name: str
    description: str = ""
    sample: InputVariants
    request: InputVariants
    preamble: InputVariants
    roles: Roles
    tasks: Tasks
    ablations: Ablations | None = None
    judge_question: JudgeQuestions
    conversation: ConversationLayout
    # None stands for the words of the built-in prompts, which `nodes.judging` knows: a pack that
    # says nothing here keeps the hash that its runs began with, and they can be resumed.
    verdicts: Verdicts | None = None
    # None stands for `prompts.repair.DEFAULT`, for the same reason.
    repair: Repair | None = None

    @model_validator(mode="after")
    def _placeholders_fit(self) -> "PromptPack":
        for field, text in _texts(self.model_dump(exclude_none=True, exclude={"verdicts"})):
            check_placeholders(field, text)
        return self

    def __hash__(self) -> int:
        """Hash by `hash`, which is computed once."""
        return hash(self.hash)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the pack's texts, in hex: packs with the same hash ask and read the same.

        Optional questions that equal the built-in pack's are left out, so that runs from before
        these questions existed have the same hash and can be resumed.
        """
        own, known = self.judge_question, load_pack().judge_question
        same = {name for name in _OPTIONAL_QUESTIONS if getattr(own, name) == getattr(known, name)}
        texts = self.model_dump_json(
            exclude={"description": True, "judge_question": same}, exclude_none=True
        )
        return sha256(texts.encode()).hexdigest()

    def text(self, field: str) -> str:
        """The text of a role or a task, such as `tasks.advisor`."""
        part, _, name = field.partition(".")
        return getattr(getattr(self, part), name)

    def with_texts(self, texts: Mapping[str, str]) -> "PromptPack":
        """The pack with some texts of roles and tasks replaced, by field. The fields must exist.

        Raises pydantic's ValidationError if a text lacks a placeholder, or has an unknown one.
        """
        changed = self.model_dump(exclude_none=True)
        for field, text in texts.items():
            part, _, name = field.partition(".")
            changed[part][name] = text
        return PromptPack.model_validate(changed)

    def question(self, mode: JudgeMode) -> str:
        """The text that asks for the verdict in a judge mode; the value of `{judge_question}`."""
        own: str | None = getattr(self.judge_question, mode)
        return getattr(load_pack().judge_question, mode) if own is None else own

    @property
    def alone(self) -> Ablations:
        """The prompts of agents that work alone. Raises PromptPackError if the pack has none."""
        if self.ablations is None:
            hint = "copy that section from the built-in pack, coevol"
            raise PromptPackError(
                f"prompt pack {self.name}: has no `ablations`, which this framework needs; {hint}"
            )
        return self.ablations

    @property
    def repair_task(self) -> str:
        """The task of `--repair`, which names an edit's flaws; it has the placeholder `{flaws}`."""
        return DEFAULT if self.repair is None else self.repair.editor

    @cached_property
    def judge_delimiters(self) -> tuple[str, ...]:
        """The marks the judge's prompt is laid out with, such as `[System]` and `<assistant 1>`."""
        texts = (self.tasks.judge, self.judge_question.choice)
        return tuple(dict.fromkeys(mark for text in texts for mark in _DELIMITER.findall(text)))


def _texts(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return the dotted name and the text of every leaf that is sent to a model."""
    leaves: list[tuple[str, str]] = []
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            leaves += _texts(cast("Mapping[str, Any]", value), f"{name}.")
        elif prefix:
            leaves.append((name, cast("str", value)))
    return leaves


def load_pack(name: str = "coevol") -> PromptPack:
    """Load a pack by the name of a built-in one, or by the path of a YAML file.

    A pack with `base: coevol` inherits from it whatever it leaves out. A file that has changed is
    loaded again. Raises PromptPackError if there is no such pack, it is not YAML, or its fields or
    placeholders are wrong.
    """
    if not name.endswith((".yaml", ".yml")) and "/" not in name:
        return _load(name, files("prompts") / f"{name}.yaml", 0)
    path = Path(name)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:  # reported where the file is read
        changed = 0
    return _load(name, path, changed)


@lru_cache(maxsize=32)
def _load(name: str, source: Traversable, changed: int) -> PromptPack:
    """Load a pack; cached by the time at which its file was `changed`."""
    try:
        data = yaml.safe_load(source.read_text("utf-8"))
    except FileNotFoundError:
        hint = f"give the path of a YAML file, or a built-in pack's name: {', '.join(BUILT_IN)}"
        raise PromptPackError(f"prompt pack {name}: not found; {hint}") from None
    except OSError as error:
        raise PromptPackError(f"prompt pack {name}: can't be read: {error.strerror}") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise PromptPackError(f"prompt pack {name}: not a YAML text: {_reason(error)}") from None
    try:
        return PromptPack.model_validate(_on_its_base(name, data))
    except ValidationError as error:
        raise PromptPackError(f"prompt pack {name}: {_first_problem(error)}") from None


def _reason(error: UnicodeDecodeError | yaml.YAMLError) -> str:
    """What is wrong and where, without quoting the file, which may contain private text."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return " ".join(str(error).split())
    mark = error.problem_mark
    return f"{error.problem}, at line {mark.line + 1}, column {mark.column + 1}"


def _on_its_base(name: str, data: Any) -> Any:
    """A pack's fields completed from its base. Raises PromptPackError."""
    if not isinstance(data, dict) or "base" not in data:
        return cast("Any", data)
    own = cast("dict[str, Any]", data)
    if own.pop("base") != "coevol":
        raise PromptPackError(f"prompt pack {name}: base: must be coevol, the built-in pack")
    return _laid_over(load_pack().model_dump(exclude={"name", "description"}), own)


def _laid_over(base: Any, own: Any) -> Any:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    fields, changes = cast("dict[str, Any]", base), cast("dict[str, Any]", own)
    return fields | {name: _laid_over(fields.get(name), each) for name, each in changes.items()}


def _first_problem(error: ValidationError) -> str:
    problem = error.errors()[0]
    where = ".".join(str(part) for part in problem["loc"])
    what = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {what}" if where else what

"""Options of the agents: name, type, bounds, default and help of each, declared once.

The fields of the graph's Context come from here, and so do the command line, Python's keyword
arguments, recipes, environment variables and the tables in docs (`runners.options`). pydantic
validates these types. A pydantic model would hold the same, but building one costs 0.2 s at each
start of the command line, which reads this file.
"""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, NamedTuple, TypedDict

from annotated_types import Ge, Gt, Le

from prompts.roles import JudgeMode, Role


class Option(NamedTuple):
    """What an option has beside its name, its type and its bounds."""

    default: Any
    help: str
    panel: str = ""
    """Under which heading help pages and tables have it."""
    flag: str | None = None
    """Its name on the command line where that is not its own with dashes; DATA has none."""
    typed: Any = None
    """What the command line reads, where that is not the option's own type."""
    read: Callable[[Any], Any] | None = None
    """Makes the value of a text; raises ValueError saying how to write it."""
    metavar: str | None = None
    example: Any = None


class OptionError(ValueError):
    """A text that is no value of its option; the message says how to write one."""


def option_of(declared: Any) -> Option:
    """What a declared type says of its option. Raises StopIteration if it is none."""
    return next(each for each in declared.__metadata__ if isinstance(each, Option))


_ASSIGNMENT = re.compile(r"(\w+)\.(\w+)=(.+)")


def _read_roles(text: str | list[str]) -> dict[str, dict[str, str]]:
    """Read `ROLE.NAME=VALUE`, several in a list or with blanks between them."""
    roles: dict[str, dict[str, str]] = {}
    for assignment in text.split() if isinstance(text, str) else text:
        match = _ASSIGNMENT.fullmatch(assignment)
        if match is None:
            raise OptionError("write ROLE.NAME=VALUE, such as judge.temperature=0.3")
        roles.setdefault(match[1], {})[match[2]] = match[3]
    return roles


_MODEL, _RUN, _DATA = "Model", "Run", "Data"


def _role_model(speaker: str) -> Option:
    return Option(None, f"Model of the {speaker} alone; if not given, that of all.", _MODEL)


Model = Annotated[
    str,
    Option(
        "rehearsal",
        "Model of all agents: openai:NAME (any OpenAI-compatible endpoint), vllm:NAME, "
        "ollama:NAME, glm:NAME, ernie:NAME, or rehearsal (rule-based, no language model).",
        _MODEL,
        example=["openai:gpt-4o-mini", "vllm:Qwen/Qwen3-8B"],
    ),
]
BaseUrl = Annotated[
    str | None,
    Option(None, "Address of the endpoint, such as http://localhost:8000/v1.", _MODEL),
]
PositiveModel = Annotated[str | None, _role_model("positive debater")]
CriticalModel = Annotated[str | None, _role_model("critical debater")]
AdvisorModel = Annotated[str | None, _role_model("advisor")]
EditorModel = Annotated[str | None, _role_model("editor")]
JudgeModel = Annotated[str | None, _role_model("judge")]
RoleSettings = Annotated[
    Mapping[Role, Mapping[str, Any]] | None,
    Option(
        None,
        "Another setting of one role: ROLE.NAME=VALUE with base_url, temperature, top_p or "
        "max_tokens, such as judge.temperature=0.3. May be repeated.",
        _MODEL,
        flag="--set",
        typed=list[str] | None,
        read=_read_roles,
        metavar="ROLE.NAME=VALUE",
    ),
]
Temperature = Annotated[float, Ge(0), Le(2), Option(0.0, "Sampling temperature.", _MODEL)]
TopP = Annotated[float, Gt(0), Le(1), Option(1.0, "Nucleus sampling mass.", _MODEL)]
MaxTokens = Annotated[int, Ge(1), Option(1000, "Longest answer of an agent, in tokens.", _MODEL)]
SystemRole = Annotated[
    Literal["native", "merge"],
    Option(
        "native",
        "merge puts the role-play prompt in front of the first task prompt, for models without a "
        "system role, such as Mixtral (appendix A.2).",
        _MODEL,
    ),
]
Rounds = Annotated[int, Ge(1), Le(1000), Option(3, "K, the most rounds of evolution.", _RUN)]
PromptPack = Annotated[
    str, Option("coevol", "Prompts: coevol (the paper's), or the path of a YAML pack.", _RUN)
]
JudgeModeOption = Annotated[
    JudgeMode,
    Option(
        "choice",
        "choice: the judge names the better response; score: it grades both (the alternative that "
        "section 2.2 rejects).",
        _RUN,
    ),
]
Economy = Annotated[
    bool,
    Option(
        False,
        "Ask the judge for its first line only, where the verdict stands: the same decisions for "
        "fewer tokens, without explanations.",
        _RUN,
    ),
]
Window = Annotated[
    int,
    Ge(1),
    Option(3, "Rounds of a conversation that the agents see, the present one included.", _DATA),
]
MaxTurns = Annotated[
    int | None,
    Ge(1),
    Option(None, "Turns to evolve in a conversation, from the first; if not given, all.", _DATA),
]
MaxConversationTokens = Annotated[
    int | None,
    Ge(1),
    Option(
        None,
        "Evolve no turn after the one at which the conversation so far has this many tokens, four "
        "characters counted as one; if not given, there is no limit.",
        _DATA,
    ),
]


class Agents(TypedDict, total=False):
    """Which models speak."""

    model: Model
    base_url: BaseUrl
    positive_model: PositiveModel
    critical_model: CriticalModel
    advisor_model: AdvisorModel
    editor_model: EditorModel
    judge_model: JudgeModel
    role_settings: RoleSettings


class Sampling(TypedDict, total=False):
    """How models speak."""

    temperature: Temperature
    top_p: TopP
    max_tokens: MaxTokens
    system_role: SystemRole


class RoundLimit(TypedDict, total=False):
    """How long the loop is."""

    rounds: Rounds


class Judging(TypedDict, total=False):
    """What is said to agents, the judge above all."""

    prompt_pack: PromptPack
    judge_mode: JudgeModeOption
    economy: Economy


class Conversations(TypedDict, total=False):
    """How far conversations are evolved."""

    window: Window
    max_turns: MaxTurns
    max_conversation_tokens: MaxConversationTokens

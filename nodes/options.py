"""Options of the agents: name, type, bounds, default and help of each, declared once.

The fields of the graph's Context, the command line, Python's keyword arguments, recipes,
environment variables and the tables in docs (`runners.options`) are all derived from them. pydantic
validates the types. Declaring them as pydantic models would work, too, but building these takes 0.2
s at each start of the command line, which reads this file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, TypedDict

from annotated_types import Ge, Gt, Le

from nodes.option import (
    Option,
    read_addresses,
    read_models,
    read_params,
    read_roles,
    read_texts,
)
from prompts.roles import JudgeMode, Speaker

LEFT_OUT = "none"
"""The value that leaves a sampling setting out of calls."""
SAMPLING = ("temperature", "top_p", "max_tokens")
"""The settings that can be `none`."""
PLAIN = ("base_url", *SAMPLING)
"""Settings of a role that have fields of their own; all others go into a call's body."""
_MODEL, _RUN, _DATA = "Model", "Run", "Data"


ModelObject = Any
"""LangChain's BaseChatModel, which takes a second to import. Can be given from Python only."""
AGENT_MODELS = (
    "model",
    "positive_model",
    "critical_model",
    "advisor_model",
    "editor_model",
    "judge_model",
)
"""The options that name models."""


def _role_model(speaker: str) -> Option:
    words = f"Model of the {speaker} alone; if not given, that of all."
    return Option(None, words, _MODEL, typed=str | None)


Model = Annotated[
    str | ModelObject,
    Option(
        "rehearsal",
        "Model of all agents: openai:NAME (any OpenAI-compatible endpoint), vllm:NAME, "
        "ollama:NAME, anthropic:NAME and so on (docs/models.md), gguf:FILE (llama.cpp inside the "
        "process), or rehearsal (rule-based, no language model).",
        _MODEL,
        typed=str,
        example=["openai:gpt-4o-mini", "vllm:Qwen/Qwen3-8B"],
    ),
]
Addresses = str | Sequence[str] | None
BaseUrl = Annotated[
    Addresses,
    Option(
        None,
        "Address of the endpoint, such as http://localhost:8000/v1. May be repeated for several "
        "that serve the same model: calls go to the least busy one.",
        _MODEL,
        typed=list[str] | None,
        read=read_addresses,
        metavar="URL",
    ),
]
PositiveModel = Annotated[str | ModelObject | None, _role_model("positive debater")]
CriticalModel = Annotated[str | ModelObject | None, _role_model("critical debater")]
AdvisorModel = Annotated[str | ModelObject | None, _role_model("advisor")]
EditorModel = Annotated[str | ModelObject | None, _role_model("editor")]
JudgeModel = Annotated[
    str | list[str | ModelObject] | ModelObject | None,
    Option(
        None,
        "Model of the judge alone; if not given, that of all. Given several times, a panel of "
        "judges whose points are added up (docs/judges.md).",
        _MODEL,
        typed=list[str] | None,
        read=read_models,
        metavar="MODEL",
    ),
]
RoleSettings = Annotated[
    Mapping[Speaker, Mapping[str, Any]] | None,
    Option(
        None,
        "Another setting of one role: base_url, or any entry of its calls, such as "
        "judge.temperature=0.3. May be repeated.",
        _MODEL,
        flag="--set",
        typed=list[str] | None,
        read=read_roles,
        metavar="ROLE.NAME=JSON",
    ),
]
TopPValue = Annotated[float, Gt(0), Le(1)]
TemperatureValue = Annotated[float, Ge(0), Le(2)]
TokenCount = Annotated[int, Ge(1)]
Temperature = Annotated[
    TemperatureValue | Literal["none"],
    Option(0.0, "Sampling temperature.", _MODEL, typed=str, metavar="NUMBER|none"),
]
TopP = Annotated[
    TopPValue | Literal["none"],
    Option(1.0, "Nucleus sampling mass.", _MODEL, typed=str, metavar="NUMBER|none"),
]
MaxTokens = Annotated[
    TokenCount | Literal["none"],
    Option(
        1000,
        "Longest answer of an agent, in tokens.",
        _MODEL,
        typed=str,
        metavar="NUMBER|none",
    ),
]
Params = Annotated[
    Mapping[str, Any] | None,
    Option(
        None,
        "Another entry of every call's body, such as seed=7, reasoning_effort=low or "
        'chat_template_kwargs={"enable_thinking": false}; null leaves one out. May be repeated.',
        _MODEL,
        flag="--param",
        typed=list[str] | None,
        read=read_params,
        metavar="NAME=JSON",
    ),
]
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
    str,
    Option(
        "coevol",
        "Prompts: coevol (the paper's), shared-prefix (the same words, the sample first, for "
        "endpoints that cache prefixes: not the paper's order), or the path of a YAML pack.",
        _RUN,
    ),
]
JudgeModeOption = Annotated[
    JudgeMode,
    Option(
        "choice",
        "choice: the judge names the better response; probability: how likely it names each, for "
        "a name's tokens; reasoned: it gives its reasons first; score: it grades both (the "
        "alternative that section 2.2 rejects). docs/judges.md compares them.",
        _RUN,
    ),
]
Margin = Annotated[
    float,
    Ge(0),
    Option(
        0.0,
        "By how many points more than the response an edit must win: in mode probability by how "
        "much more probability, 0 to 1.",
        _RUN,
    ),
]
Economy = Annotated[
    bool,
    Option(
        False,
        "Ask the judge for no more than its first line, which has the verdict: the same decisions "
        "for fewer tokens, without explanations.",
        _RUN,
    ),
]
Guards = Annotated[
    str,
    Option(
        "default",
        "Guards that refuse a flawed edit before it is judged: default, all, or names with commas "
        "(docs/guards.md); none judges every whole edit as it came, as the paper does.",
        _RUN,
        example=["default", "none", "default,language"],
    ),
]
Repair = Annotated[
    int,
    Ge(0),
    Le(10),
    Option(
        0,
        "How often the editor is asked again in a round for an edit that the guards refuse, with "
        "its flaws named.",
        _RUN,
    ),
]
OwnGuards = Annotated[
    Sequence[str | Callable[..., Any]] | None,
    Option(
        None,
        "A guard of your own, by module and function: returns why an edit is refused, if it is "
        "(docs/guards.md). In Python also the function itself. May be repeated.",
        _RUN,
        typed=list[str] | None,
        read=read_texts,
        metavar="MODULE:FUNCTION",
    ),
]
Window = Annotated[
    int,
    Ge(1),
    Option(
        3,
        "Questions of a conversation, with their answers, that the agents see, the present one "
        "included.",
        _DATA,
    ),
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
MaxResponseTokens = Annotated[
    int | None,
    Ge(1),
    Option(
        None,
        "Leave responses longer than this as they are, four characters counted as a token; if not "
        "given, there is no limit.",
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


class JudgeAgents(TypedDict, total=False):
    """Which models judge, where nobody else speaks."""

    base_url: BaseUrl
    judge_model: JudgeModel
    role_settings: RoleSettings


class Sampling(TypedDict, total=False):
    """How models speak."""

    temperature: Temperature
    top_p: TopP
    max_tokens: MaxTokens
    params: Params
    system_role: SystemRole


class RoundLimit(TypedDict, total=False):
    """How long the loop is."""

    rounds: Rounds


class Judging(TypedDict, total=False):
    """What is said to agents, the judge above all."""

    prompt_pack: PromptPack
    judge_mode: JudgeModeOption
    margin: Margin
    economy: Economy


class Guarding(TypedDict, total=False):
    """Which edits never reach the judge."""

    guards: Guards
    guard: OwnGuards
    repair: Repair


class Conversations(TypedDict, total=False):
    """How far conversations are evolved."""

    window: Window
    max_turns: MaxTurns
    max_conversation_tokens: MaxConversationTokens
    max_response_tokens: MaxResponseTokens

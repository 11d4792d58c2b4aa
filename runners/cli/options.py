"""Options of the command line, each declared once for all commands that have it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

_MODEL, _RUN, _MONEY, _SCALE = "Model", "Run", "Money", "Scale"

DataFile = Annotated[
    str,
    typer.Argument(
        help="Dataset: JSON, JSONL, CSV, Parquet or Arrow, or a folder, on a disk or in a store "
        "(s3://, gs://, hf:// ...); or hf:NAME.",
        show_default=False,
    ),
]
RowFormat = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="alpaca, sharegpt, messages, prompt-completion, ultrachat, dolly or lima; "
        "found by looking at the fields if not given.",
    ),
]
FieldMap = Annotated[
    str | None,
    typer.Option("--map", help="Your own fields: instruction=FIELD,response=FIELD[,input=FIELD]."),
]
Window = Annotated[
    int, typer.Option(min=1, help="Rounds of a conversation that the agents see, with the present.")
]
MaxTurns = Annotated[
    int | None, typer.Option(min=1, help="Turns to evolve in a conversation, from the first.")
]
MaxConversationTokens = Annotated[
    int | None, typer.Option(min=1, help="Evolve no turn after a conversation has so many tokens.")
]
Out = Annotated[Path, typer.Option(help="Run folder; an existing run goes on.", show_default=False)]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder.", show_default=False)]

Model = Annotated[
    str,
    typer.Option(
        help="openai:NAME (any OpenAI-compatible endpoint), vllm:NAME, ollama:NAME, glm:NAME, "
        "ernie:NAME, or rehearsal (rule-based, no language model).",
        rich_help_panel=_MODEL,
    ),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="Address of the endpoint.", rich_help_panel=_MODEL)
]
PositiveModel = Annotated[
    str | None, typer.Option(help="Model of the positive debater.", rich_help_panel=_MODEL)
]
CriticalModel = Annotated[
    str | None, typer.Option(help="Model of the critical debater.", rich_help_panel=_MODEL)
]
AdvisorModel = Annotated[
    str | None, typer.Option(help="Model of the advisor.", rich_help_panel=_MODEL)
]
EditorModel = Annotated[
    str | None, typer.Option(help="Model of the editor.", rich_help_panel=_MODEL)
]
JudgeModel = Annotated[str | None, typer.Option(help="Model of the judge.", rich_help_panel=_MODEL)]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Another setting of one role: ROLE.NAME=VALUE with base_url, temperature, top_p or "
        "max_tokens, such as judge.temperature=0.3. May be repeated.",
        rich_help_panel=_MODEL,
    ),
]
Temperature = Annotated[float, typer.Option(min=0, max=2, rich_help_panel=_MODEL)]
TopP = Annotated[float, typer.Option(min=0, max=1, rich_help_panel=_MODEL)]
MaxTokens = Annotated[
    int, typer.Option(min=1, help="Longest answer, in tokens.", rich_help_panel=_MODEL)
]
SystemRole = Annotated[
    Literal["native", "merge"],
    typer.Option(
        help="merge: for models without a system role, such as Mixtral.", rich_help_panel=_MODEL
    ),
]

PilotSize = Annotated[
    int | None,
    typer.Option("--sample", min=1, help="Evolve so many rows for it; --cache keeps the answers."),
]
Force = Annotated[
    bool, typer.Option("--force", help="Of an unfinished run too: its calls are paid again.")
]
Id = Annotated[str | None, typer.Option("--id", help="Id of the row.")]

Framework = Annotated[
    Literal["edit", "advise-blind", "advise", "debate", "coevol"],
    typer.Option(
        help="The paper's ablations (4.1): all but coevol make one pass, and nobody judges it."
    ),
]
Rounds = Annotated[int, typer.Option(min=1, max=1000, help="K, the most rounds of evolution.")]
PromptPack = Annotated[str, typer.Option(help="coevol (the paper's), or the path of a YAML pack.")]
JudgeMode = Annotated[
    Literal["choice", "score"], typer.Option(help="The judge names the better one, or grades both.")
]
Economy = Annotated[
    bool,
    typer.Option(
        "--economy", help="The same decisions for fewer tokens, without the judge's explanations."
    ),
]
Limit = Annotated[int | None, typer.Option(min=1, help="Evolve at most so many rows.")]
Offset = Annotated[int, typer.Option(min=0, help="Skip so many rows at the start.")]
WhereId = Annotated[
    list[str] | None, typer.Option(help="Evolve the row with this id only. May be repeated.")
]

Concurrency = Annotated[
    str | None,
    typer.Option(
        help="Most calls in flight, or FEWEST-MOST. Halved when the endpoint is busy.",
        show_default="32",
        rich_help_panel=_RUN,
    ),
]
Engine = Annotated[
    Literal["local", "ray"],
    typer.Option(help="local: this process; ray: actors of a Ray cluster.", rich_help_panel=_SCALE),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        help="The cluster's, auto for this machine's; none starts one for this run.",
        rich_help_panel=_SCALE,
    ),
]
Actors = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Actors that evolve samples, a CPU each.",
        show_default="2",
        rich_help_panel=_SCALE,
    ),
]
ConcurrencyPerActor = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Most calls in flight of one actor; without --concurrency, of all times the actors.",
        rich_help_panel=_SCALE,
    ),
]
Rpm = Annotated[
    float | None, typer.Option(min=0.1, help="Most requests a minute.", rich_help_panel=_RUN)
]
Tpm = Annotated[
    float | None, typer.Option(min=1, help="Most tokens a minute.", rich_help_panel=_RUN)
]
Client = Annotated[
    Literal["aiohttp", "openai"],
    typer.Option(
        help="openai: LangChain's ChatOpenAI over the SDK, five times the CPU a call.",
        rich_help_panel=_RUN,
    ),
]
Timeout = Annotated[
    float, typer.Option(min=0.1, help="Seconds that a call may take.", rich_help_panel=_RUN)
]
Attempts = Annotated[
    int, typer.Option(min=1, help="Attempts at a call before its row fails.", rich_help_panel=_RUN)
]
GiveUpAfter = Annotated[
    float,
    typer.Option(
        min=0, help="Minutes without an answer after which the run ends.", rich_help_panel=_RUN
    ),
]
RetryFailed = Annotated[
    bool,
    typer.Option("--retry-failed", help="Try the failed rows again.", rich_help_panel=_RUN),
]
MaxFailures = Annotated[
    str | None,
    typer.Option(help="Stop after more failed rows: N, or P%.", rich_help_panel=_RUN),
]
Cache = Annotated[
    Path | None,
    typer.Option(help="Journal of answered calls to share between runs.", rich_help_panel=_RUN),
]
TraceSample = Annotated[
    float | None,
    typer.Option(
        min=0,
        max=1,
        help="Share of the rows to trace where LANGSMITH_TRACING is on, such as 0.01; the same "
        "rows at each start.",
        rich_help_panel=_RUN,
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing.", rich_help_panel=_RUN)]
Json = Annotated[
    bool, typer.Option("--json", help="Tell progress as JSON lines.", rich_help_panel=_RUN)
]

Budget = Annotated[
    float | None,
    typer.Option(min=0, help="Most US dollars to spend in all.", rich_help_panel=_MONEY),
]
MaxTokensTotal = Annotated[
    int | None, typer.Option(min=1, help="Most tokens to use in all.", rich_help_panel=_MONEY)
]
PriceIn = Annotated[
    float | None,
    typer.Option(min=0, help="US dollars a million prompt tokens.", rich_help_panel=_MONEY),
]
PriceOut = Annotated[
    float | None,
    typer.Option(min=0, help="US dollars a million answer tokens.", rich_help_panel=_MONEY),
]

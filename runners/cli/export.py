"""coevol export: a run as data to train on."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from runners.cli import options as o
from runners.cli.check import Longest
from runners.cli.errors import errors_on_one_line

To = Literal[
    "alpaca",
    "sharegpt",
    "messages",
    "prompt-completion",
    "parquet",
    "hub",
    "preference",
    "llama-factory",
    "trl",
    "axolotl",
]
_FLAWS, _PAIRS, _DATA, _TRAIN = "Flaws", "Preference", "Layouts, Parquet and Hub", "Trainers"

ToOption = Annotated[To, typer.Option("--to", help="Layout, store or trainer.", show_default=False)]
Out = Annotated[
    str,
    typer.Option(
        help="Folder for the files, on a disk or in a store (s3://, gs:// ...).", show_default=False
    ),
]
Partial = Annotated[
    bool, typer.Option("--partial", help="Export unfinished rows, too, with their originals.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an export of another kind in --out.")]
Data = Annotated[str | None, typer.Option(help="The run's dataset, if it has moved.")]
Drop = Annotated[
    list[str] | None,
    typer.Option(
        help="Leave out rows with this flaw (see coevol check); all for any. May be repeated.",
        rich_help_panel=_FLAWS,
    ),
]
Revert = Annotated[
    list[str] | None,
    typer.Option(
        help="Keep the originals of rows with this flaw. May be repeated.",
        rich_help_panel=_FLAWS,
    ),
]
Only = Annotated[
    Literal["final"] | None,
    typer.Option(
        help="Only one pair: the final response over the original.", rich_help_panel=_PAIRS
    ),
]
BothOrders = Annotated[
    bool,
    typer.Option(
        "--both-orders", help="Only edits that won in both orders.", rich_help_panel=_PAIRS
    ),
]
MinMargin = Annotated[
    float | None,
    typer.Option(
        min=0, help="Least points by which the edit won, over both orders.", rich_help_panel=_PAIRS
    ),
]
MaxLengthRatio = Annotated[
    float | None,
    typer.Option(
        min=0, help="Most times as long as the rejected response.", rich_help_panel=_PAIRS
    ),
]
Shape = Annotated[
    Literal["alpaca", "sharegpt", "messages", "prompt-completion"] | None,
    typer.Option(help="Layout of the rows; by default that of the input.", rich_help_panel=_DATA),
]
ShardRows = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Most rows in a file: data/train-00000-of-00012.parquet and so on. If not given, all "
        "in one file, but at most 250,000.",
        rich_help_panel=_DATA,
    ),
]
Repo = Annotated[
    str | None,
    typer.Option(help="Push to this dataset of the Hub: OWNER/NAME.", rich_help_panel=_DATA),
]
Public = Annotated[
    bool,
    typer.Option("--public", help="Make a new one public, not private.", rich_help_panel=_DATA),
]
Gpus = Annotated[
    int | None,
    typer.Option(
        min=1, help="GPUs that share the batch of 512; 8 if not given.", rich_help_panel=_TRAIN
    ),
]
HumanWord = Annotated[
    bool,
    typer.Option("--human", help="Follow people where they overrule the judge (see review)."),
]
TracesOption = Annotated[
    Literal["tags", "field", "drop"] | None,
    typer.Option(
        help="Thinking before responses: in <think> tags, in the field reasoning_content, or left "
        "out. If not given, in tags if the target has texts only, else where it is.",
        rich_help_panel=_DATA,
    ),
]


def export(
    arguments: typer.Context,
    run: o.RunPath,
    to: ToOption,
    out: Out,
    partial: Partial = False,
    data: Data = None,
    force: Force = False,
    drop: Drop = None,
    revert: Revert = None,
    longest: Longest = 10.0,
    only: Only = None,
    both_orders: BothOrders = False,
    min_margin: MinMargin = None,
    max_length_ratio: MaxLengthRatio = None,
    shape: Shape = None,
    shard_rows: ShardRows = None,
    repo: Repo = None,
    public: Public = False,
    gpus: Gpus = None,
    traces: TracesOption = None,
    human: HumanWord = False,
) -> None:
    """Export a finished run to train on: rows, preference pairs, or all that a trainer needs."""
    with errors_on_one_line():
        from runners.data.stores import location_of
        from runners.export.export import ExportRequest
        from runners.export.export import export as write
        from runners.export.hygiene import read_policy
        from runners.export.report import report_lines
        from runners.export.targets import given_options, make_target

        params = arguments.params
        options = given_options(to, params)
        policy = read_policy(drop, revert, longest)
        place, dataset = location_of(out), None if data is None else location_of(data)
        request = ExportRequest(
            run, to, place, options, policy, partial, dataset, force, traces, human
        )
        report = write(request, lambda source: make_target(to, source, params, policy))
        print("\n".join(report_lines(report, place)))
        if repo is not None:
            from runners.export.hub import push

            print(f"pushed: {push(Path(out), repo, public=public)}")

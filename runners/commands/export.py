"""coevol export: a run as data to train on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runners import options as o
from runners.commands.errors import errors_on_one_line

if TYPE_CHECKING:
    from runners.export.source import Source
    from runners.export.target import Target

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
_TRAINERS, _PREFERENCE, _SHAPED, _HUB = (
    ("llama-factory", "trl", "axolotl"),
    ("preference",),
    ("parquet", "hub"),
    ("hub",),
)
_ONLY_FOR = {
    "gpus": _TRAINERS,
    "only": _PREFERENCE,
    "both_orders": _PREFERENCE,
    "min_margin": _PREFERENCE,
    "max_length_ratio": _PREFERENCE,
    "shape": _SHAPED,
    "repo": _HUB,
    "public": _HUB,
}
_FLAWS, _PAIRS, _DATA, _TRAIN = "Flaws", "Preference", "Parquet and Hub", "Trainers"

ToOption = Annotated[To, typer.Option("--to", help="What for.", show_default=False)]
Out = Annotated[Path, typer.Option(help="Folder for the files.", show_default=False)]
Partial = Annotated[
    bool, typer.Option("--partial", help="Unfinished rows too, with their originals.")
]
Data = Annotated[Path | None, typer.Option(help="The run's dataset, if it is elsewhere now.")]
Drop = Annotated[
    list[str] | None,
    typer.Option(
        help="Leave rows with this flaw out (see coevol check); all for any. May be repeated.",
        rich_help_panel=_FLAWS,
    ),
]
Revert = Annotated[
    list[str] | None,
    typer.Option(
        help="Rows with this flaw keep their original responses. May be repeated.",
        rich_help_panel=_FLAWS,
    ),
]
Longest = Annotated[
    float | None,
    typer.Option(
        min=1,
        help="Times the original's length from which a response is too long.",
        rich_help_panel=_FLAWS,
    ),
]
Only = Annotated[
    Literal["final"] | None,
    typer.Option(help="The final response over the original alone.", rich_help_panel=_PAIRS),
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
        min=0, help="Points by which the edit won, both orders summed.", rich_help_panel=_PAIRS
    ),
]
MaxLengthRatio = Annotated[
    float | None,
    typer.Option(
        min=0, help="Longest chosen response, in times the rejected one.", rich_help_panel=_PAIRS
    ),
]
Shape = Annotated[
    Literal["alpaca", "sharegpt", "messages", "prompt-completion"] | None,
    typer.Option(help="Layout of the rows; by default that of the input.", rich_help_panel=_DATA),
]
Repo = Annotated[
    str | None,
    typer.Option(help="Push to this dataset of the Hub, OWNER/NAME.", rich_help_panel=_DATA),
]
Public = Annotated[
    bool,
    typer.Option("--public", help="Make it public; else it is private.", rich_help_panel=_DATA),
]
Gpus = Annotated[
    int | None,
    typer.Option(
        min=1, help="GPUs that share the batch of 512; 8 if not given.", rich_help_panel=_TRAIN
    ),
]


def export(
    arguments: typer.Context,
    run: o.RunPath,
    to: ToOption,
    out: Out,
    partial: Partial = False,
    data: Data = None,
    drop: Drop = None,
    revert: Revert = None,
    longest: Longest = None,
    only: Only = None,
    both_orders: BothOrders = False,
    min_margin: MinMargin = None,
    max_length_ratio: MaxLengthRatio = None,
    shape: Shape = None,
    repo: Repo = None,
    public: Public = False,
    gpus: Gpus = None,
) -> None:
    """Write a finished run as data to train on: rows, preference pairs, or all a trainer needs."""
    with errors_on_one_line():
        from runners.export.export import Order
        from runners.export.export import export as write
        from runners.export.report import report_lines

        params = arguments.params
        given = {name: params[name] for name in _ONLY_FOR if params[name]}
        _check(to, given)
        policy = _read_policy(params)
        options = given | {name: params[name] for name in ("drop", "revert") if params[name]}
        order = Order(run, to, out, options, policy, partial, data)
        report = write(order, lambda source: _target(to, source, params))
        print("\n".join(report_lines(report, out)))


def _check(to: To, given: dict[str, Any]) -> None:
    """Raise UsageError for an option that does nothing here."""
    from runners.errors import UsageError

    for name in given:
        if to not in _ONLY_FOR[name]:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option}: only with --to {' or '.join(_ONLY_FOR[name])}")


def _read_policy(params: dict[str, Any]) -> Any:
    from runners.errors import UsageError
    from runners.export.hygiene import Policy, read_flaws
    from runners.hygiene.flaws import LONGEST

    if params["revert"] and params["to"] == "preference":
        raise UsageError("--revert: a pair has no original to keep; use --drop")
    return Policy(
        read_flaws("--drop", params["drop"] or []),
        read_flaws("--revert", params["revert"] or []),
        params["longest"] or LONGEST,
    )


def _target(to: To, source: "Source", params: dict[str, Any]) -> "Target":
    from runners.export.axolotl import AxolotlTarget
    from runners.export.llama_factory import LlamaFactoryTarget
    from runners.export.preference import PairFilter, PreferenceTarget
    from runners.export.target import ShapeTarget
    from runners.export.trl import TrlTarget

    gpus = params["gpus"] or 8
    match to:
        case "llama-factory":
            return LlamaFactoryTarget(source.format, gpus)
        case "trl":
            return TrlTarget(gpus)
        case "axolotl":
            return AxolotlTarget(gpus)
        case "preference":
            return PreferenceTarget(
                PairFilter(
                    params["only"] == "final",
                    params["both_orders"],
                    params["min_margin"],
                    params["max_length_ratio"],
                )
            )
        case "parquet" | "hub":
            raise NotImplementedError
        case _:
            return ShapeTarget(to, source.format)

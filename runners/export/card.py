"""The card of a dataset on the Hugging Face Hub: how it was made, and its figures."""

from collections.abc import Iterator, Mapping
from itertools import starmap
from pathlib import Path
from typing import Any

import orjson

from nodes.conversation import ConversationContext
from nodes.counted import counted
from runners.data.hub import is_hub
from runners.data.stores import location_of
from runners.errors import UsageError
from runners.export.source import Source
from runners.extras import import_extra
from runners.folder.summary import read_summary

_PAPER = "https://aclanthology.org/2024.emnlp-main.290/"
_TOLD_APART = {
    "model",
    "base_url",  # may name a private host
    "positive_model",
    "critical_model",
    "advisor_model",
    "editor_model",
    "judge_model",
    "max_rounds",
    "prompt_pack",
    "role_settings",
}
"""Settings that the card does not list under their own names: others tell them, or nobody may."""


def make_card(source: Source, about_export: Mapping[str, object]) -> str:
    """The card of a run's dataset, in Markdown with metadata. The licence is left to the user.

    `about_export` are further figures by name. Raises UsageError if the run has no summary yet, or
    the extra `data` is not installed.
    """
    hub = import_extra("huggingface_hub", "Dataset cards", "data")
    metadata = hub.DatasetCardData(
        task_categories=["text-generation"], tags=["instruction-tuning", "synthetic", "coevol"]
    )
    figures = [*_figures(_read_summary(source)), *starmap(_line, about_export.items())]
    body = "\n".join([*_how_made(source), "", *figures, "", *_LICENCE])
    return f"---\n{metadata}\n---\n\n{body}\n"


_LICENCE = [
    "## Licence",
    "",
    "None is given here. What may be done with the data depends on the licence of its source and "
    "on the terms of the models; whoever publishes it says so in the metadata above (`license:`).",
]


def _how_made(source: Source) -> Iterator[str]:
    run_file, context = source.run_file, source.run_file.settings.context
    models = {role: settings.model for role, settings in context.settings.items()}
    yield "# Evolved responses"
    yield ""
    yield (
        "The responses of an instruction-tuning dataset, evolved by debating LLM agents with "
        f"coevol {run_file.coevol}, an implementation of [CoEvol]({_PAPER})."
    )
    if "rehearsal" in models.values():
        yield ""
        yield (
            "**Made with the rehearsal model: rules, no language model. The responses have better "
            "form, not better content; this is data to try tools on, not to train on.**"
        )
    yield from ["", "## How it was made", "", "| what | how |", "| --- | --- |"]
    yield _line("source", _source_name(run_file.data.path))
    yield _line("source, SHA-256", run_file.data.sha256 or "-")
    for role, model in models.items() if len(set(models.values())) > 1 else [("", context.model)]:
        yield _line(f"model {role}".strip(), model)
    yield _line("rounds at most (K)", context.max_rounds)
    yield _line("prompt pack", Path(context.prompt_pack).name)
    yield _line("prompt pack, SHA-256", run_file.settings.prompt_pack_sha256)
    yield from _other_settings(context)


def _other_settings(context: ConversationContext) -> Iterator[str]:
    """Settings that are not the defaults, without addresses."""
    for name, value in context.model_dump(mode="json", exclude_defaults=True).items():
        if name not in _TOLD_APART:
            yield _line(name, value)
    for role, settings in context.role_settings.items():
        for name, value in settings.model_dump(exclude_none=True, exclude={"base_url"}).items():
            yield _line(f"{name} of {role}", value)


def _figures(summary: dict[str, Any]) -> Iterator[str]:
    """The figures of a run's summary, without those that are unknown."""
    rows, calls, characters = summary["rows"], summary["calls"], summary["mean_response_characters"]
    yield from ["## Figures", "", "| what | how many |", "| --- | --- |"]
    yield _line("rows of the run", rows["rows"])
    yield _line("rows of which an edit won", rows["improved"])
    yield _line("rows that failed and keep their originals", rows["failed"])
    if rows["left"]:
        yield _line("rows that are not done and keep their originals", rows["left"])
    for accepted, count in summary["rounds"]["rows_by_accepted"].items():
        yield _line(f"rows with {counted(int(accepted), 'accepted round')}", count)
    yield _line("rounds", summary["rounds"]["run"])
    if unchanged := summary.get("editor", {}).get("unchanged"):
        yield _line("rounds whose edit is the response itself", unchanged)
    if summary["flip_share"] is not None:
        yield _line(
            "share of rounds whose verdict flips with the order", _short(summary["flip_share"])
        )
    if characters["before"] is not None:
        yield _line("mean characters of a response, before", _short(characters["before"]))
        yield _line("mean characters of a response, after", _short(characters["after"]))
    yield _line("calls answered", calls["answered"])
    if calls["input_tokens"] is not None:
        yield _line("tokens of prompts", calls["input_tokens"])
        yield _line("tokens of answers", calls["output_tokens"])


def _read_summary(source: Source) -> dict[str, Any]:
    path = source.folder.summary
    try:
        return read_summary(path)
    except (OSError, orjson.JSONDecodeError):
        run = source.folder.path
        raise UsageError(f"{path}: not there; coevol resume {run} writes it") from None


def _source_name(path: str) -> str:
    """A dataset's name without its folders, which may tell about a machine or a store."""
    place = location_of(path)
    return path.removeprefix("hf:") if is_hub(place) else place.name


def _line(what: str, value: object) -> str:
    """A row of a Markdown table; the value is escaped."""
    shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    plain = " ".join(shown.split()).replace("|", "\\|").replace("`", "'")
    return f"| {what} | `{plain}` |"


def _short(value: float) -> str:
    return f"{value:.3g}" if value < 1 else f"{value:.1f}"

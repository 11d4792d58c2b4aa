"""LLaMA-Factory: writes data, dataset_info.json, and a training file for each recipe.

Field names and settings are those of its data/README.md and examples/train_full, version 0.9.
"""

from collections import Counter
from pathlib import Path
from typing import Any, cast

from runners.data.before import asked_in
from runners.data.field_format import FieldFormat
from runners.data.formats import Format
from runners.data.json_fields import json_in
from runners.data.numbers import dump
from runners.data.rows import Fields
from runners.export.files import write_json, write_jsonl
from runners.export.recipe import WARMUP_RATIO, ZERO2, Recipe, TrainingBatch
from runners.export.shapes import alpaca_row, read_dialogue
from runners.export.source import Item
from runners.export.spool import Spool
from runners.export.talk import PlainTalk, talk_of
from runners.export.trace_layout import tagged
from runners.export.trainer import TrainerTarget, training_arguments

_DATASET, _DATA, _ZERO2 = "coevol", "train.jsonl", "zero2.json"
_SHAREGPT_ROLES = {
    "user": "human",
    "assistant": "gpt",
    "tool": "observation",
    "function_call": "function_call",
}


class LlamaFactoryTarget(TrainerTarget):
    """Supervised fine-tuning with LLaMA-Factory: rows as Alpaca, conversations as ShareGPT."""

    def __init__(self, source: Format, gpus: int) -> None:
        """`source` is the format of the run's rows.

        Raises UsageError if the batch can't be divided among the GPUs.
        """
        super().__init__(gpus)
        self._is_alpaca = isinstance(source, FieldFormat)
        beside = "history" if self._is_alpaca else "tools"
        self.optional: tuple[str, ...] = ("system", beside)

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """The row as LLaMA-Factory reads it, with its id in the run."""
        dialogue = read_dialogue(item)
        if self._is_alpaca:
            return alpaca_row(dialogue, notes) | {"id": item.id}
        talk = talk_of(tagged(dialogue).messages, notes)
        tools = dialogue.others.get("tools") if talk.uses_tools else None
        return sharegpt_columns(talk) | {"tools": _tools_text(tools), "id": item.id}

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the data and all that `llamafactory-cli train` needs."""
        # `datasets` finds no type for a column of histories whose first ones are all empty. So all
        # rows become conversations if any has a history.
        has_history = self._is_alpaca and spool.has("history")
        write_jsonl(folder / _DATA, map(_unfolded, spool) if has_history else spool)
        is_alpaca = self._is_alpaca and not has_history
        write_json(folder / "dataset_info.json", {_DATASET: _description(spool, is_alpaca)})
        write_json(folder / _ZERO2, ZERO2)
        return self.write_settings(folder)

    def command(self, file: str, gpus: int) -> str:
        """The command that starts `llamafactory-cli train`."""
        return f"FORCE_TORCHRUN=1 NPROC_PER_NODE={gpus} llamafactory-cli train {file}"

    def settings(self, recipe: Recipe, batch: TrainingBatch) -> dict[str, Any]:
        """The configuration of `llamafactory-cli train`."""
        return {
            "model_name_or_path": recipe.model,
            "stage": "sft",
            "do_train": True,
            "finetuning_type": "full",
            "deepspeed": _ZERO2,
            "dataset_dir": ".",
            "dataset": _DATASET,
            "template": recipe.name,
            "cutoff_len": recipe.cutoff,
            **training_arguments(recipe, batch),
            "warmup_ratio": WARMUP_RATIO,
        }


def _description(spool: Spool, is_alpaca: bool) -> dict[str, Any]:
    """The entry in dataset_info.json: file, formatting and columns."""
    if is_alpaca:
        columns = {"prompt": "instruction", "query": "input", "response": "output"}
    else:
        columns = {"messages": "conversations"}
    columns |= {name: name for name in ("system", "tools") if spool.has(name)}
    formatting = "alpaca" if is_alpaca else "sharegpt"
    return {"file_name": _DATA, "formatting": formatting, "columns": columns}


def _unfolded(row: Fields) -> Fields:
    """An Alpaca row with its history, as a ShareGPT row."""
    pairs = [*row["history"], [asked_in(row["instruction"], row["input"]), row["output"]]]
    turns = [turn for asked, said in pairs for turn in (("user", asked), ("assistant", said))]
    columns = sharegpt_columns(PlainTalk(row.get("system", ""), turns))
    return {name: value for name, value in columns.items() if name in row or value} | {
        "id": row["id"]
    }


def sharegpt_columns(talk: PlainTalk) -> Fields:
    """A talk in LLaMA-Factory's ShareGPT format, in which the system message has its own column."""
    messages = [{"from": _SHAREGPT_ROLES[role], "value": text} for role, text in talk.turns]
    return {"conversations": messages, "system": talk.system}


def _tools_text(tools: Any) -> str:
    """The tools that a row offers, as JSON; empty if there are none.

    Each gets parameters if it has none, because without them LLaMA-Factory would end.
    """
    if not tools:
        return ""
    listed = json_in(tools) if isinstance(tools, str) else tools
    whole = listed
    if isinstance(listed, list):
        whole = [*map(_with_parameters, cast("list[Any]", listed))]
    is_whole = isinstance(tools, str) and whole == listed
    return tools if is_whole else dump(whole, is_ascii=True)


def _with_parameters(tool: Any) -> Any:
    """A tool with `properties` in its parameters; what is no tool, or has them, is unchanged."""
    if not isinstance(tool, dict):
        return tool
    fields = cast("Fields", tool)
    if isinstance(fields.get("function"), dict):
        return {**fields, "function": _with_parameters(fields["function"])}
    given = fields.get("parameters")
    schema = cast("Fields", given) if isinstance(given, dict) else {}
    if "properties" in schema or "name" not in fields:
        return fields
    named: Fields = {name: each for name, each in schema.items() if isinstance(each, dict)}
    rest = {name: each for name, each in schema.items() if name not in named}
    return {**fields, "parameters": {"type": "object", **rest, "properties": named}}

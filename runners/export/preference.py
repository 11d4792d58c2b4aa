"""Preference pairs for DPO and the like, for two trainers at once.

trl/train.jsonl                     prompt, chosen, rejected as messages
llama_factory/train.jsonl           conversations, chosen, rejected, with dataset_info.json
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from nodes.models.thinking_marks import split_text, take_apart
from runners.data.rows import Fields
from runners.export.chat import chat_messages
from runners.export.dialogue import Unfit
from runners.export.files import write_json, write_jsonl
from runners.export.llama_factory import sharegpt_columns
from runners.export.pairs import PairFilter, PreferencePair, narrowed, pairs_of, rounds_by_turn
from runners.export.shapes import read_dialogue
from runners.export.source import Item
from runners.export.spool import Spool
from runners.export.talk import PlainTalk, talk_of
from runners.export.trace_layout import tagged
from runners.folder.records import Evolution


class PreferenceTarget:
    """Preference pairs as files for TRL and for LLaMA-Factory."""

    unit = "pairs"
    optional: tuple[str, ...] = ("system",)

    def __init__(self, wanted: PairFilter) -> None:
        self._wanted = wanted

    def parts(self, item: Item, notes: Counter[str]) -> Iterator[Item]:
        """Yield the row once for each pair to export, with a record of that pair alone."""
        if item.record is None:
            return
        for pair in pairs_of(item.record, final=self._wanted.final):
            reason = self._wanted.reason_against(pair)
            if reason is None:
                yield item._replace(record=narrowed(item.record, pair))
            else:
                notes[f"pairs left out, {reason}"] += 1

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """A row with the columns of both trainers' files, among which `write` divides them."""
        if item.record is None:
            raise LookupError("a part has the record of its pair")
        ((turn, rounds),) = rounds_by_turn(item.record)
        return _row(item, PreferencePair(turn, rounds))

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write both files, and the dataset_info.json for LLaMA-Factory's."""
        write_jsonl(folder / "trl" / "train.jsonl", map(_trl_row, spool))
        write_jsonl(folder / "llama_factory" / "train.jsonl", map(_ranking_row, spool))
        columns = {"messages": "conversations", "chosen": "chosen", "rejected": "rejected"}
        columns |= {name: name for name in self.optional if spool.has(name)}
        description = {
            "file_name": "train.jsonl",
            "formatting": "sharegpt",
            "ranking": True,
            "columns": columns,
        }
        info = folder / "llama_factory" / "dataset_info.json"
        write_json(info, {"coevol_preference": description})
        return []


def _row(item: Item, pair: PreferencePair) -> Fields:
    dialogue = tagged(read_dialogue(item))
    is_last = isinstance(item.record, Evolution)
    end = len(dialogue.messages) - 1 if is_last else dialogue.added + pair.turn
    talk = talk_of(dialogue.messages[: end + 1], Counter())
    if talk.uses_tools:
        raise Unfit("tool calls")
    asked = PlainTalk(talk.system, talk.turns[:-1])
    trace = take_apart(talk.turns[-1][1]).before
    return {
        "prompt": chat_messages(asked),
        **sharegpt_columns(asked),
        "chosen": _with_trace(item, trace, pair.chosen),
        "rejected": _with_trace(item, trace, pair.rejected),
        "id": item.id,
        "turn": pair.turn,
        "round": pair.rounds[-1]["k"],
        "margin": float(pair.margin),
    }


def _with_trace(item: Item, trace: str, response: str) -> str:
    """A response with the row's trace before it; if agents rewrote traces, with its own one."""
    if item.traces != "rewrite":
        return trace + response
    return split_text(response)[0] if item.trace_layout == "drop" else response


def _trl_row(row: Fields) -> Fields:
    """TRL's conversational format with an explicit prompt; the last columns are for people."""
    return {
        "prompt": row["prompt"],
        "chosen": [{"role": "assistant", "content": row["chosen"]}],
        "rejected": [{"role": "assistant", "content": row["rejected"]}],
        **{name: row[name] for name in ("id", "turn", "round", "margin")},
    }


def _ranking_row(row: Fields) -> Fields:
    """LLaMA-Factory's ShareGPT format with a ranking."""
    kept = ("conversations", "system", "id")
    return {
        **{name: row[name] for name in kept if name in row},
        "chosen": {"from": "gpt", "value": row["chosen"]},
        "rejected": {"from": "gpt", "value": row["rejected"]},
    }

"""Preferences: every round whose edit won is a pair, the edit chosen over the response before it.

trl/train.jsonl                     prompt, chosen, rejected as messages
llama_factory/train.jsonl           conversations, chosen, rejected, with dataset_info.json
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nodes.models.thinking_marks import split_text, take_apart
from nodes.orders import verdicts_among
from nodes.state import Round
from runners.data.rows import Fields
from runners.export.chat import chat_messages
from runners.export.dialogue import PlainTalk, Unfit, talk_of
from runners.export.files import write_json, write_jsonl
from runners.export.llama_factory import sharegpt_columns
from runners.export.shapes import read_dialogue
from runners.export.source import Item
from runners.export.spool import Spool
from runners.export.trace_layout import tagged
from runners.folder.records import Evolution, Record


class PreferencePair(NamedTuple):
    """A better and a worse response to the same question."""

    turn: int
    """Position of the answer in the row's messages; 0 in a row with one response."""
    rounds: Sequence[Round]
    """The rounds that lead from the worse to the better one, all won."""

    @property
    def chosen(self) -> str:
        """The last edit."""
        return self.rounds[-1]["edit"]["response"]

    @property
    def rejected(self) -> str:
        """The response that the first of the rounds set out from."""
        return self.rounds[0]["response"]

    @property
    def margin(self) -> float:
        """By how many points the edit won, over both orders; of several rounds, the least."""
        return min(each["edited_score"] - each["original_score"] for each in self.rounds)


class PairFilter(NamedTuple):
    """Which pairs are wanted."""

    final: bool = False
    """The final response over the original one, in place of every round."""
    both_orders: bool = False
    """Only edits that won in both orders, without a tie."""
    min_margin: float | None = None
    max_length_ratio: float | None = None
    """Most characters of the chosen response for one of the rejected one."""

    def reason_against(self, pair: PreferencePair) -> str | None:
        """Return why a pair is left out; None if it is exported."""
        if pair.chosen == pair.rejected:
            return "both responses the same"
        if self.both_orders and not all(map(_won_both, pair.rounds)):
            return "not won in both orders"
        if self.min_margin is not None and pair.margin < self.min_margin:
            return "margin below the minimum"
        most = self.max_length_ratio
        if most is not None and len(pair.chosen) > most * len(pair.rejected):
            return "chosen response too long for the rejected one"
        return None


def pairs_of(record: Record, *, final: bool) -> Iterator[PreferencePair]:
    """Yield the pairs of a row, in the order of turns and rounds."""
    for turn, rounds in _rounds_by_turn(record):
        won = [each for each in rounds if each["outcome"] == "improved"]
        if final and won:
            yield PreferencePair(turn, won)
        elif not final:
            yield from (PreferencePair(turn, [each]) for each in won)


def _rounds_by_turn(record: Record) -> list[tuple[int, list[Round]]]:
    if isinstance(record, Evolution):
        return [(0, record.rounds)]
    return [(turn["index"], turn["rounds"]) for turn in record.turns]


def _narrowed(record: Record, pair: PreferencePair) -> Record:
    """Return the record reduced to the pair: its two responses and its rounds."""
    change = {
        "original_response": pair.rejected,
        "response": pair.chosen,
        "rounds": list(pair.rounds),
    }
    if isinstance(record, Evolution):
        return record.model_copy(update=change)
    turns = [{**turn, **change} for turn in record.turns if turn["index"] == pair.turn]
    return record.model_copy(update={"turns": turns})


class PreferenceTarget:
    """Pairs for DPO and the like."""

    unit = "pairs"
    optional: tuple[str, ...] = ("system",)

    def __init__(self, wanted: PairFilter) -> None:
        self._wanted = wanted

    def parts(self, item: Item, notes: Counter[str]) -> Iterator[Item]:
        """Yield the row once for each wanted pair, with a record of that pair alone."""
        if item.record is None:
            return
        for pair in pairs_of(item.record, final=self._wanted.final):
            reason = self._wanted.reason_against(pair)
            if reason is None:
                yield item._replace(record=_narrowed(item.record, pair))
            else:
                notes[f"pairs left out: {reason}"] += 1

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """Make a row with the columns of both trainers' files; `write` divides them."""
        if item.record is None:
            raise LookupError("a part has the record of its pair")
        ((turn, rounds),) = _rounds_by_turn(item.record)
        return _row(item, PreferencePair(turn, rounds))

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write both files, and what LLaMA-Factory has to know of its own."""
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
    """Put the row's trace before a response, unless agents rewrote traces: it has its own then."""
    if item.traces != "rewrite":
        return trace + response
    return split_text(response)[0] if item.trace_layout == "drop" else response


def _trl_row(row: Fields) -> Fields:
    """TRL's conversational form with an explicit prompt; the columns after it are for people."""
    return {
        "prompt": row["prompt"],
        "chosen": [{"role": "assistant", "content": row["chosen"]}],
        "rejected": [{"role": "assistant", "content": row["rejected"]}],
        **{name: row[name] for name in ("id", "turn", "round", "margin")},
    }


def _ranking_row(row: Fields) -> Fields:
    kept = ("conversations", "system", "id")
    return {
        **{name: row[name] for name in kept if name in row},
        "chosen": {"from": "gpt", "value": row["chosen"]},
        "rejected": {"from": "gpt", "value": row["rejected"]},
    }


def _won_both(round: Round) -> bool:
    """Whether the edit won in each order; with a panel, by the points of all its judges."""
    return verdicts_among(round["judgements"]) == ("edited", "edited")

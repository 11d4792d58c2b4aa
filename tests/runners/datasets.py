"""Datasets on disk for the runner's tests, and what Algorithm 1 makes of them."""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from tests.support.answers import complete
from tests.support.reference import Message, ReferenceResult, evolve
from tests.support.rows import Row, rows

Fields = dict[str, Any]


def alpaca(number: int, row: Row) -> Fields:
    """A row as datasets have it: with fields of their own, in an order of their own."""
    fields: Fields = {
        "instruction": row["instruction"],
        "input": row["input"],
        "output": row["response"],
        "number": number,
        "source": {"name": "Zürich 🏔", "tags": ["a", None, 1.5, True], "output": "not this one"},
    }
    if row["input"] == "":
        without: list[Fields] = [{"input": ""}, {"input": None}, {}]
        fields.pop("input")
        fields |= without[number % 3]
    order = list(fields)
    Random(number).shuffle(order)
    return {name: fields[name] for name in order}


def alpacas(count: int = 60, seed: int = 0) -> list[Fields]:
    """Rows of tests.support.rows in Alpaca format."""
    return [alpaca(number, row) for number, row in enumerate(rows(count, seed))]


def plain(count: int, tag: str = "row") -> list[Fields]:
    """Short rows that differ in one word each."""
    return [
        {"instruction": f"Describe {tag} {number}.", "input": "", "output": f"It is {tag} {number}"}
        for number in range(count)
    ]


def write_json(path: Path, data: list[Fields]) -> Path:
    """Write a JSON list."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    return path


def read_jsonl(path: Path) -> list[Fields]:
    """Read a row a line; a line ends with a line feed and nothing else."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def ask(messages: list[Message]) -> tuple[str, str]:
    """What the loopback model says."""
    said = complete(messages, max_tokens=1000)
    return said.text, said.finish_reason


@cache
def _expected(
    rows: tuple[tuple[str, str, str, str], ...], max_rounds: int, role: Literal["native", "merge"]
) -> list[ReferenceResult]:
    return [
        evolve(
            Row(id=id_, instruction=instruction, input=given, response=response),
            ask,
            max_rounds,
            role,
        )
        for id_, instruction, given, response in rows
    ]


def expected(
    data: list[Fields], max_rounds: int = 3, role: Literal["native", "merge"] = "native"
) -> list[ReferenceResult]:
    """What Algorithm 1 makes of Alpaca rows with the loopback model; computed once."""
    frozen = tuple(
        (str(number), fields["instruction"], fields.get("input") or "", fields["output"])
        for number, fields in enumerate(data)
    )
    return _expected(frozen, max_rounds, role)


def evolved(
    data: list[Fields], max_rounds: int = 3, role: Literal["native", "merge"] = "native"
) -> list[Fields]:
    """The rows as they should come out: their outputs replaced, all else as it was."""
    results = expected(data, max_rounds, role)
    return [
        {**fields, "output": result.response} for fields, result in zip(data, results, strict=True)
    ]

# pyright: basic
"""The same answers in every shape of row, and in every kind of file, that is read."""

import csv
import gzip
import json
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pyarrow.feather
import pyarrow.parquet

Fields = dict[str, Any]

TALKS = [
    ("Name two rivers in France.", "the Seine and the Loire"),
    ("Why is the sky blue?", "air scatters  blue light more than red light"),
    ("What is coffee in French?", "it is café"),
]
SYSTEM, ASKED, SAID = "You answer in short sentences.", "Hello?", "Hello. What is it?"
"""What stands before the question, where a shape has room for it."""
CALL = {"name": "weather", "arguments": {"city": "Lyon", "days": 1.5}}
_PARAMETERS = {"city": {"type": "string"}, "days": {"type": "number"}}
TOOL = {"name": "weather", "parameters": {"type": "object", "properties": _PARAMETERS}}
BARE = {"name": "clock", "description": "What time it is."}


def openai(*texts: Any) -> list[Fields]:
    """Texts in turn as chat APIs have them."""
    return [{"role": ("user", "assistant")[n % 2], "content": t} for n, t in enumerate(texts)]


def sharegpt(*texts: str) -> list[Fields]:
    """Texts in turn as ShareGPT has them."""
    return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]


def parts(text: str) -> list[Fields]:
    """A text as a list of contents."""
    return [{"type": "text", "text": text}]


def called(asked: str, said: str) -> list[Fields]:
    """A conversation of chat APIs in which a tool is called."""
    function = {"name": CALL["name"], "arguments": json.dumps(CALL["arguments"])}
    call = {"role": "assistant", "content": None, "tool_calls": [{"function": function}]}
    question, answer = openai(asked, said)
    return [question, call, {"role": "tool", "content": '{"sky": "rain"}'}, answer]


def observed(asked: str, said: str) -> list[Fields]:
    """A conversation of ShareGPT in which a tool is called."""
    question, answer = sharegpt(asked, said)
    call = {"from": "function_call", "value": json.dumps(CALL)}
    return [question, call, {"from": "observation", "value": '{"sky": "rain"}'}, answer]


class Shape(NamedTuple):
    """How a dataset keeps its questions and answers."""

    row: Callable[[str, str], Fields]
    before: Sequence[str] = ()
    """Answers in each row that are learned, too, but never evolved."""
    has_calls: bool = False
    """Whether an answer is a call of a tool, which comes first."""
    options: Sequence[str] = ()
    """Options with which it is evolved."""


ROWS: dict[str, Shape] = {
    "alpaca": Shape(lambda q, a: {"instruction": q, "input": "", "output": a}),
    "alpaca-input": Shape(lambda q, a: {"instruction": "Answer.", "input": q, "output": a, "n": 1}),
    "alpaca-history": Shape(
        lambda q, a: {
            "instruction": q,
            "output": a,
            "system": SYSTEM,
            "history": [[ASKED, SAID]],
        },
        before=[SAID],
    ),
    "dolly": Shape(lambda q, a: {"instruction": q, "context": "", "response": a}),
    "question-answer": Shape(lambda q, a: {"question": q, "answer": a}),
    "query-response": Shape(lambda q, a: {"query": q, "response": a, "type": "GSM"}),
    "prompt-response": Shape(lambda q, a: {"prompt": q, "response": a}),
    "prompt-completion": Shape(lambda q, a: {"prompt": q, "completion": a}),
    "prompt-completion-messages": Shape(
        lambda q, a: {"prompt": openai(q), "completion": openai(q, a)[1:]}
    ),
    "preference": Shape(lambda q, a: {"prompt": q, "chosen": a, "rejected": "no"}),
    "preference-messages": Shape(
        lambda q, a: {"chosen": openai(q, a), "rejected": openai(q, "no"), "score": 1.5}
    ),
    "preference-prompt-messages": Shape(
        lambda q, a: {
            "prompt": openai(ASKED, SAID, q),
            "chosen": openai(q, a)[1:],
            "rejected": openai(q, "no")[1:],
        },
        before=[SAID],
    ),
    "nemotron": Shape(
        lambda q, a: {"input": openai(ASKED, SAID, q), "output": a, "license": "x"}, before=[SAID]
    ),
    "messages": Shape(
        lambda q, a: {
            "messages": [{"role": "system", "content": SYSTEM}, *openai(ASKED, "hi there", q, a)]
        }
    ),
    "messages-parts": Shape(lambda q, a: {"messages": openai(*map(parts, (q, a)))}),
    "sharegpt": Shape(lambda q, a: {"conversations": sharegpt(ASKED, "hi there", q, a)}),
    "sharegpt-system": Shape(lambda q, a: {"system": SYSTEM, "conversations": sharegpt(q, a)}),
    "sharegpt-text": Shape(lambda q, a: {"conversations": json.dumps(sharegpt(q, a))}),
    "sharegpt-items": Shape(lambda q, a: {"id": "x", "items": sharegpt(q, a)}),
    "mixed": Shape(lambda q, a: {"conversations": sharegpt(q, a)[:1] + openai(q, a)[1:]}),
    "lima": Shape(lambda q, a: {"conversations": [q, a], "source": "x"}),
    "ultrachat": Shape(lambda q, a: {"data": [ASKED, "hi there", q, a]}),
    "marked-guanaco": Shape(lambda q, a: {"text": f"### Human: {q}### Assistant: {a}"}),
    "marked-alpaca": Shape(
        lambda q, a: {"text": f"{SYSTEM}\n\n### Instruction:\n{q}\n\n### Response:\n{a}"}
    ),
    "marked-chatml": Shape(
        lambda q, a: {
            "text": f"<|im_start|>user\n{q}<|im_end|>\n<|im_start|>assistant\n{a}<|im_end|>\n"
        }
    ),
    "marked-llama2": Shape(lambda q, a: {"text": f"<s>[INST] {q} [/INST] {a} </s>"}),
    "map": Shape(
        lambda q, a: {"ask": q, "say": a}, options=["--map", "instruction=ask,response=say"]
    ),
    "messages-tools": Shape(
        lambda q, a: {
            "messages": called(q, a),
            "tools": [{"type": "function", "function": each} for each in (TOOL, BARE)],
        },
        has_calls=True,
    ),
    "sharegpt-tools": Shape(
        lambda q, a: {"conversations": observed(q, a), "tools": json.dumps([TOOL, BARE])},
        has_calls=True,
    ),
}
"""Shapes of rows, each in a file of JSONL."""


def _jsonl(rows: list[Fields]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def _csv(rows: list[Fields]) -> str:
    text = StringIO(newline="")
    table = csv.DictWriter(text, list(rows[0]))
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _columns(rows: list[Fields]) -> bytes:
    columns = {name: {str(n): row[name] for n, row in enumerate(rows)} for name in rows[0]}
    return json.dumps(columns).encode()


def _shards(path: Path, rows: list[Fields]) -> None:
    path.mkdir()
    for n, row in enumerate(rows):
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([row]), path / f"{n}.parquet")


def _stream(path: Path, rows: list[Fields]) -> None:
    table = pyarrow.Table.from_pylist(rows)
    with pyarrow.ipc.new_stream(path, table.schema) as out:
        out.write_table(table)


def _zst(path: Path, rows: list[Fields]) -> None:
    with pyarrow.CompressedOutputStream(str(path), "zstd") as out:
        out.write(_jsonl(rows))


Write = Callable[[Path, list[Fields]], object]
FILES: dict[str, Write] = {
    "list.json": lambda path, rows: path.write_text(json.dumps(rows)),
    "columns.json": lambda path, rows: path.write_bytes(_columns(rows)),
    "run_on.json": lambda path, rows: path.write_bytes(_jsonl(rows).replace(b"\n", b"")),
    "printed.jsonl": lambda path, rows: path.write_text(
        "\n".join(json.dumps(row, indent=2) for row in rows)
    ),
    "windows.jsonl": lambda path, rows: path.write_bytes(
        b"\xef\xbb\xbf" + _jsonl(rows).replace(b"\n", b"\r\n")
    ),
    "rows.jsonl.gz": lambda path, rows: path.write_bytes(gzip.compress(_jsonl(rows))),
    "rows.jsonl.zst": _zst,
    "rows.csv": lambda path, rows: path.write_text(_csv(rows), "utf-8"),
    "western.csv": lambda path, rows: path.write_text(_csv(rows), "cp1252"),
    "rows.parquet": lambda path, rows: pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(rows), path
    ),
    "rows.arrow": _stream,
    "rows.feather": lambda path, rows: pyarrow.feather.write_feather(
        pyarrow.Table.from_pylist(rows), path
    ),
    "shards": _shards,
}
"""Kinds of files, each with Alpaca's rows."""
_ENCODED = {"western.csv": ["--encoding", "cp1252"]}

SHAPES: dict[str, Shape] = {
    **ROWS,
    **{name: ROWS["alpaca"]._replace(options=_ENCODED.get(name, [])) for name in FILES},
}


def write_shape(name: str, folder: Path) -> Path:
    """Write the dataset of a shape; return its path."""
    path = folder / (name if name in FILES else f"{name}.jsonl")
    rows = [SHAPES[name].row(asked, said) for asked, said in TALKS]
    if name in FILES:
        FILES[name](path, rows)
    else:
        path.write_bytes(_jsonl(rows))
    return path

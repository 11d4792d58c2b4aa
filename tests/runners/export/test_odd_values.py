"""Exports of values that some formats have no place for: none is lost, or it is told."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from runners.export.parquet import write_parquet
from tests.runners.commands import coevol
from tests.runners.datasets import read_jsonl
from tests.runners.export.exports import export, exported

pandas: Any = import_module("pandas")  # without types, as the next one
parquet: Any = import_module("pyarrow.parquet")

NUMBERS = (
    '"n": 1.10, "far": 1e400, "long": 0.1234567890123456789012345, "big": 36893488147419103232'
)
ALPACA = '{"instruction": "Name colours.", "output": "red, blue and green", %s}'
TALK = (
    '{"messages": [{"role": "user", "content": "Name colours."}, '
    '{"role": "assistant", "content": "red, blue and green", %s}]}'
)
ROWS = {"alpaca": ALPACA, "messages": TALK}


@pytest.fixture(scope="module", params=ROWS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over a row with odd numbers, in a column or beside the text of a message."""
    folder = tmp_path_factory.mktemp("odd")
    (folder / "data.jsonl").write_text(ROWS[request.param] % NUMBERS + "\n")
    result = coevol("evolve", folder / "data.jsonl", "--out", folder / "run", "--rounds", 1)
    assert result.code == 0, result.err
    return folder / "run"


@pytest.mark.parametrize("to", ["sharegpt", "messages", "prompt-completion"])
def test_layouts_keep_the_spelling_of_numbers(run: Path, to: str) -> None:
    (path,) = exported(run, to).rglob("*.jsonl")
    assert NUMBERS in path.read_text()


def test_parquet_has_numbers_or_says_that_they_are_text(run: Path, tmp_path: Path) -> None:
    result = export(run, "parquet", tmp_path / "out")
    assert result.code == 0, result.err
    (row,) = parquet.read_table(tmp_path / "out" / "data.parquet").to_pylist()
    if "messages" in row:
        assert "written as JSON: messages" in result.out
        assert NUMBERS in row["messages"]
    else:
        assert "written as JSON: far, big" in result.out
        assert (row["far"], row["big"]) == ("1e400", "36893488147419103232")
        assert (row["n"], row["long"]) == (1.1, 0.12345678901234568)


def test_calls_are_trained_on_with_the_numbers_that_they_have(tmp_path: Path) -> None:
    call = '{"name": "weather", "arguments": {"to": 1.10, "most": 1e400}}'
    messages = [
        '{"role": "user", "content": "Is it warm?"}',
        f'{{"role": "assistant", "content": null, "tool_calls": [{{"function": {call}}}]}}',
        '{"role": "tool", "content": "21"}',
        '{"role": "assistant", "content": "yes it is"}',
    ]
    parameters = '{"properties": {"to": {"minimum": -0.50}}}'
    tools = f'[{{"name": "weather", "parameters": {parameters}}}]'
    data, run = tmp_path / "data.jsonl", tmp_path / "run"
    data.write_text(f'{{"messages": [{", ".join(messages)}], "tools": {tools}}}\n')
    assert coevol("evolve", data, "--out", run, "--rounds", 1).code == 0
    (row,) = read_jsonl(exported(run, "llama-factory") / "train.jsonl")
    assert (row["conversations"][1]["value"], row["tools"]) == (f"[{call}]", tools)


NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
LATER: dict[str, tuple[Any, Any, Any]] = {
    "a whole number that no float holds": (2**53 + 1, 0.5, None),
    "floats": (1, 0.5, "double"),
    "a whole number in an object": ({"a": 2**53 + 1}, {"a": 0.5}, None),
    "decimals and floats": (Decimal("1.10"), 0.5, None),
    "decimals": (Decimal("1.10"), Decimal("-12345678901234567890.5"), "decimal128(22, 2)"),
    "texts": (1, "x", None),
    "nanoseconds": (NOON, pandas.Timestamp(NOON) + pandas.Timedelta(1), "timestamp[ns, tz=UTC]"),
    "nested lists": ([], [[1.5]], "list<element: list<element: double>>"),
}
"""Two values that one column has, the second long after the first; its type, None for text."""


@pytest.mark.parametrize("kind", LATER)
def test_a_type_holds_all_rows_or_the_column_is_text(tmp_path: Path, kind: str) -> None:
    first, last, type_ = LATER[kind]
    rows = [{"w": first}] * 1500 + [{"w": last}, {"w": None}]
    as_json = write_parquet(rows, [(tmp_path / "a.parquet", rows)])
    table = parquet.read_table(tmp_path / "a.parquet")
    assert as_json == ([] if type_ else ["w"])
    assert str(table.schema.field("w").type) == (type_ or "string")
    found = table["w"].to_pylist()
    if type_ is None:
        assert found == [json.dumps(row["w"], default=str) for row in rows[:-1]] + [None]
    else:
        assert found == [row["w"] for row in rows]

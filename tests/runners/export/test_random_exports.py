"""Whatever stands in rows, every kind of export can be read, or is refused in one line."""

import json
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from runners.cli.export import To
from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import Fields
from tests.runners.export.exports import SHORT

parquet: Any = import_module("pyarrow.parquet")  # without types

NUMBERS = st.sampled_from(["1.10", "1E5", "1e400", "-0.0", str(2**53 + 1), str(2**70)])
"""As they stand in the file: Python would write some of them otherwise."""
LEAVES = st.one_of(
    NUMBERS,
    st.sampled_from(["null", "true", r'"\ud83d"', "[]", "{}"]),
    st.text(max_size=8).map(json.dumps),
    st.floats(allow_nan=False, allow_infinity=False).map(json.dumps),
)
NAMES = st.sampled_from(['"a"', '"b"', '"id"', '"messages"', '"é"', '""'])


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Lists and objects of JSON."""
    listed = st.lists(inner, max_size=3).map(lambda each: f"[{', '.join(each)}]")
    return listed | objects(inner).map(lambda each: f"{{{each}}}")


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The inside of an object."""
    pairs = st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    return pairs.map(lambda each: ", ".join(f"{name}: {value}" for name, value in each.items()))


OTHERS = objects(st.recursive(LEAVES, nested, max_leaves=5))
ALPACA = f'{{"instruction": "Name colours.", "output": "{SHORT}", %s}}'
TALK = (
    '{"messages": [{"role": "user", "content": "Name colours."}, '
    f'{{"role": "assistant", "content": "{SHORT}", "note": {{%s}}}}]}}'
)


@settings(max_examples=20)
@given(st.sampled_from([ALPACA, TALK]), st.lists(OTHERS, min_size=1, max_size=4), st.data())
def test_an_export_is_read_or_refused(row: str, others: list[str], data: st.DataObject) -> None:
    to = data.draw(st.sampled_from([each for each in get_args(To) if each != "hub"]))
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "data.jsonl").write_text("\n".join(row % each for each in others))
        kept = ("--bad-rows", "keep", "--rounds", 1, "--quiet")
        coevol("evolve", home / "data.jsonl", "--out", home / "run", *kept)
        result = coevol("export", home / "run", "--to", to, "--out", home / "out")
        if result.code == 2:
            assert_one_line(result.err)
            return
        assert result.code == 0, result.err
        for path in (home / "out").rglob("*.jsonl"):
            rows = [read(line) for line in path.read_bytes().split(b"\n")[:-1]]
            assert all(isinstance(each, dict) for each in rows)
        for path in (home / "out").rglob("*.parquet"):
            assert parquet.read_table(path).num_rows > 0


def read(line: bytes) -> Fields:
    """A row by a strict reader where it can be, which takes no NaN and no half a text."""
    odd = (rb"\ud83d", b"1e400", str(2**70).encode())
    return json.loads(line) if any(each in line for each in odd) else orjson.loads(line)

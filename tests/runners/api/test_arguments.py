"""What evolve refuses: each in one line, before anything is sent or left behind."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graph.coevol import build
from graph.conversation import graph as conversation_graph
from runners import aevolve, evolve
from runners.cli.evolve import evolve as command
from runners.errors import UsageError
from tests.runners.commands import contents
from tests.runners.datasets import plain


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "data: holds no rows"),
        (iter(()), "data: holds no rows"),
        (["text"], "data, row 1: must be a dict of fields, but is 'text'"),
        ({"instruction": "a", "output": "b"}, "row 1: must be a dict of fields, but is 'instr"),
        ([*plain(1), None], "data, row 2: must be a dict of fields, but is None"),
        ([*plain(200), {"instruction": "a"}], "data, row 201, field output: missing"),
        ([{"instruction": "a", "output": None}], "field output: must be text, but is null"),
        ([{"instruction": "\ud800", "output": "b"}], "field instruction: holds half a surrogate"),
        ([{"question": "a"}], "data, row 1: no known format; fields found: question"),
        ([{**plain(1)[0], (1, 2): 3}], "data, row 1: can't be written as JSON: keys must be str"),
        (7, "data: must be a path, or rows that are dicts, but is int"),
        ("nowhere.json", "nowhere.json: can't be read: No such file"),
    ],
)
def test_wrong_data_is_one_line_and_leaves_no_folder(
    tmp_path: Path, temporary: Path, data: Any, told: str
) -> None:
    for out in (tmp_path / "run", None):
        rows = iter(()) if isinstance(data, Iterator) else data
        with pytest.raises(UsageError) as error:
            evolve(rows, out)
        assert told in str(error.value)
        assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"rounds": 0}, "rounds = 0: must be at least 1"),
        ({"rounds": "many"}, "rounds = 'many': must be a whole number"),
        ({"top_p": 1.5}, "top_p = 1.5: must be at most 1"),
        ({"limit": 0}, "limit = 0: must be at least 1"),
        ({"attempts": 0}, "attempts = 0: must be at least 1"),
        ({"system_role": "none"}, "system_role = 'none': must be 'native' or 'merge'"),
        ({"where_id": 7}, "where_id = 7: must be a list"),
        ({"concurrency": 0}, "concurrency 0"),
        ({"concurrency": "9-3"}, "concurrency 9-3"),
        ({"max_failures": "lots"}, "max_failures lots"),
        ({"map": {"instruction": "a"}}, "map instruction=a"),
        ({"format": "alpaca", "map": {"instruction": "a"}}, "give one of them"),
        ({"role_settings": {"judge": {"topp": 1}}}, "role_settings.judge.topp: did you mean top_p"),
        ({"role_settings": {"judge": {"top_p": 2}}}, "role_settings.judge.top_p = 2"),
        ({"model": "bogus"}, "model 'bogus': unknown"),
        ({"prompt_pack": "nowhere.yaml"}, "prompt pack nowhere.yaml: not found"),
        ({"budget": 1, "model": "vllm:x"}, "no price known for vllm:x"),
        ({"graph": build()}, "graph: give it a name of its own"),
        ({"graph": conversation_graph}, "graph: conversation evolves no sample"),
    ],
)
def test_a_wrong_argument_is_named(temporary: Path, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)) as error:
        evolve(plain(1), **arguments)
    assert "\n" not in str(error.value)
    assert list(temporary.iterdir()) == []


def test_an_unknown_argument_names_the_nearest() -> None:
    with pytest.raises(TypeError, match="'top_k'; did you mean top_p"):
        evolve(plain(1), top_k=4)  # pyright: ignore[reportCallIssue]


def test_arguments_are_the_command_lines() -> None:
    """The same names and defaults in the same order, but for what only one of them has."""
    command_line = {"arguments", "print_config", "config", "quiet", "json", "metrics", "notify"}
    python = {"on_progress", "on_row", "graph"}
    typed = inspect.signature(command).parameters.values()
    given = inspect.signature(evolve).parameters.values()
    assert [(each.name, each.default) for each in typed if each.name not in command_line] == [
        (each.name, None if each.name == "data" else each.default)
        for each in given
        if each.name not in python
    ]
    assert inspect.signature(aevolve) == inspect.signature(evolve)


def test_other_rows_and_other_settings_need_another_folder(tmp_path: Path) -> None:
    run = tmp_path / "run"
    evolve(plain(3), run)
    before = dict(contents(run))
    with pytest.raises(UsageError, match="none of the rows done there is in data"):
        evolve(plain(3, "another"), run)
    with pytest.raises(UsageError, match=r"this run was made with max_rounds = 3 \(now 2\)"):
        evolve(plain(3), run, rounds=2)
    assert (run / "data.jsonl.zst").read_bytes() == before[run / "data.jsonl.zst"]
    with pytest.warns(RuntimeWarning, match="2 of its 5 rows are to be evolved now, 3 are done"):
        assert len(evolve(plain(5), run)) == 5


def test_the_errors_of_rows_come_out_as_they_are(tmp_path: Path, temporary: Path) -> None:
    def broken() -> Iterator[dict[str, object]]:
        yield from plain(2)
        raise OSError("the tape is torn")

    for out in (tmp_path / "run", None):
        with pytest.raises(OSError, match="the tape is torn"):
            evolve(broken(), out)
    assert list(tmp_path.iterdir()) == [temporary]


def test_a_folder_that_cant_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="can't be made"):
        evolve(plain(1), tmp_path / "file" / "run")

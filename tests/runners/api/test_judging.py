"""`compare` and `calibrate` from Python: the command line's own, and what they return."""

import asyncio
import inspect
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel

from runners import calibrate, compare
from runners.cli.calibrate import calibrate as calibrate_command
from runners.cli.compare import compare as compare_command
from runners.errors import Stopped, UsageError
from tests.runners.commands import KEY, coevol, repeated, wait_until
from tests.runners.datasets import Fields, plain, write_json
from tests.support.server import Server, ServerOptions, serve

MODEL = "openai:test-model"
ROWS: list[Fields] = [
    {
        "instruction": f"Describe thing {n} of the row.",
        "output": f"Thing {n} is round and was made in 19{n + 20}. People use it at home each day.",
    }
    for n in range(6)
]
KNOWS = tuple((row["instruction"], row["output"]) for row in ROWS)
MODELS = ("test-model", "places")
PANEL = ServerOptions(models=MODELS, knows=KNOWS, judgements=(("places", "<assistant 1>"),))
"""A judge that knows which response is right, and one that looks at places."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_json(tmp_path / "data.json", ROWS)


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path]:
    rows = plain(6)
    longer = [{**row, "output": f"{row['output']} And more of it."} for row in rows]
    return write_json(tmp_path / "a.json", rows), write_json(tmp_path / "b.json", longer)


def test_compare_returns_what_the_command_line_writes(
    tmp_path: Path, sides: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    judges = [f"openai:{name}" for name in MODELS]
    with serve(PANEL) as server:
        at = ("--base-url", server.base_url, "--judge-model", judges[0], "--judge-model", judges[1])
        assert coevol("compare", *sides, *at, "--out", tmp_path / "command").code == 0
        capfd.readouterr()
        out, url = tmp_path / "python", server.base_url
        found = compare(*sides, out=out, judge_model=judges, base_url=url)
        assert capfd.readouterr() == ("", "")
        again = compare(*sides, out=out, judge_model=judges, base_url=url)
        assert (server.answered, again) == (2 * 4 * 6, found)
    written = (tmp_path / "command/compare.json").read_bytes()
    assert (out / "compare.json").read_bytes() == written
    assert json.loads(found.model_dump_json()) == json.loads(written)
    assert found.panel is not None
    assert found.panel.judges[1].first_place_share == 1


def test_calibrate_returns_what_the_command_line_writes(
    tmp_path: Path, data: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with serve(PANEL) as server:
        at = ("--base-url", server.base_url, "--judge-model", MODEL, "--mode", "choice")
        few = ("--rows", 3, "--seed", 4, "--out", tmp_path / "command")
        assert coevol("calibrate", data, *at, *few).code == 0
        capfd.readouterr()
        for rows in (data, iter(ROWS)):
            found = calibrate(
                rows, tmp_path / "python", rows=3, seed=4, mode=["choice"], judge_model=MODEL,
                base_url=server.base_url,
            )  # fmt: skip
            assert capfd.readouterr() == ("", "")
        assert repeated(server) == 3 * 2 * len(found.twins)  # by the command line, and from Python
    written = json.loads((tmp_path / "command/calibrate.json").read_text())
    assert found.recommendation.fit
    assert found.seed == written["seed"] == 4
    assert json.loads(found.model_dump_json())["modes"] == written["modes"]
    assert _files(tmp_path / "python") == _files(tmp_path / "command")
    assert found.recommendation.words in (tmp_path / "python/calibrate.html").read_text()


def _files(folder: Path) -> set[str]:
    """The files of a folder, those of figures and tables too, but for what SQLite keeps beside."""
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in found if ".db-" not in name}


def test_it_works_where_an_event_loop_runs(tmp_path: Path, data: Path) -> None:
    async def main(url: str) -> bool:
        given: dict[str, Any] = {"judge_model": MODEL, "base_url": url, "mode": ["choice"]}
        one = calibrate(data, tmp_path / "one", **given)
        other = await asyncio.to_thread(calibrate, data, tmp_path / "other", **given)
        return one.modes == other.modes

    with serve(PANEL) as server:
        assert asyncio.run(main(server.base_url))


def test_a_judge_may_be_an_object(tmp_path: Path, sides: tuple[Path, Path]) -> None:
    judge = FakeListChatModel(responses=["<assistant 1>"], name="always-the-first")
    found = compare(*sides, out=tmp_path, judge_model=judge)
    assert (found.judge, found.orders.always_first) == ("own:always-the-first", 6)


WRONG: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (calibrate, {}, "judge_model: missing"),
    (calibrate, {"rows": 0}, "rows 0: must be at least 1"),
    (calibrate, {"mode": ["guess"]}, "mode guess: there are choice, "),
    (calibrate, {"spoiling": ["burnt"]}, "spoiling burnt: there are shuffled, "),
    (calibrate, {"seed": -1}, "seed = -1: must be at least 0"),
    (calibrate, {"judge_model": [MODEL, MODEL]}, "judge_model "),
    (calibrate, {"data": 7}, "data: must be a path, or rows that are dicts, but is int"),
    (calibrate, {"data": [{"output": 3}]}, "data, row 1"),
    (compare, {"margin": -1}, "margin = -1: must be at least 0"),
    (compare, {"limit": 0}, "limit = 0: must be at least 1"),
    (compare, {"category": "kind"}, "category kind: no row has such a field"),
    (compare, {"budget": 1}, "no price known for openai:test-model"),
]


@pytest.mark.parametrize(("function", "wrong", "told"), WRONG)
def test_a_wrong_argument_is_named(
    tmp_path: Path,
    sides: tuple[Path, Path],
    function: Callable[..., Any],
    wrong: dict[str, Any],
    told: str,
) -> None:
    own = {"data": sides[0]} if function is calibrate else {"a": sides[0], "b": sides[1]}
    judge = {"judge_model": MODEL} if wrong else {}
    with pytest.raises(UsageError, match=re.escape(told)) as error:
        function(**{**own, **judge, "out": tmp_path / "out", **wrong})
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_an_unknown_argument_names_the_nearest(data: Path) -> None:
    with pytest.raises(TypeError, match=r"calibrate\(\) got .* 'judge_modle'; did you mean judge_"):
        calibrate(data, judge_modle=MODEL)  # pyright: ignore[reportCallIssue]


def test_a_limit_stops_it_and_called_again_it_goes_on(tmp_path: Path, data: Path) -> None:
    with serve(PANEL) as server:
        given: dict[str, Any] = {"judge_model": MODEL, "base_url": server.base_url}
        given |= {"mode": ["choice"], "max_tokens": 50}
        with pytest.raises(Stopped, match="token limit of 5000 reached"):
            calibrate(data, tmp_path, max_tokens_total=5000, **given)
        assert server.answered
        assert calibrate(data, tmp_path, **given).recommendation.fit
        assert repeated(server) == 0


@pytest.mark.parametrize(
    ("function", "command"), [(compare, compare_command), (calibrate, calibrate_command)]
)
def test_arguments_are_the_command_lines(
    function: Callable[..., Any], command: Callable[..., Any]
) -> None:
    """The same names, with the same defaults but for what is missing or repeated."""
    command_line = {"arguments", "config", "quiet", "json", "metrics", "notify"}
    typed = inspect.signature(command).parameters
    given = inspect.signature(function).parameters
    assert set(given) == set(typed) - command_line
    differ = {name for name in given if given[name].default != typed[name].default}
    assert differ <= {"data", "mode", "spoiling"}


def test_ctrl_c_is_a_keyboard_interrupt_and_resumable(
    tmp_path: Path, data: Path, server: Server
) -> None:
    server.change(latency=0.05, knows=[list(each) for each in KNOWS])
    given = {"judge_model": MODEL, "base_url": server.base_url, "concurrency": 2}
    script = (
        f"from runners import calibrate\ncalibrate({str(data)!r}, {str(tmp_path)!r}, **{given})"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_until(lambda: server.answered > 10)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1]) == (-signal.SIGINT, "KeyboardInterrupt")
    assert KEY not in err
    assert not (tmp_path / "calibrate.json").exists()
    server.change(latency=0.0)
    calibrate(data, tmp_path, judge_model=MODEL, base_url=server.base_url)
    assert repeated(server) == 0

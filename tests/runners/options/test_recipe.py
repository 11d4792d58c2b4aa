"""Recipes: options from a file, and the file of what would run."""

from pathlib import Path

import pytest
import yaml

from runners.options.declared import all_options
from tests.runners.commands import assert_one_line, coevol
from tests.runners.datasets import plain, read_jsonl, write_json


def recipe(folder: Path, **options: object) -> Path:
    """A recipe for three rows into a run folder beside it, with more options."""
    data = write_json(folder / "data.json", plain(3))
    content = {"data": str(data), "out": str(folder / "run"), **options}
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(content), "utf-8")
    return path


def rounds_of(run: Path) -> int:
    frozen = yaml.safe_load((run / "run.yaml").read_text("utf-8"))
    return frozen["settings"]["context"]["max_rounds"]


def test_a_recipe_does_the_run(tmp_path: Path) -> None:
    assert coevol("evolve", "--config", recipe(tmp_path, rounds=2, limit=2)).code == 0
    assert rounds_of(tmp_path / "run") == 2
    assert len(read_jsonl(tmp_path / "run" / "evolved.jsonl")) == 2


def test_the_command_line_wins_then_the_recipe_then_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COEVOL_ROUNDS", "5")
    monkeypatch.setenv("COEVOL_LIMIT", "1")
    monkeypatch.setenv("COEVOL_CONFIG", str(recipe(tmp_path, rounds=2)))
    # A default that is typed is what somebody said: it wins too.
    for said, meant in ((["--rounds", "3"], 3), ([], 2)):
        run = tmp_path / f"run-{meant}"
        assert coevol("evolve", "--out", run, *said).code == 0
        assert rounds_of(run) == meant
        assert len(read_jsonl(run / "evolved.jsonl")) == 1


def test_what_would_run_is_printed_and_runs_the_same(tmp_path: Path) -> None:
    data = write_json(tmp_path / "data.json", plain(4))
    said = ("--rounds", 2, "--set", "judge.temperature=0.5", "--concurrency", "2-4", "--economy")
    asked = (data, "--map", "instruction=instruction,response=output", "--max-failures", "5%")
    printed = coevol("evolve", *asked, "--out", tmp_path / "again", *said, "--print-config")
    assert printed.code == 0
    assert not (tmp_path / "again").exists()
    (tmp_path / "recipe.yaml").write_text(printed.out, "utf-8")
    assert coevol("evolve", *asked, "--out", tmp_path / "first", *said).code == 0
    assert coevol("evolve", "--config", tmp_path / "recipe.yaml").code == 0
    for name in ("run.yaml", "evolved.jsonl"):
        first, again = (tmp_path / run / name for run in ("first", "again"))
        assert first.read_bytes() == again.read_bytes()
    assert set(yaml.safe_load(printed.out)) == set(all_options())


def test_the_recipe_of_a_recipe_is_itself(tmp_path: Path) -> None:
    first = coevol("evolve", "--config", recipe(tmp_path, where_id=["a", "b"])).out
    printed = coevol("evolve", "--config", recipe(tmp_path), "--print-config").out
    (tmp_path / "printed.yaml").write_text(printed, "utf-8")
    assert coevol("evolve", "--config", tmp_path / "printed.yaml", "--print-config").out == printed
    assert first != printed


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"round": 2}, "round: no such option; did you mean rounds?"),
        ({"colour": "red"}, "colour: no such option; coevol evolve --help lists them"),
        ({"rounds": 0}, "rounds = 0: must be at least 1"),
        ({"economy": "perhaps"}, "economy = 'perhaps': must be true or false"),
        ({"api_key": "x"}, "api_key: looks like a secret"),
        ({"openai_api_key": "x"}, "openai_api_key: looks like a secret"),
        ({"base_url": "http://a/v1?key=sk-abcdefghijklmno"}, "base_url: looks like a secret"),
        ({"role_settings": {"judge": {"temprature": 1}}}, "judge.temprature: did you mean temp"),
        ({"role_settings": {"jury": {"top_p": 1}}}, "role_settings = "),
    ],
)
def test_a_wrong_recipe_is_one_line(tmp_path: Path, options: dict[str, object], told: str) -> None:
    result = coevol("evolve", "--config", recipe(tmp_path, **options))
    assert result.code == 2
    assert_one_line(result.err, told)
    assert "sk-abc" not in result.err
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a: [", "not YAML"),
        (b"\xff\xfe\xff", "not YAML"),
        (b"- a", "not a recipe; write a line `option: value`"),
        (None, "can't be read: No such file"),
    ],
)
def test_what_is_no_recipe(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "recipe.yaml"
    if content is not None:
        path.write_bytes(content)
    result = coevol("evolve", "--config", path)
    assert result.code == 2
    assert_one_line(result.err, str(path), told)


def test_data_and_folder_must_come_from_somewhere(tmp_path: Path) -> None:
    assert_one_line(coevol("evolve").err, "DATA: missing", "`data` in a recipe")
    data = write_json(tmp_path / "data.json", plain(1))
    assert_one_line(coevol("evolve", data).err, "--out: missing")


def test_options_that_a_command_does_not_take_are_no_fault_of_a_recipe(tmp_path: Path) -> None:
    result = coevol("estimate", "--config", recipe(tmp_path, rounds=1, temperature=0.5, quiet=True))
    assert result.code == 0
    assert "3" in result.out

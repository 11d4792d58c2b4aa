"""How errors name options, what shells complete, what help pages and tables show."""

import os
import subprocess
from pathlib import Path

import pytest

from runners.data.formats import FORMATS
from runners.options.declared import all_options
from runners.options.table import with_tables
from tests.runners.commands import assert_one_line, coevol, command
from tests.runners.datasets import plain, write_json

PAGE = Path(__file__).parents[3] / "docs" / "options.md"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--top-p", "0"), "--top-p 0: must be more than 0"),
        (("--temperature", "hot"), "--temperature hot: must be a number"),
        (("--timeout", "0"), "--timeout 0.0: must be more than 0"),
        (("--set", "x=3"), "--set x=3: write ROLE.NAME=JSON"),
        (("--set", "jury.seed=3"), "--set jury.seed=3: jury: must be 'positive'"),
        (("--set", "judge.model=x"), "--set judge.model: belongs to the call itself"),
        (("--param", "max_token=3"), "--param max_token: did you mean max_tokens?"),
        (("--set", "judge.top_p=2"), "--set judge.top_p = 2: must be at most 1"),
        (("--param", "seed"), "--param seed: write NAME=JSON"),
        (("--param", "stream=true"), "--param stream: belongs to the call itself"),
        (("--map", "a="), "--map a=: write instruction=FIELD"),
        (("--concurrency", "9-3"), "--concurrency 9-3: write N, or FEWEST-MOST"),
        (("--max-failures", "lots"), "--max-failures lots: write a number"),
        (
            ("--judge-mode", "probabilty"),
            "--judge-mode probabilty: there are probability, choice, score, reasoned",
        ),
        (
            ("--judge-model", "rehearsal", "--judge-model", "rehearsal"),
            "--judge-model rehearsal rehearsal: a panel has up to 9 judges, each another model",
        ),
        (("--economy", "--judge-mode", "reasoned"), "--economy: asks for the judge's first line"),
        (("--engine", "spark"), "--engine spark: there are "),
        (("--rounds", "many"), "--rounds many: must be a whole number"),
        (("--rounds", "0"), "--rounds 0: must be at least 1"),
    ],
)
def test_an_error_names_the_flag(tmp_path: Path, said: tuple[str, ...], told: str) -> None:
    data = write_json(tmp_path / "data.json", plain(1))
    result = coevol("evolve", data, "--out", tmp_path / "run", *said)
    assert result.code == 2
    assert_one_line(result.err, told)


def completed(*words: str, folder: Path | None = None) -> list[str]:
    """What the shell would be offered for the last of these words."""
    line = " ".join(["coevol", *words])
    environment = os.environ | {
        "_COEVOL_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
    }
    ended = subprocess.run(
        command(), cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.stderr == ""
    return ended.stdout.split()


def test_a_shell_completes_options_models_formats_and_runs(tmp_path: Path) -> None:
    for name in ("runs/mine/run.yaml", "runs/other/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    assert completed("evolve", "--judge-mo") == ["--judge-model", "--judge-mode"]
    assert "vllm:" in completed("evolve", "--judge-model", "v")
    assert completed("evolve", "--model", "o") == ["openai:", "ollama:", "openrouter:"]
    assert completed("evolve", "--format", "pre") == [
        each.name for each in FORMATS if each.name.startswith("pre")
    ]
    assert completed("show", "runs/", folder=tmp_path) == ["runs/mine", "runs/other/"]


def test_every_help_page_names_each_of_its_options_once() -> None:
    page = coevol("evolve", "--help").out
    for each in all_options().values():
        assert f"{each.flag} " in page or each.name == "data", each.flag


def test_the_tables_of_options_are_current() -> None:
    page = PAGE.read_text("utf-8")
    assert with_tables(page) == page, "python -m runners.options.table docs/options.md"
    assert "`--top-p`" in page

"""What someone has who installs coevol, and has no checkout of it."""

import json
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

from langgraph_sdk import get_sync_client

from tests.install.installed import Installed
from tests.runners.commands import coevol
from tests.support.dev_server import serving

EXAMPLES = Path(__file__).parents[2] / "examples" / "alpaca_small.json"


def test_it_holds_the_packages_and_their_data_and_nothing_else(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "graph", "nodes", "prompts", "runners",
    }  # fmt: skip
    pages = (
        "runners/pages/parts/base.html.j2",
        "runners/report/page/report.html.j2",
        "runners/review/page/review.html.j2",
    )
    for needed in ("prompts/coevol.yaml", "graph/py.typed", *pages):
        assert needed in names
    assert not [name for name in names if "__pycache__" in name]


def test_its_command_evolves_as_the_checkouts_does(installed: Installed, tmp_path: Path) -> None:
    done = installed.run("coevol", "evolve", EXAMPLES, "--out", "run", within=tmp_path)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0), done.stderr
    assert coevol("evolve", EXAMPLES, "--out", tmp_path / "here").code == 0
    for name in ("evolved.jsonl", "evolutions.jsonl"):
        assert (tmp_path / "run" / name).read_bytes() == (tmp_path / "here" / name).read_bytes()


def test_its_report_has_its_page(installed: Installed, tmp_path: Path) -> None:
    installed.run("coevol", "evolve", EXAMPLES, "--out", "run", within=tmp_path)
    done = installed.run("coevol", "report", "run", within=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "</html>" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_python_takes_it_from_the_environment(installed: Installed, tmp_path: Path) -> None:
    script = tmp_path / "mine.py"
    script.write_text(
        "import runners\n"
        "from runners import evolve\n"
        "rows = [{'instruction': 'Name a colour.', 'output': 'red,amber , green'}]\n"
        "print(runners.__file__)\n"
        "print(len(list(evolve(rows, out='run', model='rehearsal'))))\n",
        encoding="utf-8",
    )
    done = installed.run("python", script, within=tmp_path)
    where, rows = done.stdout.split()
    assert (Path(where).parents[1], rows) == (installed.packages, "1"), done.stderr


def test_a_script_called_graph_is_named_as_what_is_in_the_way(
    installed: Installed, tmp_path: Path
) -> None:
    (tmp_path / "graph.py").write_text("", encoding="utf-8")
    (tmp_path / "mine.py").write_text("from runners import evolve\n", encoding="utf-8")
    done = installed.run("python", tmp_path / "mine.py", within=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"ImportError: {tmp_path}/graph.py is in the way of coevol's package 'graph': give it "
        f"another name, or start Python from another folder; coevol is in {installed.packages}"
    )


def test_the_version_is_said(installed: Installed, wheel: Path, tmp_path: Path) -> None:
    done = installed.run("coevol", "--version", within=tmp_path)
    assert done.stdout == f"coevol {wheel.name.split('-')[1]}\n"


def test_langgraph_json_may_name_the_installed_graph(installed: Installed, tmp_path: Path) -> None:
    project = {"dependencies": ["."], "graphs": {"mine": "graph.coevol:graph"}}
    (tmp_path / "langgraph.json").write_text(json.dumps(project), encoding="utf-8")
    sample: Any = {"instruction": "Name three colours.", "response": "red,amber , green"}
    with serving(tmp_path, installed.python) as url, get_sync_client(url=url) as client:
        result = cast("dict[str, Any]", client.runs.wait(None, "mine", input=sample))
    assert result["response"] != sample["response"]

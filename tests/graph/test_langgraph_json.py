"""What is handed to `langgraph`: the graphs, the variables, and the image that it builds."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGGRAPH_JSON = json.loads((ROOT / "langgraph.json").read_text(encoding="utf-8"))
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
STUDIO = (ROOT / "docs" / "studio.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r'"([A-Z]{2,}(?:_[A-Z]+)*_(?:KEY|URL|ID|AK|SK))"')


def exported(path: str) -> tuple[str, str]:
    """The module and the name in it of an exported graph."""
    file, name = path.split(":")
    return file.removeprefix("./").removesuffix(".py").replace("/", "."), name


@pytest.mark.parametrize("name", LANGGRAPH_JSON["graphs"])
def test_each_graph_is_there_and_described(name: str) -> None:
    graph = LANGGRAPH_JSON["graphs"][name]
    module, variable = exported(graph["path"])
    assert getattr(import_module(module), variable).get_name() == name
    assert graph["description"].endswith(".")


def test_every_variable_that_is_read_is_listed() -> None:
    sources = [path for floor in ("nodes", "runners") for path in (ROOT / floor).rglob("*.py")]
    read = {name for path in sources for name in VARIABLE.findall(path.read_text("utf-8"))}
    assert read >= {"OPENAI_API_KEY", "OLLAMA_BASE_URL", "OPENAI_ORG_ID"}
    served = set(re.findall(r"^\| `(COEVOL_\w+)`", STUDIO, re.MULTILINE))
    assert len(served) == 6
    assert read | served <= set(re.findall(r"^# ([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_a_copy_of_the_example_sets_nothing() -> None:
    assert [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")] == []


def test_the_image(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("langgraph")
    environment = {**os.environ, "LANGGRAPH_CLI_NO_ANALYTICS": "1"}
    subprocess.run(
        [script, "dockerfile", "-c", ROOT / "langgraph.json", tmp_path / "Dockerfile"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    lines = (tmp_path / "Dockerfile").read_text(encoding="utf-8").splitlines()
    [home] = [line.split()[2] for line in lines if line.startswith("ADD . ")]
    [install] = [line for line in lines if "/deps/*" in line]
    assert re.search(r'cd "\$dep" && .*pip install .* -e \.\)', install)
    [graphs] = [line for line in lines if line.startswith("ENV LANGSERVE_GRAPHS=")]
    served = json.loads(graphs.partition("=")[2].strip("'"))
    assert {name: graph["path"] for name, graph in served.items()} == {
        name: f"{home}/{graph['path'].removeprefix('./')}"
        for name, graph in LANGGRAPH_JSON["graphs"].items()
    }


def test_the_image_has_no_keys_and_no_data() -> None:
    left_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".env", "runs/", ".venv/", ".git/"} <= set(left_out)

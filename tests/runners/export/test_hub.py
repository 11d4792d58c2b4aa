"""Exports to the Hugging Face Hub, and the card: through the real clients to a loopback Hub."""

import io
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pyarrow.parquet
import pytest
import yaml

from tests.runners.commands import assert_one_line, at, coevol, ended, started
from tests.runners.datasets import alpacas
from tests.runners.export.exports import evolved_rows, export, run_of
from tests.support.hub_push import Hub, serve_hub
from tests.support.rows import write_jsonl
from tests.support.server import serve

read_parquet: Any = cast("Any", pyarrow.parquet).read_table
TOKEN = "hf_loopback0123456789"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Generator[Hub]:
    with serve_hub() as hub:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")  # its protocol is not spoken on loopback
        yield hub


def metadata(card: str) -> dict[str, object]:
    return yaml.safe_load(card.split("---\n")[1])


def test_a_push_and_another_one(hub: Hub, tmp_path: Path) -> None:
    rows = [{"instruction": "Name colours.", "input": "", "output": "red, blue and green"}]
    run, out = run_of(tmp_path, rows), tmp_path / "out"
    push = ("export", run, "--to", "hub", "--out", out, "--repo", "me/data")
    with started(*push) as process:
        result = ended(process)
    assert result.code == 0, result.err
    assert result.err == ""
    assert f"pushed: {hub.endpoint}/datasets/me/data" in result.out
    assert [each["visibility"] for each in hub.created] == ["private"]
    files = hub.files["me/data"]
    (path,) = (path for path in files if path.endswith(".parquet"))
    assert read_parquet(io.BytesIO(files[path])).to_pylist() == evolved_rows(run)
    card, ours = files["README.md"].decode(), (out / "README.md").read_text()
    assert card.split("---\n", 2)[2] == ours.split("---\n", 2)[2]
    assert metadata(card)["tags"] == ["instruction-tuning", "synthetic", "coevol"]
    assert "configs" in metadata(card)
    assert "license" not in metadata(card)

    files["README.md"] = card.replace("# Evolved responses", "# Mine").encode()
    with started(*push) as process:
        again = ended(process)
    assert again.code == 0, again.err
    assert "# Mine" in files["README.md"].decode()  # a card that is there stays
    assert hub.tokens == {f"Bearer {TOKEN}"}

    hub.forbids = True
    with started(*push) as process:
        refused = ended(process)
    assert refused.code == 4
    assert_one_line(
        refused.err, "me/data: can't be pushed to", "the export itself is complete", "403"
    )
    assert TOKEN not in refused.err + refused.out
    assert (out / "data" / "train.parquet").is_file()


def test_the_card_says_how_the_data_was_made(tmp_path: Path) -> None:
    data, run = write_jsonl(tmp_path / "my data.jsonl", alpacas(6)), tmp_path / "run"
    with serve() as server:
        more = ("--judge-model", "openai:test-model", "--rounds", "2", "--economy")
        model = at(server, "vllm:test-model")
        assert coevol("evolve", data, "--out", run, *model, *more).code == 0
        base_url = server.base_url
    assert export(run, "hub", tmp_path / "out", "--drop", "refusal").code == 0
    card = (tmp_path / "out" / "README.md").read_text()
    for line in (
        "| source | `my data.jsonl` |",
        "| model editor | `vllm:test-model` |",
        "| model judge | `openai:test-model` |",
        "| rounds at most (K) | `2` |",
        "| prompt pack | `coevol` |",
        "| economy | `True` |",
        "| rows of the run | `6` |",
        "| rows left out for these flaws | `refusal` |",
    ):
        assert line in card
    assert base_url not in card
    assert str(tmp_path) not in card
    assert "rehearsal" not in card
    assert "None is given here" in card


def test_rehearsed_data_says_that_it_is(tmp_path: Path) -> None:
    run = run_of(tmp_path, [{"instruction": "Q", "input": "", "output": "well"}])
    assert export(run, "hub", tmp_path / "out").code == 0
    card = (tmp_path / "out" / "README.md").read_text()
    assert "Made with the rehearsal model: rules, no language model." in card
    (run / "summary.json").unlink()
    result = export(run, "hub", tmp_path / "without")
    assert_one_line(result.err, "summary.json: not there", "coevol resume")

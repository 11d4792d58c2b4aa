"""No trainer asks a hub or reports to anybody, and no test leaves anything behind."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.trainers.exports import DATASETS, TRACED, Export, coevol
from tests.trainers.shapes import SHAPES, write_shape

_HOME = TemporaryDirectory(prefix="coevol-trainers-")
# Read by the packages when they are imported, so it has to be set before any of them is.
os.environ.update(
    HF_HOME=_HOME.name,
    HF_HUB_OFFLINE="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    AXOLOTL_DO_NOT_TRACK="1",
    DISABLE_VERSION_CHECK="1",
    TOKENIZERS_PARALLELISM="false",
    OMP_NUM_THREADS="1",
)

RunOf = Callable[..., Path]
ExportOf = Callable[..., Export]


@pytest.fixture(scope="session")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """A function that evolves a dataset, known by its name; once, if asked for again."""

    @cache
    def evolve(dataset: str, traces: str = "keep") -> Path:
        folder = tmp_path_factory.mktemp("run")
        data = {**DATASETS, **TRACED}.get(dataset) or write_shape(dataset, folder)
        options = SHAPES[dataset].options if dataset in SHAPES else ()
        coevol("evolve", data, "--out", folder / "run", "--traces", traces, *options)
        return folder / "run"

    return evolve


@pytest.fixture(scope="session")
def export(run_of: RunOf, tmp_path_factory: pytest.TempPathFactory) -> ExportOf:
    """A function that exports a run over a dataset for a target; once, if asked for again.

    It takes, too, `--traces` of the run, and that of the export.
    """

    @cache
    def export_of(
        dataset: str, target: str, traces: str = "keep", layout: str | None = None
    ) -> Export:
        folder = tmp_path_factory.mktemp("export") / f"{dataset}-{target}"
        gpus = [] if target == "preference" else ["--gpus", 1]
        laid_out = [] if layout is None else ["--traces", layout]
        run = run_of(dataset, traces)
        said = coevol("export", run, "--to", target, "--out", folder, *gpus, *laid_out)
        return Export(folder, said)

    return export_of


@pytest.fixture(scope="session")
def tiny_model(export: ExportOf, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a model that knows the letters of the exports and nothing else."""
    from tests.trainers.tiny_model import save_tiny_model

    data = export("conversations", "trl").folder / "data" / "train.jsonl"
    return str(save_tiny_model(data, tmp_path_factory.mktemp("model")))

"""coevol as people have it: a wheel, built and installed, far away from the checkout."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.install.installed import Installed

_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that a release would publish."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(build, cwd=_ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with the wheel in it, that sees the packages of this one but not the checkout.

    A `.pth` file that names a folder does not run the `.pth` files of that folder, and so not the
    one by which this environment knows the checkout: nothing has to be downloaded.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    here = Installed(home)
    pip = [here.python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(pip, check=True)
    (here.packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return here

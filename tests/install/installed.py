"""An environment with coevol installed in it, and commands run there.

installed.run("coevol", "evolve", data, "--out", run, within=folder)
"""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple


class Installed(NamedTuple):
    """A virtual environment."""

    home: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Where its packages lie."""
        (found,) = (self.home / "lib").glob("python*/site-packages")
        return found

    def run(
        self, program: str, *arguments: object, within: Path
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of it in a folder, with nothing of this process's environment but PATH."""
        command = [str(self.home / "bin" / program), *(str(each) for each in arguments)]
        return subprocess.run(
            command,
            cwd=within,
            env={"PATH": os.environ["PATH"], "HOME": str(within)},
            capture_output=True,
            text=True,
            check=False,
        )

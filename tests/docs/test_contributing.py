"""CONTRIBUTING.md: each of its worked examples can be applied to the code as it is."""

import subprocess

import pytest

from tests.support.blocks import blocks
from tests.support.rooms import ROOT

DIFFS = blocks("CONTRIBUTING.md", "diff")


def test_there_is_one_for_each_kind() -> None:
    assert len(DIFFS) == 4


@pytest.mark.parametrize("number", range(4))
def test_an_example_can_be_applied(number: int) -> None:
    checked = [
        subprocess.run(
            ["git", "apply", "--check", *how, "-"],
            cwd=ROOT, input=DIFFS[number].code, capture_output=True, text=True, check=False,
        )
        for how in ([], ["--reverse"])  # who follows the guide has it applied
    ]  # fmt: skip
    assert 0 in {each.returncode for each in checked}, checked[0].stderr

"""How tests are shared out among the workers of `make test`."""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_RAY = "tests/runners/run/ray/"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: half of what tests take is waiting, for processes, servers, clusters."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Give the files out, those on Ray to one worker: it has a cluster, of which one is enough."""
    return _ByFile(config, log)


class _ByFile(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _RAY if nodeid.startswith(_RAY) else super()._split_scope(nodeid)

"""How tests are shared out among the workers of `make test`, and what those of properties have."""

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

_RAY = "tests/runners/run/ray/"

# Nothing is measured by its time: on a busy machine any example may take long.
settings.register_profile(
    "untimed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("untimed")


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

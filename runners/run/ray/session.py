"""The Ray session of a run: an existing cluster, or a small one on this machine."""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from socket import create_connection
from threading import Lock
from typing import Any, NamedTuple

from runners.errors import UsageError
from runners.extras import import_extra
from runners.run.ray.scale import Scale

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",  # no usage reports
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # else Ray's C++ part writes to the terminal
    # Else, under `uv run`, the working folder with all its data goes to the cluster, and actors
    # look for coevol in an environment made from it.
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # else a thread of Ray Data that outlives a run reconnects
    # Else what the machines' daemons say of a process that died is printed among the results.
    "RAY_DEDUP_LOGS_SKIP_REGEX": "(?s).",
}
_LOOPBACK = "127.0.0.1"
_PATIENCE = 10.0
"""Seconds within which a cluster must accept a connection."""
_STORE = 256 << 20
"""Bytes of shared memory for chunks in transit: each is about 100 KB."""


class RaySession(NamedTuple):
    """Where a run's actors are."""

    host: str
    """This machine's address on their network."""
    cpus_per_actor: int


class _Open:
    """The session that this process has opened, if any."""

    runs = 0
    """Runs that use it."""
    address: str | None = None
    """The address of its cluster; None for one of its own."""


_LOCK, _open = Lock(), _Open()


def import_ray(name: str = "ray") -> Any:
    """Import a module of Ray's. Raises UsageError if it is not installed."""
    for variable, value in _SETTINGS.items():  # Ray reads some of them on import
        os.environ.setdefault(variable, value)
    return import_extra(name, "--engine ray", "ray")


@contextmanager
def ray_session(scale: Scale) -> Generator[RaySession]:
    """Be connected to Ray while the block lasts.

    A session opened by the caller is used and left open; simultaneous runs share one. Raises
    UsageError if Ray is not installed, there is no cluster at the address, or another run of this
    process uses another cluster.
    """
    ray = import_ray()
    import_ray("ray.data")
    address = scale.address or os.environ.get("RAY_ADDRESS") or None
    with _LOCK:
        is_ours = _open.runs > 0 or not ray.is_initialized()
        if is_ours:
            _join_others(address) if _open.runs else _connect(ray, address, scale.actors)
        _open.runs += is_ours
    try:
        # A cluster of the run's own shares its CPUs with nobody.
        is_own = is_ours and address is None
        yield RaySession(_LOOPBACK, 0) if is_own else RaySession(ray.util.get_node_ip_address(), 1)
    finally:
        with _LOCK:
            _open.runs -= is_ours
            if is_ours and _open.runs == 0:
                ray.shutdown()


def _join_others(address: str | None) -> None:
    if address != _open.address:
        there = _open.address or "a cluster of its own"
        hint = "give both the same ray_address, or run this one later or in a process of its own"
        raise UsageError(f"another run of this process uses {there}; {hint}")


def _connect(ray: Any, address: str | None, actors: int) -> None:
    with _hushed(), _silence():
        if address is None:
            _start(ray, actors)
        else:
            _join(ray, address)
    _open.address = address


def _start(ray: Any, actors: int) -> None:
    ray.init(
        address="local",
        num_cpus=actors,  # so many worker processes are started at once
        object_store_memory=_STORE,
        include_dashboard=False,
        log_to_driver=False,
        configure_logging=False,
    )


def _join(ray: Any, address: str) -> None:
    if address.startswith("ray://"):
        hint = "run coevol on one of its machines, with --ray-address auto"
        raise UsageError(f"--ray-address {address}: actors can't reach a driver outside; {hint}")
    host, _, port = address.rpartition(":")
    try:
        if host:  # Ray itself would try for a minute
            create_connection((host, int(port)), _PATIENCE).close()
        ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise UsageError(f"--ray-address {address}: no Ray cluster there: {reason}") from None


@contextmanager
def _hushed() -> Generator[None]:
    """Send Ray's log records to the runs' logs (`runners.run.log`), warnings and above only.

    Ray removes all handlers from its logger when it starts, and Python prints records without
    handlers.
    """
    own, data = logging.getLogger("ray"), logging.getLogger("ray.data")
    own.setLevel(logging.WARNING)
    logs = [each for each in own.handlers if isinstance(each, logging.FileHandler)]
    data.handlers.clear()
    data.setLevel(logging.WARNING)
    data.propagate = True
    try:
        yield
    finally:
        own.handlers = [*logs, logging.NullHandler()]


@contextmanager
def _silence() -> Generator[None]:
    """Keep stderr off the terminal, because Ray's C++ part prints its log level there."""
    terminal = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(terminal, 2)
        os.close(nowhere)
        os.close(terminal)

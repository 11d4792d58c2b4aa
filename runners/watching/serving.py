"""Metrics of work under way, served for Prometheus for as long as it lasts.

coevol evolve data.json --out runs/mine --metrics 9464
curl http://127.0.0.1:9464/metrics
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from runners.errors import UsageError
from runners.extras import import_extra
from runners.run.watcher import Watcher
from runners.watching.address import read_address


@contextmanager
def serving(given: int | str, run: Path, say: Callable[[str], None]) -> Generator[Watcher]:
    """Serve the watcher's metrics at the given address while the block lasts.

    `say` is given the address. Raises UsageError if the address can't be used, or the package is
    missing.
    """
    address = read_address(given)
    client = import_extra("prometheus_client", "--metrics", "metrics")
    from runners.watching.metrics import Metrics

    metrics = Metrics(str(run))
    try:
        server, thread = client.start_http_server(address.port, address.host, metrics.registry)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"--metrics {address}: {reason}; give another port or address") from None
    try:
        say(f"metrics: http://{address._replace(port=server.server_port)}/metrics")
        yield metrics
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

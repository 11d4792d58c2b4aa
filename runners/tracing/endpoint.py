"""LangSmith's endpoint as the outbox uses it: learns its capabilities and delivers batches."""

from typing import Any, Literal, NamedTuple
from uuid import UUID, uuid4

import requests
from langsmith import Client
from langsmith.utils import LangSmithConflictError, LangSmithError

from runners.tracing.wire import Away, ClientSession, Refused, exchange, uncompressed


class _TakenError(Refused):
    """It already exists."""


class TraceBatch(NamedTuple):
    """A complete request of the client's with traces."""

    request: requests.PreparedRequest
    body: bytes
    options: dict[str, Any]
    """How to send it: proxies, certificates, timeout."""


class LangSmithEndpoint:
    """Where a client's traces go. Raises Away or Refused."""

    def __init__(self, client: Client, session: ClientSession, project_name: str | None) -> None:
        self._client, self._session, self._project_name = client, session, project_name
        self._takes_zstd = True

    def connect(self) -> str | None:
        """Learn the endpoint's capabilities; return the project's id, creating it if needed."""
        try:
            info: dict[str, Any] = self._ask("GET", "/info")
            flags: dict[str, Any] = info.get("instance_flags") or {}
            self._takes_zstd = bool(flags.get("zstd_compression_enabled"))
            return self._read_project(self._project_name) if self._project_name else None
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Refused("what answers there is no LangSmith") from None

    def deliver(self, batch: TraceBatch) -> None:
        """Send a batch, decompressed if the endpoint does not accept compression."""
        request, body = batch.request.copy(), batch.body
        if request.headers.get("Content-Encoding") == "zstd" and not self._takes_zstd:
            body = uncompressed(body)
            del request.headers["Content-Encoding"]
        request.prepare_body(body, None)
        exchange(lambda: self._session.direct.send(request, **batch.options))

    def _read_project(self, name: str) -> str:
        project = self._find_project(name) or self._make_project(name) or self._find_project(name)
        if project is None:
            raise Refused(f"project {name!r} is neither there nor to be made")
        return str(UUID(project["id"]))

    def _find_project(self, name: str) -> dict[str, Any] | None:
        found = self._ask("GET", "/sessions", params={"name": name, "limit": 1})
        return found[0] if found else None

    def _make_project(self, name: str) -> dict[str, Any] | None:
        """Create the project, unless another actor of the run has just done so."""
        try:
            return self._ask("POST", "/sessions", json={"name": name, "id": str(uuid4())})
        except _TakenError:
            return None

    def _ask(self, method: Literal["GET", "POST"], path: str, **options: Any) -> Any:
        try:
            return self._client.request_with_retries(method, path, **options).json()
        except LangSmithError as error:  # the client wraps the exceptions of its session
            if isinstance(error.__cause__, Away | Refused):
                raise error.__cause__ from None
            is_taken = isinstance(error, LangSmithConflictError)
            raise (_TakenError if is_taken else Refused)(type(error).__name__) from None

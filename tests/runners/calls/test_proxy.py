"""The environment's proxy is used for the addresses that it names."""

from pathlib import Path

import pytest

from runners.calls.http_session import proxy_for
from tests.runners.calls.evolving import Evolve
from tests.runners.datasets import plain
from tests.support.replies import Reply
from tests.support.server import Server, ServerOptions, serve


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_no_proxy_by_default() -> None:
    assert proxy_for("https://api.example.com/v1") is None


def test_a_proxy_is_taken_by_scheme_and_left_out_where_it_is_not_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
    assert proxy_for("https://api.example.com/v1") == "http://proxy:3128"
    assert proxy_for("http://api.example.com/v1") is None
    assert proxy_for("https://127.0.0.1:8000/v1") is None


def test_a_proxy_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy:3128")
    assert proxy_for("http://gpu1:8000/v1") == "http://proxy:3128"


DEAD = {
    "nobody": ("http://user:pass@127.0.0.1:9", "through the proxy http://127.0.0.1:9: "),
    "another protocol": (
        "socks5://user:pass@127.0.0.1:9",
        "proxy socks5://127.0.0.1:9 is not one for HTTP; name one that speaks HTTP in HTTP_PROXY, "
        "or none for this address: NO_PROXY=endpoint.invalid",
    ),
}


@pytest.mark.parametrize("case", DEAD)
def test_a_proxy_that_leads_nowhere_is_named_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evolve: Evolve, server: Server, case: str
) -> None:
    proxy, words = DEAD[case]
    monkeypatch.setenv("ALL_PROXY", proxy)
    result = evolve(tmp_path, server, plain(2), "--base-url", "http://endpoint.invalid/v1")
    assert result.code == 2
    assert words in result.err
    assert "pass" not in result.err


def test_a_proxy_that_asks_for_a_password_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evolve: Evolve
) -> None:
    with serve(ServerOptions(replies=(Reply(407, {}),), lists_models=False)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        result = evolve(tmp_path, proxy, plain(2), "--base-url", "http://endpoint.invalid/v1")
    assert result.code == 2
    assert "it asks for a user name and a password (HTTP 407)" in result.err


def test_a_run_goes_through_the_proxy_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, evolve: Evolve, server: Server
) -> None:
    """The loopback server is the proxy: nobody else could answer for such a host."""
    monkeypatch.setenv("HTTP_PROXY", server.base_url.removesuffix("/v1"))
    result = evolve(tmp_path, server, plain(2), "--base-url", "http://endpoint.invalid/v1")
    assert result.code == 0, result.err
    assert len(server.requests) > 8
    monkeypatch.setenv("NO_PROXY", "endpoint.invalid")
    direct = tmp_path / "direct"
    refused = evolve(direct, server, plain(2), "--base-url", "http://endpoint.invalid/v1")
    assert refused.code == 2
    assert "endpoint.invalid" in refused.err

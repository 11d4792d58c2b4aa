"""Endpoints behind TLS: whom a run trusts, and a proxy through which it reaches them."""

import os
import ssl
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from tests.runners.commands import KEY, Result, command
from tests.runners.datasets import plain, write_json
from tests.support.server import Server
from tests.support.tunnel import in_front_of, tunnelling

NAME = "endpoint.invalid"


class Secured(NamedTuple):
    """The loopback model behind TLS, with a certificate that nobody knows."""

    port: int
    trust: Path
    """The file of the authority that made the certificate."""


@pytest.fixture
def secured(server: Server, tmp_path: Path) -> Generator[Secured]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", NAME).configure_cert(context)
    trust = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(trust)
    behind = int(server.base_url.rsplit(":", 1)[1].removesuffix("/v1"))
    with in_front_of(behind, context) as port:
        yield Secured(port, trust)


def evolve(folder: Path, base_url: str, client: str, **variables: str) -> Result:
    """Evolve two rows in a process of its own: what is trusted is read once a process."""
    folder.mkdir(exist_ok=True)
    data = write_json(folder / "data.json", plain(2))
    where = ["--model", "openai:test-model", "--base-url", base_url, "--client", client]
    done = subprocess.run(
        command("evolve", data, "--out", folder / "run", *where),
        env={"PATH": os.environ["PATH"], "OPENAI_API_KEY": KEY, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_a_certificate_of_ones_own_is_trusted_where_ssl_cert_file_names_it(
    secured: Secured, server: Server, tmp_path: Path, client: str
) -> None:
    base_url = f"https://127.0.0.1:{secured.port}/v1"
    refused = evolve(tmp_path, base_url, client)
    assert (refused.code, len(server.requests)) == (2, 0)
    assert "certificate" in refused.err.lower()
    trusted = evolve(tmp_path, base_url, client, SSL_CERT_FILE=str(secured.trust))
    assert trusted.code == 0, trusted.err
    assert len(server.requests) > 8


@pytest.mark.parametrize("client", ["aiohttp", "openai"])
def test_https_proxy_leads_there_through_a_tunnel(
    secured: Secured, server: Server, tmp_path: Path, client: str
) -> None:
    with tunnelling(secured.port) as proxy:
        variables = {"SSL_CERT_FILE": str(secured.trust), "HTTPS_PROXY": proxy.url}
        done = evolve(tmp_path, f"https://{NAME}/v1", client, **variables)
        assert done.code == 0, done.err
        assert set(proxy.asked) == {f"CONNECT {NAME}:443 HTTP/1.1"}
        direct = evolve(
            tmp_path / "direct", f"https://{NAME}/v1", client, **variables, NO_PROXY=NAME
        )
    assert direct.code == 2
    assert len(server.requests) > 8

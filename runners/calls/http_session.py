"""HTTP sessions with an endpoint: whose certificates they trust, which proxy they go through."""

import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2


def open_session(
    connections: int, base_url: str, traces: list[aiohttp.TraceConfig] | None = None
) -> aiohttp.ClientSession:
    """Open a session for so many calls at once, with the SDK's trust in certificates.

    The environment's proxy is looked up once: aiohttp's `trust_env` asks a thread at every call.
    """
    # Reading it takes 50 ms; a plain address that redirects to TLS meets aiohttp's own trust.
    trust = trusted_certificates() if urlsplit(base_url).scheme == "https" else True
    connector = aiohttp.TCPConnector(limit=connections, ssl=trust, keepalive_timeout=60)
    timeout = aiohttp.ClientTimeout(total=None)  # whoever calls has a timeout of their own
    return aiohttp.ClientSession(
        connector=connector, timeout=timeout, proxy=proxy_for(base_url), trace_configs=traces
    )


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address (HTTPS_PROXY, NO_PROXY and so on)."""
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


@cache
def trusted_certificates() -> ssl.SSLContext:
    """The SDK's own trust (SSL_CERT_FILE, SSL_CERT_DIR, else certifi's); it takes 50 ms to read."""
    return httpx2.create_ssl_context()

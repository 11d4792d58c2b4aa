"""HTTP sessions with an endpoint: trusted certificates and proxies."""

import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2


def open_session(
    connections: int, base_url: str, traces: list[aiohttp.TraceConfig] | None = None
) -> aiohttp.ClientSession:
    """Open a session for up to `connections` calls at once, with the SDK's trusted certificates.

    The environment's proxy is looked up once: aiohttp's `trust_env` uses a thread for every call.
    """
    # Reading it takes 50 ms. If an http:// address redirects to TLS, aiohttp's default trust
    # applies.
    trust = trusted_certificates() if urlsplit(base_url).scheme == "https" else True
    connector = aiohttp.TCPConnector(limit=connections, ssl=trust, keepalive_timeout=60)
    timeout = aiohttp.ClientTimeout(total=None)  # callers have their own timeout
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
    """The certificates that the SDK trusts (SSL_CERT_FILE, SSL_CERT_DIR, else certifi's)."""
    return httpx2.create_ssl_context()

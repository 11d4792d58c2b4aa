"""HTTP sessions with an endpoint: trusted certificates and proxies."""

import ssl
from functools import cache
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2

from runners.errors import UsageError


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
    """The proxy that the environment names for an address (HTTPS_PROXY, NO_PROXY and so on).

    Raises UsageError for one that speaks another protocol than HTTP.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if proxy and urlsplit(proxy).scheme not in ("", "http", "https"):
        hint = f"name one that speaks HTTP in {parts.scheme.upper()}_PROXY, or none for"
        raise UsageError(
            f"{url}: the environment's proxy {shown_proxy(proxy)} is not one for HTTP; {hint} this "
            f"address: NO_PROXY={parts.hostname}"
        )
    return proxy


def shown_proxy(proxy: str) -> str:
    """A proxy's address without user name and password."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


@cache
def trusted_certificates() -> ssl.SSLContext:
    """The certificates that the SDK trusts (SSL_CERT_FILE, SSL_CERT_DIR, else certifi's)."""
    return httpx2.create_ssl_context()

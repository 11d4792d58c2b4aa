"""Which certificates are trusted."""

import ssl
from functools import cache

import httpx2


@cache
def trusted_certificates() -> ssl.SSLContext:
    """The SDK's own trust (SSL_CERT_FILE, SSL_CERT_DIR, else certifi's); it takes 50 ms to read."""
    return httpx2.create_ssl_context()

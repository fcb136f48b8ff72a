"""Made-up credentials: what a fake tenant is called with, and what must show nowhere."""

from __future__ import annotations

from typing import Any

from stnb.credentials import HOSTS, Credentials, Secret

CLIENT_ID, CLIENT_SECRET, APP_KEY = "cid.pa1rQ7w8e9", "cs1.s3cr3tQ7w8e9", "ak1.k3yQ7w8e9r0"
TOKEN = "eyJ0oken"  # access tokens of a fake tenant begin with it
SECRETS = (CLIENT_SECRET, CLIENT_ID, APP_KEY, TOKEN)

API_URL, AUTH_URL = "https://api.example", "https://auth.example/connect/token"

# as long as the real ones, for what looks at their length
LONG_CLIENT_ID = "cid." + "m1n2b3v4c5x6z7l8k9j0h1g2f"
LONG_CLIENT_SECRET = "cs1." + "q7w8e9r0t1y2u3i4o5p6a7s8d9f0g1h2j3k4l5z6x7c8v9b0n1m2"[:50]
LONG_APP_KEY = "ak1." + "p0o9i8u7y6t5r4e3w2q1a2s3d"


def owner(**fields: Any) -> Credentials:
    """Credentials of tenant 42, whose hosts do not exist; `fields` replaces some of them."""
    usual = {
        "profile": "p",
        "environment": "integration",
        "tenant": 42,
        "client_id": Secret(CLIENT_ID),
        "client_secret": Secret(CLIENT_SECRET),
        "app_key": Secret(APP_KEY),
        "api_url": API_URL,
        "auth_url": AUTH_URL,
    }
    return Credentials(**{**usual, **fields})


def owner_at_servicetitan(environment: str = "integration", **fields: Any) -> Credentials:
    """The same credentials at ServiceTitan's own hosts of an environment."""
    api_url, auth_url = HOSTS[environment]
    hosts = {"environment": environment, "api_url": api_url, "auth_url": auth_url}
    return owner(**{**hosts, **fields})

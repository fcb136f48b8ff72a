"""Made-up credentials: what a fake tenant is called with, and what must show nowhere."""

from __future__ import annotations

from typing import Any

from stnb.credentials import HOSTS, Credentials, Secret

CLIENT_ID, CLIENT_SECRET, APP_KEY = "cid.pa1rQ7w8e9", "cs1.s3cr3tQ7w8e9", "ak1.k3yQ7w8e9r0"
TOKEN = "eyJ0oken"  # access tokens of a fake tenant begin with it
SECRETS = (CLIENT_SECRET, CLIENT_ID, APP_KEY, TOKEN)

API_URL, AUTH_URL = "https://api.example", "https://auth.example/connect/token"


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

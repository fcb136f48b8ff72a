"""The token endpoint and the check of tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from .bodies import Answer, Problem, as_json

# The demo's own credentials. They open nothing but the demo, so they are public.
TENANT = 900_000_042
TIMEZONE = "America/Phoenix"  # where its office is; no route of the API says so
APP_KEY = "ak1.demo" + "0demo" * 4
CLIENT_ID = "cid.demo" + "0demo" * 4
CLIENT_SECRET = "cs1.demo" + "0demo" * 9 + "0"
SECONDS = 900
ZONES = (TIMEZONE, "America/New_York", "America/Denver", "America/Los_Angeles", "America/Chicago")


@dataclass(frozen=True)
class Keys:
    """What a demo tenant is called with, beside the app key that all of them share."""

    tenant: int = TENANT
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    timezone: str = TIMEZONE


def keys_of(number: int) -> Keys:
    """Those of one of several demo tenants; number 0 is the one that stands alone.

    Example:
        >>> keys_of(1).tenant, keys_of(1).timezone
        (900000043, 'America/New_York')
    """
    if number == 0:
        return Keys()
    end = f"{number:05d}"
    zone = ZONES[number % len(ZONES)]
    return Keys(TENANT + number, CLIENT_ID[:-5] + end, CLIENT_SECRET[:-5] + end, zone)


class Tokens:
    """Gives tokens out and reads them.

    Args:
        clock: seconds since 1970.
        keys: the pair that it gives tokens to.
    """

    def __init__(self, seed: int, clock: Callable[[], float], keys: Keys) -> None:
        self.clock, self.keys = clock, keys
        self._key = f"demo {seed} {keys.tenant}".encode()
        self._count = itertools.count(1)

    def give(
        self, body: bytes, headers: Mapping[str, str], scopes: Sequence[str], tenant: int
    ) -> Answer:
        """The answer to `POST /connect/token`: a token for these scopes of this tenant."""
        if not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _refuse("invalid_request")
        form = {
            k: v[-1]
            for k, v in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()
        }
        if form.get("grant_type") != "client_credentials":
            return _refuse("unsupported_grant_type")
        pair = _basic(headers.get("authorization", "")) or (
            form.get("client_id"),
            form.get("client_secret"),
        )
        if pair != (self.keys.client_id, self.keys.client_secret):
            return _refuse("invalid_client")
        body = as_json(
            {
                "access_token": self._sign(scopes, tenant),
                "expires_in": SECONDS,
                "token_type": "Bearer",
                "scope": " ".join(scopes),
            }
        )
        return Answer(200, body, headers={"cache-control": "no-store"})

    def _sign(self, scopes: Sequence[str], tenant: int) -> str:
        now = int(self.clock())
        claims = {
            "iss": "https://demo.invalid",
            "nbf": now,
            "exp": now + SECONDS,
            "client_id": self.keys.client_id,
            "tenant": str(tenant),
        }
        claims |= {"jti": f"demo{next(self._count):028d}", "iat": now}
        text = ".".join(
            _b64(as_json(part))
            for part in ({"alg": "HS256", "typ": "at+jwt"}, {**claims, "scope": scopes})
        )
        return f"{text}.{self._seal(text)}"

    def _seal(self, text: str) -> str:
        return _b64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())

    def read(self, authorization: str) -> dict[str, Any]:
        """The claims of the token; it may come with or without "Bearer".

        Raises:
            Problem: 401, as it is missing, not ours or over.
        """
        text, _, seal = authorization.removeprefix("Bearer ").strip().rpartition(".")
        if not text or not hmac.compare_digest(seal.encode(), self._seal(text).encode()):
            raise Problem(401, short=True)
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text.partition(".")[2] + "=="))
        if claims["exp"] <= self.clock():
            raise Problem(401, short=True)
        return claims


def _refuse(error: str) -> Answer:
    return Answer(400, as_json({"error": error}))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _basic(header: str) -> tuple[str, str] | None:
    kind, _, code = header.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(code).decode().partition(":")
    except ValueError:
        return None
    return name, secret

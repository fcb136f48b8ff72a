"""What stands in an access token, which is a JWT. Its signature is not checked."""

from __future__ import annotations

import base64
from typing import Any

from stnb.errors.nesting import loads


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims of a token, such as `tenant` and `scope`; None if it holds none to read.

    >>> claims_of("eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiA0Mn0.")
    {'tenant': 42}
    """
    try:
        claims = loads(from_base64(token.split(".", 2)[1]))
    except (IndexError, ValueError):
        return None
    if isinstance(claims, dict):
        return claims
    return None


def from_base64(text: str) -> str:
    """What a text in base64 says, whichever its two alphabets, with padding or without.

    Bytes that are no UTF-8 are replaced.

    Raises:
        ValueError: it is not base64.
    """
    bare = text.rstrip("=")
    padding = "=" * (-len(bare) % 4)
    return base64.urlsafe_b64decode(bare + padding).decode("utf-8", "replace")

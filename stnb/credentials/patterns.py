"""What a secret looks like in a text: by its shape, as a token, or as a value of the reader's own
.env.

Everything here is linear in the text: a possessive run of one class of signs, behind words that the
run cannot hold.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

# no angle brackets: in an HTML output they would be an invisible tag
MARK = "[secret removed by stnb]"
OWN = ("CLIENT_SECRET", "APP_KEY", "CLIENT_ID")
SHORTEST_OWN = 8  # characters: a shorter value of the .env would be found in any text

SHAPED = re.compile(r"(?:(cs\d)|(ak\d)|cid)\.[A-Za-z0-9_-]{20,}+")
BEARER = re.compile(r"Bearer[ \t]++(eyJ[A-Za-z0-9_.-]{20,}+)")
BASIC = re.compile(r"Basic[ \t]++([A-Za-z0-9+/]{40,}+={0,2})")
DOTTED = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++){2,}+")
MADE_UP = re.compile(
    r"demo|example|placeholder|redacted|dummy|your|xxxx|abcdefgh|12345678", re.IGNORECASE
)
WORDS = re.compile(
    r"[a-z]+(?:[_-][a-z]+)+\d*|[A-Z]+(?:[_-][A-Z]+)+\d*"
)  # an attribute's name, or a sentence-like-this
Own = Mapping[str, str]  # a value, as it may stand in a text -> the name of its variable


class Hit(NamedTuple):
    """Where something lies in a text, and what it is; a client id is no secret."""

    start: int
    end: int
    kind: str
    secret: bool = True


def own(values: Mapping[str, str]) -> Own:
    """The reader's own values, by variable; each also as it looks in an address, in JSON and in
    HTML.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if name.endswith(OWN) and len(value) >= SHORTEST_OWN and not _monotonous(value):
            forms = value, quote(value, safe=""), json.dumps(value)[1:-1], html.escape(value)
            found |= {form: name for form in forms if form not in found}
    return found


def hits(text: str, own: Own) -> list[Hit]:
    """Where secrets lie in a text, in order, none over another; a value of the reader's own is
    called so.
    """
    found = [*_owned(text, own), *_shaped(text), *_tokens(text)]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: hit.start):  # a stable sort: own values stay first
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
        elif hit.secret:  # no end of a secret sticks out, and what is none hides none
            last = kept[-1]
            kept[-1] = last._replace(end=max(last.end, hit.end)) if last.secret else hit
    return kept


def _owned(text: str, own: Own) -> Iterator[Hit]:
    for value, name in own.items():
        at = text.find(value)
        while at >= 0:
            yield Hit(at, at + len(value), f"your {name}", not name.endswith("CLIENT_ID"))
            at = text.find(value, at + len(value))


def _shaped(text: str) -> Iterator[Hit]:
    for m in SHAPED.finditer(text):
        if not _made_up(m[0]):
            kind = "client secret" if m[1] else "app key" if m[2] else "client id"
            yield Hit(*m.span(), kind, kind != "client id")
    for m in BASIC.finditer(text) if "Basic" in text else ():
        if any(hit.kind == "client secret" for hit in _shaped(_decoded(m[1]))):
            yield Hit(*m.span(1), "client secret")


def _tokens(text: str) -> Iterator[Hit]:
    if "eyJ" not in text:
        return
    for m in BEARER.finditer(text):
        claims = _claims(m[1].split("."))
        if not (_is_servicetitans(claims) and _is_demo(claims)):
            yield Hit(*m.span(1), "access token")
    for m in DOTTED.finditer(text):
        parts, at = m[0].split("."), m.start()
        for i, part in enumerate(parts[:-2]):
            begins = part.find(
                "eyJ"
            )  # not always at 0: a backslash and an n may stand for the line's end before it
            if begins >= 0 and len(parts[i + 1]) > 20 and parts[i + 1].startswith("eyJ"):
                claims = _claims(parts[i : i + 2])
                if _is_servicetitans(claims) and not _is_demo(claims):
                    yield Hit(at + begins, at + sum(map(len, parts[i : i + 3])) + 2, "access token")
            at += len(part) + 1


def _claims(parts: list[str]) -> dict[str, Any]:
    claims = _json(_decoded(parts[1])) if len(parts) > 1 else None
    return claims if isinstance(claims, dict) else {}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        ).decode("utf-8", "replace")
    except ValueError:
        return ""


def _is_servicetitans(claims: dict[str, Any]) -> bool:
    scopes = claims.get("scope")
    several = (
        scopes.split() if isinstance(scopes, str) else scopes if isinstance(scopes, list) else []
    )
    return (
        "servicetitan" in str(claims.get("iss")).lower()
        or "tenant" in claims
        or str(claims.get("client_id")).startswith("cid.")
        or any(str(scope).startswith("tn.") for scope in several)
    )


def _is_demo(claims: dict[str, Any]) -> bool:
    pair = str(claims.get("client_id", ""))
    return str(claims.get("iss")).endswith((".invalid", ".example")) or (
        pair.startswith("cid.") and _made_up(pair)
    )


def _made_up(value: str) -> bool:
    body = value.partition(".")[2]
    return _monotonous(value) or bool(MADE_UP.search(body) or WORDS.fullmatch(body))


def _monotonous(value: str) -> bool:
    """Five different signs or fewer: a row of x, or the demo's own."""
    return len(set(value.partition(".")[2] or value)) <= 5


def without(text: str, own: Own, *, same_length: bool = False) -> str:
    """The text with a mark in place of each secret."""
    parts, at = [], 0
    for hit in hits(text, own):
        if hit.secret:
            parts += [text[at : hit.start], "*" * (hit.end - hit.start) if same_length else MARK]
            at = hit.end
    return "".join([*parts, text[at:]])


def hint(value: str) -> str:
    """The part that every such value begins with, and the length."""
    begins = re.match(r"(?:cs\d|ak\d|cid)\.|eyJ", value)
    return f"{begins[0] if begins else ''}… ({len(value)} characters)"

"""What a ServiceTitan secret looks like in a text.

It is found by its shape, as a token, or as a value of the reader's own .env. Everything here takes
time linear in the text: a possessive run of one class of characters, behind words that the run
cannot hold.
"""

from __future__ import annotations

import bisect
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from .claims import claims_of, from_base64

# Without angle brackets, which would be an invisible tag in an HTML output.
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
# An attribute's name, or words-like-these.
WORDS = re.compile(r"[a-z]+(?:[_-][a-z]+)+\d*|[A-Z]+(?:[_-][A-Z]+)+\d*")
# Where a literal goes on: as another one beside it, which may stand below a remark and have other
# quotes, or behind a backslash at a line's end. Remarks have a bound, because each quote in one
# begins a search of its own.
JOIN = re.compile(
    r"[\"'][ \t\r\n+\\]*+(?:#[^\n]{0,200}+\n[ \t\r\n+\\]*+){0,3}+[rRbBuUfF]{0,2}[\"']"
    r"|\\\r?\n"
)
# A value under one of our names, whatever it looks like: as code, as JSON, or as a line of a .env.
NAMED = re.compile(
    r"SERVICETITAN_(?:[A-Z0-9]++_)*?(?:CLIENT_SECRET|APP_KEY)[\"'\]]{0,2}[ \t]*+"
    r"(?:(?::[ \t]*+str[ \t]*+)?[=:][ \t]*+(?:\([ \t\r\n]*+)?|,[ \t\r\n]*+(?=[\"']))"
    r"(?:(?P<quote>[\"'])(?P<quoted>[!-~]{8,200}?)(?P=quote)|(?P<bare>[!-~]{8,200}+))"
)
NO_LITERAL = re.compile(r"[${}<>()\[\]\"'\\]")  # code, or a place to fill in
# A name of ours may stand beside another one.
KNOWN_SHAPE = re.compile(r"(?:cs\d|ak\d|cid)\.|eyJ|SERVICETITAN_")
Own = Mapping[str, str]  # a value as it may be in a text -> the name of its variable


class Hit(NamedTuple):
    """Where something is in a text, and what it is. A client id is no secret."""

    start: int
    end: int
    kind: str
    secret: bool = True


def own(values: Mapping[str, str]) -> Own:
    """The reader's own values; each also as it looks in a URL, in JSON and in HTML."""
    found: dict[str, str] = {}
    for name, value in values.items():
        if not name.endswith(OWN) or len(value) < SHORTEST_OWN or _monotonous(value):
            continue
        for form in (value, quote(value, safe=""), json.dumps(value)[1:-1], html.escape(value)):
            found.setdefault(form, name)
    return found


def hits(text: str, own: Own) -> list[Hit]:
    """Where secrets are in a text, in order, none over another.

    A value of the reader's own is named by its variable. A literal that goes on in the next line
    is one.
    """
    found = [*_direct(text, own), *_across_lines(text, own)]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: hit.start):  # a stable sort: own values stay first
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
            continue
        # Two overlap: the end of a secret must not stick out, and what is none must not hide one.
        last = kept[-1]
        if hit.secret and last.secret:
            kept[-1] = last._replace(end=max(last.end, hit.end))
        elif hit.secret:
            kept[-1] = hit
    return kept


def _direct(text: str, own: Own) -> Iterator[Hit]:
    yield from _owned(text, own)
    yield from _shaped(text)
    yield from _tokens(text)
    yield from _named(text)


def _across_lines(text: str, own: Own) -> Iterator[Hit]:
    """Secrets in literals that go on: found in the text without the joints, then placed in it."""
    joints = [match.span() for match in JOIN.finditer(text)]
    if not joints:
        return
    pieces: list[str] = []
    at, removed = 0, 0
    places: list[tuple[int, int]] = []  # where a joint was, and how much was removed up to there
    for start, end in joints:
        pieces.append(text[at:start])
        removed += end - start
        places.append((end - removed, removed))
        at = end
    whole = "".join([*pieces, text[at:]])
    points = [point for point, _ in places]
    for hit in _direct(whole, own):
        # A joint at a hit's first character lies before it, and one at its end behind it.
        first = bisect.bisect_right(points, hit.start)
        last = bisect.bisect_left(points, hit.end)
        if first < last:
            before = places[first - 1][1] if first else 0
            yield hit._replace(start=hit.start + before, end=hit.end + places[last - 1][1])


def _named(text: str) -> Iterator[Hit]:
    """Values of any form under the names of our variables."""
    if "SERVICETITAN_" not in text:
        return
    for match in NAMED.finditer(text):
        group = "quoted" if match["quoted"] else "bare"
        value = match[group]
        is_plain = not NO_LITERAL.search(value) and any(sign.isdigit() for sign in value)
        if is_plain and not KNOWN_SHAPE.match(value) and not _made_up(f".{value}"):
            yield Hit(*match.span(group), "value of a secret variable")


def _owned(text: str, own: Own) -> Iterator[Hit]:
    for value, name in own.items():
        at = text.find(value)
        while at >= 0:
            yield Hit(at, at + len(value), f"your {name}", not name.endswith("CLIENT_ID"))
            at = text.find(value, at + len(value))


def _shaped(text: str) -> Iterator[Hit]:
    for match in SHAPED.finditer(text):
        if _made_up(match[0]):
            continue
        if match[1]:
            yield Hit(*match.span(), "client secret")
        elif match[2]:
            yield Hit(*match.span(), "app key")
        else:
            yield Hit(*match.span(), "client id", secret=False)
    if "Basic" not in text:
        return
    for match in BASIC.finditer(text):
        if _holds_client_secret(match[1]):
            yield Hit(*match.span(1), "client secret")


def _holds_client_secret(pair: str) -> bool:
    """Whether a pair as HTTP Basic writes it has one."""
    try:
        plain = from_base64(pair)
    except ValueError:
        return False
    return any(hit.kind == "client secret" for hit in _shaped(plain))


def _tokens(text: str) -> Iterator[Hit]:
    if "eyJ" not in text:
        return
    for match in BEARER.finditer(text):
        claims = claims_of(match[1]) or {}
        if not (_is_servicetitans(claims) and _is_demo(claims)):
            yield Hit(*match.span(1), "access token")
    for match in DOTTED.finditer(text):
        yield from _tokens_of_run(match[0], match.start())


def _tokens_of_run(run: str, at: int) -> Iterator[Hit]:
    """The tokens in a run of dotted parts that begins at `at`: header, claims and signature."""
    parts = run.split(".")
    for header, body, signature in zip(parts, parts[1:], parts[2:], strict=False):
        # Not always at 0: before it, a backslash and an n may stand for the end of a line.
        begins = header.find("eyJ")
        if begins >= 0 and len(body) > 20 and body.startswith("eyJ"):
            claims = claims_of(f"{header}.{body}") or {}
            if _is_servicetitans(claims) and not _is_demo(claims):
                end = at + len(header) + len(body) + len(signature) + 2
                yield Hit(at + begins, end, "access token")
        at += len(header) + 1


def _is_servicetitans(claims: dict[str, Any]) -> bool:
    if "tenant" in claims or "servicetitan" in str(claims.get("iss")).lower():
        return True
    if str(claims.get("client_id")).startswith("cid."):
        return True
    scopes = claims.get("scope")
    if isinstance(scopes, str):
        scopes = scopes.split()
    if not isinstance(scopes, list):
        return False
    return any(str(scope).startswith("tn.") for scope in scopes)


def _is_demo(claims: dict[str, Any]) -> bool:
    pair = str(claims.get("client_id", ""))
    return str(claims.get("iss")).endswith((".invalid", ".example")) or (
        pair.startswith("cid.") and _made_up(pair)
    )


def _made_up(value: str) -> bool:
    body = value.partition(".")[2]
    return _monotonous(value) or bool(MADE_UP.search(body) or WORDS.fullmatch(body))


def _monotonous(value: str) -> bool:
    """Five different characters or fewer: a row of x, or a value of the demo."""
    return len(set(value.partition(".")[2] or value)) <= 5


def without(text: str, own: Own, *, same_length: bool = False) -> str:
    """The text with a mark in place of each secret; with stars, if its length has to stay."""
    parts: list[str] = []
    at = 0
    for hit in hits(text, own):
        if not hit.secret:
            continue
        mark = MARK
        if same_length:
            mark = "*" * (hit.end - hit.start)
        parts += [text[at : hit.start], mark]
        at = hit.end
    return "".join([*parts, text[at:]])


def hint(value: str) -> str:
    """What every value of its kind begins with, and its length: enough to find it again."""
    value = JOIN.sub("", value)
    begins = re.match(r"(?:cs\d|ak\d|cid)\.|eyJ", value)
    return f"{begins[0] if begins else ''}… ({len(value)} characters)"

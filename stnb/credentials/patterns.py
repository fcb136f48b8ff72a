"""What a ServiceTitan secret looks like in a text.

It is found by its shape, as a token, or as a value of the reader's own .env. Everything here takes
time linear in the text: a possessive run of one class of characters, behind words that the run
cannot hold.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from . import base85, named
from .claims import claims_of, from_base64
from .joined import joined, with_whole_places

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
# What may be base64 or hexadecimal digits of a secret.
CODED = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{32,}+={0,2}")
HEX = re.compile(r"[0-9A-Fa-f]+")
# Of base85, all but quotes, commas and backslashes. Base64 has few of its other signs.
CODED_85 = re.compile(r"[!#-&(-+./0-9:-@A-Z\[\]^_`a-z{|}~-]{40,}+")
SIGNS_85 = re.compile(r"[!#$%&()*;<>?@^`{|}~\[\]]")
FEWEST_SIGNS, LONGEST_85 = 3, 4_000
BACKWARDS = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{20,}+\.(?:\d(?:sc|ka)|dic)(?![A-Za-z0-9])")
# A name of ours may stand beside another one.
KNOWN_SHAPE = re.compile(r"(?:cs\d|ak\d|cid)\.|eyJ|SERVICETITAN_")
FROM_URLS, FOR_URLS = str.maketrans("-_", "+/"), str.maketrans("+/", "-_")
Own = Mapping[str, str]  # a value as it may be in a text -> the name of its variable


class Hit(NamedTuple):
    """Where something is in a text, and what it is. A client id is no secret.

    The hint is what may be told of it; the mark is what is put in its place.
    """

    start: int
    end: int
    kind: str
    secret: bool = True
    hint: str = ""
    mark: str = MARK


def own(values: Mapping[str, str]) -> Own:
    """The reader's own values; each also as it looks in a URL, in JSON, in HTML, in base64, and in
    hexadecimal digits.
    """
    found: dict[str, str] = {}
    for name, value in values.items():
        if not name.endswith(OWN) or len(value) < SHORTEST_OWN or _monotonous(value):
            continue
        written = (value, quote(value, safe=""), json.dumps(value)[1:-1], html.escape(value))
        for form in (*written, *_coded_forms(value.encode("utf-8", "surrogatepass"))):
            found.setdefault(form, name)
    return found


def _coded_forms(value: bytes) -> list[str]:
    """A value in base64, wherever it begins in a longer one, and in hexadecimal digits."""
    forms = [value.hex(), value.hex().upper()]
    for before in range(3):
        letters = base64.b64encode(bytes(before) + value).decode().rstrip("=")
        # The first letters and the last one hold bits of what stands beside the value.
        first = (0, 2, 3)[before]
        last = len(letters) - bool((before + len(value)) % 3)
        forms += [letters[first:last], letters[first:last].translate(FOR_URLS)]
    return forms


def hits(text: str, own: Own, by_code: Sequence[Hit] = ()) -> list[Hit]:
    """Where secrets are in a text, in order, none over another.

    A value of the reader's own is named by its variable. A literal that goes on in the next line
    is one, and one with escapes or in base64 is what it says. What code puts together stands in
    `by_code`, and counts where it is not found as a whole anyway.
    """
    plain = [*_direct(text, own), *_put_together(text, own)]
    found = [hit if hit.hint else _with_hint(hit, text) for hit in plain]
    found += [hit for hit in by_code if not any(_is_held(hit, one) for one in found)]
    kept: list[Hit] = []
    for hit in sorted(found, key=lambda hit: hit.start):  # a stable sort: own values stay first
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
            continue
        # Two overlap: the end of a secret must not stick out, and what is none must not hide one.
        last = kept[-1]
        if hit.secret and last.secret:
            longest = max(last, hit, key=lambda one: one.end)
            kept[-1] = last._replace(end=longest.end, hint=longest.hint)
        elif hit.secret:
            kept[-1] = hit
    return kept


def _with_hint(hit: Hit, text: str) -> Hit:
    return hit._replace(hint=_hint(text[hit.start : hit.end]))


def _is_held(piece: Hit, whole: Hit) -> bool:
    """Whether a piece belongs to the same secret that was found as a whole at its place."""
    overlaps = piece.start < whole.end and whole.start < piece.end
    return overlaps and piece.hint == whole.hint


def _direct(text: str, own: Own) -> Iterator[Hit]:
    yield from _owned(text, own)
    yield from _shaped(text)
    yield from _tokens(text)
    yield from _named(text)
    yield from _coded(text)
    yield from _coded_85(text)
    yield from _backwards(text)


def _put_together(text: str, own: Own) -> Iterator[Hit]:
    """Secrets in literals that go on or have escapes: found in what they say, then placed."""
    whole = joined(text)
    if whole is None:
        return
    for hit in _direct(whole.plain, own):
        place = whole.source(hit.start, hit.end)
        if place is not None:
            value = whole.plain[hit.start : hit.end]
            place = with_whole_places(text, *place)
            yield Hit(*place, hit.kind, hit.secret, hit.hint or _hint(value))


def _named(text: str) -> Iterator[Hit]:
    """Values of any form under the names of our variables."""
    for start, end in named.values(text):
        value = text[start:end]
        if not KNOWN_SHAPE.match(value) and not _made_up(f".{value}"):
            yield Hit(start, end, "value of a secret variable")


def _coded(text: str) -> Iterator[Hit]:
    """Secrets in base64 or in hexadecimal digits, of any width of a character."""
    for match in CODED.finditer(text):
        for plain in _decoded(match[0]):
            inner = next((hit for hit in [*_shaped(plain), *_tokens(plain)] if hit.secret), None)
            if inner is not None:
                value = plain[inner.start : inner.end]
                yield Hit(*match.span(), f"{inner.kind}, encoded", hint=_hint(value))
                break


def _coded_85(text: str) -> Iterator[Hit]:
    """Secrets in base85. Where the first five letters begin, is tried."""
    for match in CODED_85.finditer(text):
        if len(match[0]) > LONGEST_85 or len(SIGNS_85.findall(match[0])) < FEWEST_SIGNS:
            continue
        for plain in base85.decoded(match[0]):
            inner = next((hit for hit in _shaped(plain) if hit.secret), None)
            if inner is not None:
                value = plain[inner.start : inner.end]
                yield Hit(*match.span(), f"{inner.kind}, encoded", hint=_hint(value))
                break


def _backwards(text: str) -> Iterator[Hit]:
    for match in BACKWARDS.finditer(text):
        for hit in _shaped(match[0][::-1]):
            value = match[0][::-1][hit.start : hit.end]
            yield Hit(*match.span(), f"{hit.kind}, backwards", hit.secret, _hint(value))


def _decoded(letters: str) -> Iterator[str]:
    if HEX.fullmatch(letters) and len(letters) % 2 == 0:
        yield bytes.fromhex(letters).decode("latin-1").replace("\0", "")
    bare = letters.rstrip("=").translate(FROM_URLS)
    whole = bare[: len(bare) - (len(bare) % 4 == 1)]
    padding = "=" * (-len(whole) % 4)
    yield base64.b64decode(whole + padding).decode("latin-1").replace("\0", "")


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


def without(text: str, own: Own, by_code: Sequence[Hit] = (), *, same_length: bool = False) -> str:
    """The text with a mark in place of each secret; with stars, if its length has to stay."""
    parts: list[str] = []
    at = 0
    for hit in hits(text, own, by_code):
        if not hit.secret:
            continue
        mark = hit.mark
        if same_length:
            mark = "*" * (hit.end - hit.start)
        parts += [text[at : hit.start], mark]
        at = hit.end
    return "".join([*parts, text[at:]])


def _hint(value: str) -> str:
    """What every value of its kind begins with, and its length: enough to find it again."""
    begins = re.match(r"(?:cs\d|ak\d|cid)\.|eyJ", value)
    return f"{begins[0] if begins else ''}… ({len(value)} characters)"

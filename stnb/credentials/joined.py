"""A text as its reader puts it together: literals that go on, and characters that are escaped.

A secret may stand in a file in pieces. It is looked for in the text without the joints between
them, and then placed in the text as it is.
"""

from __future__ import annotations

import bisect
import re
import unicodedata
from dataclasses import dataclass

_GAP = r"(?:[ \t\r\n+\\&.]|\|\|)*+"  # the signs of other languages too
_BEGINS = r"\\{0,3}[rRbBuUfF]{0,2}[\"']"
_VARIABLE = r"[A-Za-z_$][\w.$]{0,60}"
# Where a literal goes on: as another one beside it, which may stand below a remark and have other
# quotes; as one that is added to the same variable; in a place of an f-string, and behind it; or
# behind a backslash at a line's end. Colours of a terminal and characters that are not seen stand
# within one. Remarks have a bound, because each quote in one begins a search of its
# own.
JOIN = re.compile(
    rf"\\{{0,3}}[\"'](?:"
    rf"{_GAP}(?:#[^\n]{{0,200}}+\n{_GAP}){{0,3}}+{_BEGINS}"
    rf"|\){_GAP}\({_GAP}{_BEGINS}"
    rf"|\)?[ \t]*+(?:#[^\n]{{0,200}}+)?[\r\n;][ \t\r\n;]*+(?P<to>{_VARIABLE})[ \t]*+"
    rf"(?:\+=|=[ \t]*+(?P=to)[ \t]*+\+){_GAP}\(?{_GAP}{_BEGINS}"
    rf"|(?:![rsa])?(?::s?)?\}}(?:\$?\{{[ \t]*+{_BEGINS}|(?=[\w.-]))|\.concat\([\"'])"
    rf"|(?<=[\w.-])\$?\{{[ \t]*+{_BEGINS}"
    r"|\\\r?\n"
    r"|\x1b\[[0-9;]{0,20}+m|[\xad\u200b-\u200f\u2060-\u2064\ufeff]++"
)
# A call that puts a row of literals together. Elsewhere, texts in a row are several.
_CALL = re.compile(r"(?:\.join|\.format|[\"'][ \t]*+%)[ \t]*+\([\s(\[]*+(?=[rRbBuUfF]{0,2}[\"'])")
_CLOSED = re.compile(r"[)\]]")
_LINE = 400  # characters of a statement
_ROW = 4_000  # characters of such a call
_COMMA = re.compile(rf"\\{{0,3}}[\"']\s*+,\s*+(?:#[^\n]{{0,200}}+\n\s*+)?{_BEGINS}")
# ASCII alone, as no secret has other characters that somebody would escape.
_ESCAPE = re.compile(
    r"\\{1,2}(?:x([2-7][0-9A-Fa-f])|u00([2-7][0-9A-Fa-f])|u\{0{0,4}([2-7][0-9A-Fa-f])\}"
    r"|U000000([2-7][0-9A-Fa-f])|([01][0-7]{2}|[4-7][0-7](?![0-7]))|N\{([A-Z -]{4,40})\})"
    r"|%([2-7][0-9A-Fa-f])|&#(?:0{0,4}(\d{2,3})|[xX]0{0,4}([2-7][0-9A-Fa-f]));"
)
_OCTAL, _NAME, _DECIMAL = 5, 6, 8  # the groups that are no hexadecimal digits


# What stands around a piece that is in a place of an f-string.
_PLACE_BEGINS = re.compile(r"\$?\{[ \t]*[rRbBuUfF]{0,2}[\"']$")
_PLACE_ENDS = re.compile(r"[\"'](?:![rsa])?(?::s?)?\}")
_PLACE = 12  # characters of its beginning


@dataclass(frozen=True)
class Joined:
    """A text that was put together.

    Attributes:
        plain: the text without joints, with characters in place of their escapes.
        spans: what was replaced in the text as it is, in order.
        places: where each stands in `plain`.
        sizes: of how many characters it is there: none for a joint, 1 for an escape.
    """

    plain: str
    spans: list[tuple[int, int]]
    places: list[int]
    sizes: list[int]

    def source(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a part of `plain` stands in the text; None if nothing in it was replaced."""
        first, _ = self._character(start)
        _, last = self._character(end - 1)
        k = bisect.bisect_left(self.spans, (first, 0))
        if k == len(self.spans) or self.spans[k][1] > last:
            return None
        return first, last

    def _character(self, at: int) -> tuple[int, int]:
        """Where one character of `plain` stands in the text."""
        k = bisect.bisect_right(self.places, at) - 1
        if k < 0:
            return at, at + 1
        behind = at - self.places[k] - self.sizes[k]
        if behind < 0:
            return self.spans[k]
        begins = self.spans[k][1] + behind
        return begins, begins + 1


def joined(text: str) -> Joined | None:
    """The text put together; None if it has no joint and no escape.

    >>> joined("'ab' + '\\\\x63d'").plain
    "'abcd'"
    """
    replaced = sorted([*_joints(text), *_escapes(text)])
    if not replaced:
        return None
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    places: list[int] = []
    sizes: list[int] = []
    at, length = 0, 0
    for start, end, character in replaced:
        if start < at:  # two that overlap
            continue
        pieces += [text[at:start], character]
        length += start - at
        spans.append((start, end))
        places.append(length)
        sizes.append(len(character))
        length += len(character)
        at = end
    return Joined("".join([*pieces, text[at:]]), spans, places, sizes)


def with_whole_places(text: str, start: int, end: int) -> tuple[int, int]:
    """A part of a text, with the rest of the place of an f-string that it begins or ends in."""
    more = text.count("}", start, end) - text.count("{", start, end)
    begins = _PLACE_BEGINS.search(text, max(start - _PLACE, 0), start)
    ends = _PLACE_ENDS.match(text, end)
    if more > 0 and begins:
        start = begins.start()
    elif more < 0 and ends:
        end = ends.end()
    return start, end


def _joints(text: str) -> list[tuple[int, int, str]]:
    found = [(*match.span(), "") for match in JOIN.finditer(text) if _goes_on(match)]
    done = 0
    for call in _CALL.finditer(text):
        begins = max(call.end(), done)
        closed = _CLOSED.search(text, begins, call.end() + _ROW)
        done = closed.start() if closed else call.end() + _ROW
        found += [(*match.span(), "") for match in _COMMA.finditer(text, begins, done)]
    return found


def _goes_on(joint: re.Match[str]) -> bool:
    """Whether what is added is added to the variable that the first piece was given to."""
    return joint["to"] is None or joint["to"] == _assigned(joint.string, joint.start())


def _assigned(text: str, at: int) -> str:
    """The variable that the literal before a place is given to, or added to."""
    line = text[max(at - _LINE, 0) : at].rpartition("\n")[2]
    statement = line.rpartition(";")[2]
    variable, sign, _ = statement.partition("=")
    if not sign:
        return ""
    return variable.partition(":")[0].rstrip("+ \t").lstrip()


def _escapes(text: str) -> list[tuple[int, int, str]]:
    if not any(sign in text for sign in ("\\", "%", "&#")):
        return []
    found = []
    for match in _ESCAPE.finditer(text):
        character = _character(match)
        if "!" <= character <= "~":
            found.append((*match.span(), character))
    return found


def _character(escape: re.Match[str]) -> str:
    digits = escape[escape.lastindex or 0]
    if escape.lastindex == _NAME:
        try:
            return unicodedata.lookup(digits)
        except KeyError:
            return ""
    base = {_OCTAL: 8, _DECIMAL: 10}.get(escape.lastindex or 0, 16)
    return chr(int(digits, base))
